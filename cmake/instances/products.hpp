#pragma once
#include <pim/core/matrix.hpp>

/// Eigen's large products: what every product of matrices ends in, compiled once for programs and tests.
#ifndef PIM_INSTANCE
#define PIM_INSTANCE extern template
#endif

// order: 0 column-major, 1 row-major
#define PIM_PACK_INSTANCES(T, order)                                                                                  \
  PIM_INSTANCE struct Eigen::internal::gemm_pack_lhs<                                                                 \
      T, Eigen::Index, Eigen::internal::const_blas_data_mapper<T, Eigen::Index, order>,                               \
      Eigen::internal::gebp_traits<T, T>::mr, Eigen::internal::gebp_traits<T, T>::LhsProgress,                        \
      Eigen::internal::gebp_traits<T, T>::LhsPacket4Packing, order>;                                                  \
  PIM_INSTANCE struct Eigen::internal::gemm_pack_rhs<T, Eigen::Index,                                                 \
                                                     Eigen::internal::const_blas_data_mapper<T, Eigen::Index, order>, \
                                                     Eigen::internal::gebp_traits<T, T>::nr, order>;                  \
  PIM_INSTANCE struct Eigen::internal::general_matrix_vector_product<                                                 \
      Eigen::Index, T, Eigen::internal::const_blas_data_mapper<T, Eigen::Index, order>, order, false, T,              \
      Eigen::internal::const_blas_data_mapper<T, Eigen::Index, 1 - order>, false, 0>;                                 \
  PIM_INSTANCE struct Eigen::internal::general_matrix_vector_product<                                                 \
      Eigen::Index, T, Eigen::internal::const_blas_data_mapper<T, Eigen::Index, order>, order, false, T,              \
      Eigen::internal::const_blas_data_mapper<T, Eigen::Index, order>, false, 0>;                                     \
  PIM_INSTANCE struct Eigen::internal::general_matrix_matrix_product<Eigen::Index, T, order, false, T, 0, false, 0,   \
                                                                     1>;                                              \
  PIM_INSTANCE struct Eigen::internal::general_matrix_matrix_product<Eigen::Index, T, order, false, T, 1, false, 0, 1>;
#define PIM_PRODUCT_INSTANCES(T)                                                                     \
  PIM_INSTANCE struct Eigen::internal::gebp_kernel<                                                  \
      T, T, Eigen::Index, Eigen::internal::blas_data_mapper<T, Eigen::Index, 0, 0, 1>,               \
      Eigen::internal::gebp_traits<T, T>::mr, Eigen::internal::gebp_traits<T, T>::nr, false, false>; \
  PIM_PACK_INSTANCES(T, 0)                                                                           \
  PIM_PACK_INSTANCES(T, 1)

PIM_PRODUCT_INSTANCES(float)
PIM_PRODUCT_INSTANCES(double)
PIM_PRODUCT_INSTANCES(int)
