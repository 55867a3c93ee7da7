#pragma once
#include <pim/core/parallel.hpp>

namespace pim::test {

/// While it lives, the process's pool has so many threads.
class WithThreads {
 public:
  explicit WithThreads(int threads) : before_(pim::threads()) { set_threads(threads); }
  ~WithThreads() { set_threads(before_); }
  WithThreads(const WithThreads&) = delete;
  WithThreads& operator=(const WithThreads&) = delete;

 private:
  int before_;
};

}  // namespace pim::test
