#pragma once
#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include <pim/core/index.hpp>

namespace pim {

/// Worker threads that wait for one loop at a time. A worker spins for a few microseconds before it sleeps, because the
/// loops of a training step follow each other closely.
class ThreadPool {
 public:
  explicit ThreadPool(int threads) { resize(threads); }
  ~ThreadPool() { stop(); }
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int size() const { return static_cast<int>(workers_.size()) + 1; }
  /// Waits for the loop that runs; not from inside a loop.
  void resize(int threads) {
    const std::lock_guard no_loop(loop_mutex_);
    stop();
    stopping_ = false;
    for (int i = 1; i < std::max(threads, 1); ++i) workers_.emplace_back([this] { work(); });
  }

  /// Calls task(0) ... task(count - 1), each once, in any order, on this thread and the workers; returns when all are
  /// done.
  ///
  /// throws the first exception of a task, after all others ended
  void run(Index count, const std::function<void(Index)>& task) {
    const std::lock_guard one_loop(loop_mutex_);
    {
      const std::lock_guard lock(mutex_);
      task_ = &task;
      count_ = count;
      next_.store(0, std::memory_order_relaxed);
      busy_ = static_cast<int>(workers_.size());
      error_ = nullptr;
      generation_.fetch_add(1, std::memory_order_release);
    }
    wake_.notify_all();
    drain();
    for (int spin = 0; busy_.load(std::memory_order_acquire) > 0; ++spin) {
      if (spin > spin_limit) std::this_thread::yield();
    }
    if (error_) std::rethrow_exception(error_);
  }

 private:
  static constexpr int spin_limit = 20000;

  void drain() {
    inside() = true;
    for (Index i = next_.fetch_add(1); i < count_; i = next_.fetch_add(1)) {
      try {
        (*task_)(i);
      } catch (...) {
        const std::lock_guard lock(mutex_);
        if (!error_) error_ = std::current_exception();
      }
    }
    inside() = false;
  }
  void work() {
    unsigned seen = 0;
    while (true) {
      for (int spin = 0; spin < spin_limit && generation_.load(std::memory_order_acquire) == seen; ++spin) {
      }
      {
        std::unique_lock lock(mutex_);
        wake_.wait(lock, [&] { return stopping_ || generation_.load(std::memory_order_relaxed) != seen; });
        if (stopping_) return;
        seen = generation_.load(std::memory_order_relaxed);
      }
      drain();
      busy_.fetch_sub(1, std::memory_order_release);
    }
  }
  void stop() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
      generation_.fetch_add(1, std::memory_order_release);
    }
    wake_.notify_all();
    for (std::thread& worker : workers_) worker.join();
    workers_.clear();
    generation_ = 0;
  }

 public:
  /// True while this thread runs a task of a pool: a nested loop then runs serially.
  static bool& inside() {
    thread_local bool flag = false;
    return flag;
  }

 private:
  std::mutex loop_mutex_, mutex_;
  std::condition_variable wake_;
  std::vector<std::thread> workers_;
  const std::function<void(Index)>* task_ = nullptr;
  Index count_ = 0;
  std::atomic<Index> next_{0};
  std::atomic<int> busy_{0};
  std::atomic<unsigned> generation_{0};
  std::exception_ptr error_;
  bool stopping_ = false;
};

/// The process's pool; one thread until `set_threads` asks for more.
inline ThreadPool& thread_pool() {
  static ThreadPool pool(1);
  return pool;
}
inline void set_threads(int threads) { thread_pool().resize(threads); }
inline int threads() { return thread_pool().size(); }

/// Calls task(i) for i in [0, count), on the pool's threads. The work must be cut the same way at any thread count
/// (by shape, never by `threads()`), so that results do not depend on it. Nested loops run serially.
template <class Task>
void parallel_for(Index count, Task&& task) {
  ThreadPool& pool = thread_pool();
  if (count <= 1 || pool.size() == 1 || ThreadPool::inside()) {
    for (Index i = 0; i < count; ++i) task(i);
    return;
  }
  pool.run(count, std::forward<Task>(task));
}

/// parallel_for over [0, count) in runs of `grain`: task(begin, end).
template <class Task>
void parallel_for_ranges(Index count, Index grain, Task&& task) {
  parallel_for((count + grain - 1) / grain, [&](Index i) { task(i * grain, std::min(count, (i + 1) * grain)); });
}

}  // namespace pim
