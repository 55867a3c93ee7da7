// Phase-change cells drift: the error of one product from 25 seconds to a year after programming, with and without the
// digital factor that undoes the mean drift of each array.
#include <array>
#include <cstdio>

#include <pim/core/random.hpp>
#include <pim/kernel/matmul.hpp>
#include <pim/tile/pcm_tile.hpp>

/// Relative error at a time. The devices are the same ones at any time, because their key is.
static double error_at(double t_s, bool compensated) {
  pim::tile::PCMTile::Params params = pim::tile::pcm_preset();
  params.device.t_s = t_s;
  params.drift_compensation = compensated;
  const pim::Rng rng(42);
  const pim::Matrix w = pim::normal_matrix(256, 256, rng.at(0)), x = pim::normal_matrix(64, 256, rng.at(1));
  pim::Matrix y(64, 256);
  pim::cost::Ledger ledger;
  pim::kernel::Matmul<pim::tile::PCMTile> matmul(params);
  matmul.program(w, rng.at(2), ledger);
  matmul.multiply(x, y, rng.at(3), ledger);
  return static_cast<double>((y - x * w).norm() / (x * w).norm());
}

int main() {
  struct Time {
    const char* name;
    double t_s;
  };
  constexpr std::array<Time, 5> times{
      {{"25 s", 25.0}, {"1 hour", 3600.0}, {"1 day", 86400.0}, {"1 month", 2.6e6}, {"1 year", 3.15e7}}};
  std::printf("%-8s  %11s  %13s\n", "time", "compensated", "uncompensated");
  bool as_expected = true;
  double before = 0.0;
  for (const Time& time : times) {
    const double compensated = error_at(time.t_s, true), uncompensated = error_at(time.t_s, false);
    std::printf("%-8s  %11.3f  %13.3f\n", time.name, compensated, uncompensated);
    as_expected = as_expected && compensated > before && compensated < uncompensated;  // grows; helps at any time
    before = compensated;
  }
  return as_expected ? 0 : 1;
}
