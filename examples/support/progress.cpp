#include "support/progress.hpp"

#include <unistd.h>
#include <sys/ioctl.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <utility>

namespace pim::app {

std::string clock_text(double seconds) {
  const auto whole = static_cast<std::int64_t>(std::clamp(std::ceil(seconds), 0.0, 360'000.0 * 3600.0));
  std::array<char, 32> text;
  if (whole < 3600) {
    std::snprintf(text.data(), text.size(), "%d:%02d", static_cast<int>(whole / 60), static_cast<int>(whole % 60));
  } else {
    std::snprintf(text.data(), text.size(), "%d:%02d:%02d", static_cast<int>(whole / 3600),
                  static_cast<int>(whole / 60 % 60), static_cast<int>(whole % 60));
  }
  return text.data();
}

std::string progress_line(const std::string& label, Index done, Index total, std::optional<double> loss,
                          double elapsed_s, std::size_t columns) {
  constexpr Index width = 20;
  const Index filled = total > 0 ? std::clamp<Index>(width * done / total, 0, width) : 0;
  std::string bar(static_cast<std::size_t>(width), ' ');
  std::fill_n(bar.begin(), filled, '=');
  if (filled > 0 && filled < width) bar[static_cast<std::size_t>(filled) - 1] = '>';
  std::string line = label + "  [" + bar + "]  " + std::to_string(done) + "/" + std::to_string(total);
  std::array<char, 64> text;
  if (loss) {
    std::snprintf(text.data(), text.size(), "  loss %.4g", *loss);
    line += text.data();
  }
  if (done > 0 && elapsed_s > 0.0) {
    const double rate = static_cast<double>(done) / elapsed_s;
    std::snprintf(text.data(), text.size(), rate < 999.5 ? "  %.3g/s" : "  %.0f/s", rate);
    line += text.data() + ("  " + clock_text(static_cast<double>(total - done) / rate)) + " left";
  }
  return line.substr(0, columns);
}

Progress::Progress(std::string label, Index total, bool visible)
    : label_(std::move(label)), total_(total), visible_(visible), start_(Clock::now()) {}
Progress::~Progress() {
  if (drawn_) std::fputs("\r\033[K", stderr);
}

void Progress::update(Index done, std::optional<double> loss) {
  if (!visible_) return;
  const Clock::time_point now = Clock::now();
  if (drawn_ && done < total_ && now - last_ < std::chrono::milliseconds(100)) return;
  last_ = now;
  drawn_ = true;
  winsize window{};
  const bool known = ::ioctl(STDERR_FILENO, TIOCGWINSZ, &window) == 0 && window.ws_col > 1;
  const double elapsed_s = std::chrono::duration<double>(now - start_).count();
  const std::string line =
      progress_line(label_, done, total_, loss, elapsed_s, known ? static_cast<std::size_t>(window.ws_col) - 1 : 79);
  std::fprintf(stderr, "\r%s\033[K", line.c_str());
}

}  // namespace pim::app
