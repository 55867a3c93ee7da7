// How far to trust an energy: every macro model beside the numbers that its chip was published with. What is fitted was
// used to choose the model's prices; what is predicted was not.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <string>

#include <pim/arch/published.hpp>

using pim::arch::macro::Point;
using pim::arch::macro::Role;

int main() {
  struct Summary {
    int fitted = 0, predicted = 0;
    double worst_percent = 0.0, limit_percent = 0.0;
  };
  std::map<std::string, Summary> macros;
  int missed = 0;
  std::printf("%-14s  %-24s  %-21s  %-9s  %9s  %9s  %7s  %s\n", "macro", "operating point", "quantity", "unit",
              "published", "model", "error", "role");
  for (const Point& point : pim::arch::published_points()) {
    std::printf("%-14s  %-24s  %-21s  %-9s  %9.4g  %9.4g  %6.1f%%  %s%s\n", point.macro.c_str(), point.at.c_str(),
                point.quantity.c_str(), point.unit.c_str(), point.published, point.model, point.error_percent(),
                name_of(point.role), point.within_limit() ? "" : "  MISSED");
    missed += point.within_limit() ? 0 : 1;
    if (point.role == Role::stated) continue;
    Summary& macro = macros[point.macro];
    macro.limit_percent = point.limit_percent;
    if (point.role == Role::fitted) {
      ++macro.fitted;
    } else {
      ++macro.predicted;
      macro.worst_percent = std::max(macro.worst_percent, std::fabs(point.error_percent()));
    }
  }
  std::printf("\n%-14s  %6s  %9s  %23s  %6s\n", "macro", "fitted", "predicted", "worst prediction", "limit");
  for (const auto& [name, macro] : macros) {
    std::printf("%-14s  %6d  %9d  %22.1f%%  %5.0f%%\n", name.c_str(), macro.fitted, macro.predicted,
                macro.worst_percent, macro.limit_percent);
  }
  std::printf("\n%d of the limits missed\n", missed);
  return missed == 0 ? 0 : 1;
}
