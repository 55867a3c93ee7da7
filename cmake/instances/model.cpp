#define PIM_INSTANCE template
#include "instances/model.hpp"
