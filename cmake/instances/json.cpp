#define PIM_INSTANCE template
#include "instances/json.hpp"
