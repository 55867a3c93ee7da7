#include <pim/core/parallel.hpp>

#include <atomic>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "support/catch.hpp"
#include "support/threads.hpp"

using pim::Index;
using pim::test::WithThreads;

TEST_CASE("parallel_for: every index once, at any count and any number of threads", "[parallel]") {
  for (const int threads : {1, 2, 3, 8}) {
    const WithThreads with(threads);
    CHECK(pim::threads() == threads);
    for (const Index count : {0, 1, 2, 7, 1000}) {
      std::vector<std::atomic<int>> calls(static_cast<std::size_t>(count));
      pim::parallel_for(count, [&](Index i) { ++calls[static_cast<std::size_t>(i)]; });
      bool once = true;
      for (const std::atomic<int>& c : calls) once &= c == 1;
      CHECK(once);
    }
  }
}

TEST_CASE("parallel_for: many short loops in a row", "[parallel]") {
  const WithThreads with(3);
  std::atomic<Index> sum = 0;
  for (int repeat = 0; repeat < 5000; ++repeat) pim::parallel_for(4, [&](Index i) { sum += i; });
  CHECK(sum == 5000 * 6);
}

TEST_CASE("parallel_for: an exception reaches the caller, and the pool works on", "[parallel]") {
  for (const int threads : {1, 3}) {
    const WithThreads with(threads);
    for (int repeat = 0; repeat < 50; ++repeat) {
      CHECK_THROWS_WITH(pim::parallel_for(20,
                                          [](Index i) {
                                            if (i == 13) throw std::runtime_error("task 13");
                                          }),
                        "task 13");
    }
    std::atomic<int> calls = 0;
    pim::parallel_for(20, [&](Index) { ++calls; });
    CHECK(calls == 20);
  }
}

TEST_CASE("parallel_for: a loop inside of a loop runs on the thread of its task", "[parallel]") {
  const WithThreads with(2);
  std::atomic<int> calls = 0, elsewhere = 0;
  pim::parallel_for(6, [&](Index) {
    const auto outer = std::this_thread::get_id();
    pim::parallel_for(5, [&](Index) {
      ++calls;
      if (std::this_thread::get_id() != outer) ++elsewhere;
    });
  });
  CHECK(calls == 30);
  CHECK(elsewhere == 0);
  CHECK_FALSE(pim::ThreadPool::inside());
}

TEST_CASE("parallel_for: loops of several threads take turns", "[parallel]") {
  const WithThreads with(2);
  std::atomic<int> calls = 0;
  std::vector<std::thread> callers;
  for (int c = 0; c < 4; ++c) {
    callers.emplace_back([&] {
      for (int repeat = 0; repeat < 100; ++repeat) pim::parallel_for(3, [&](Index) { ++calls; });
    });
  }
  for (std::thread& caller : callers) caller.join();
  CHECK(calls == 1200);
}

TEST_CASE("parallel_for_ranges: ranges cover the whole and are cut by the grain alone", "[parallel]") {
  for (const int threads : {1, 2}) {
    const WithThreads with(threads);
    std::vector<std::atomic<Index>> end_of(10);
    pim::parallel_for_ranges(10, 4, [&](Index begin, Index end) { end_of[static_cast<std::size_t>(begin)] = end; });
    CHECK(end_of[0] == 4);
    CHECK(end_of[4] == 8);
    CHECK(end_of[8] == 10);
    pim::parallel_for_ranges(0, 4, [&](Index, Index) { FAIL("there is nothing to do"); });
  }
}

TEST_CASE("set_threads: at least one", "[parallel]") {
  const WithThreads with(0);
  CHECK(pim::threads() == 1);
}
