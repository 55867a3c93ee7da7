#define PIM_INSTANCE template
#include "instances/library_matmul.hpp"
