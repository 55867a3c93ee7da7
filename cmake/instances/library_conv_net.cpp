#include "instances/library_matmul.hpp"
#include "instances/library_model.hpp"
#include "instances/products.hpp"
#undef PIM_INSTANCE
#define PIM_INSTANCE template
#include "instances/library_conv_net.hpp"
