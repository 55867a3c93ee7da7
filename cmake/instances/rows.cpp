#define PIM_INSTANCE template
#include "instances/rows.hpp"
