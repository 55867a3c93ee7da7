#pragma once
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

#include <pim/core/matrix.hpp>

/// One line on a terminal that says how far a long loop has come.
namespace pim::app {

/// "0:05", "12:34", "1:02:03" of seconds
std::string clock_text(double seconds);

/// "sst2 sram  [=====>    ]  60/120  loss 0.4321  35.2/s  0:02 left", at most `columns` characters
std::string progress_line(const std::string& label, Index done, Index total, std::optional<double> loss,
                          double elapsed_s, std::size_t columns);

/// A progress line on standard error that is redrawn at most ten times a second and wiped away at the end.
class Progress {
 public:
  /// Nothing is drawn unless `visible`. `total` in steps.
  Progress(std::string label, Index total, bool visible);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void update(Index done, std::optional<double> loss = {});

 private:
  using Clock = std::chrono::steady_clock;
  std::string label_;
  Index total_;
  bool visible_, drawn_ = false;
  Clock::time_point start_, last_;
};

}  // namespace pim::app
