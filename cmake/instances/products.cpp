#define PIM_INSTANCE template
#include "instances/products.hpp"
