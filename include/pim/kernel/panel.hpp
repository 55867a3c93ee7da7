#pragma once
#include <algorithm>

#include <pim/core/rows.hpp>
#include <pim/mapping/patches.hpp>

/// What products read of their inputs at a time: rows of a matrix, or of the patches of images.
namespace pim::kernel {

/// Rows of one panel: products are cut by shape, never by the number of threads.
inline constexpr Index panel_rows = 64;

/// Rows of one panel of x. Those of patches are higher, as far as they stay in a core's cache: what a product prepares
/// once a panel weighs more where it has few columns.
template <class T>
Index panel_height(const Rows_<T>&) {
  return panel_rows;
}
template <class T>
Index panel_height(const mapping::Patches_<T>& x) {
  constexpr Index cache = 512 * 1024 / sizeof(T), most = 256;
  return std::clamp(cache / x.cols() / panel_rows * panel_rows, panel_rows, most);
}

/// Rows [begin, begin + count) of x.
template <class T>
Rows_<T> panel(const Rows_<T>& x, Index begin, Index count) {
  return x.block(begin, count, 0, x.cols());
}
/// Gathered in storage of the calling thread: valid until the thread asks for its next panel.
template <class T>
Rows_<T> panel(const mapping::Patches_<T>& x, Index begin, Index count) {
  thread_local Matrix_<T> storage;
  return x.panel(begin, count, storage);
}

/// Rows that belong together in the literal tiles; patches of all images of a call do.
template <class T>
Index group_of(const Rows_<T>& x) {
  return x.group;
}
template <class T>
Index group_of(const mapping::Patches_<T>&) {
  return 0;
}

}  // namespace pim::kernel
