#include <pim/nn/adamw.hpp>

#include "golden/golden_files.hpp"
#include <pim/task/train/schedule.hpp>
using namespace pim::test;

TEST_CASE("golden adamw: parameters after each step, and the learning rates", "[golden][adamw]") {
  for (const GoldenFile* file : golden_files("adamw")) {
    CAPTURE(file->name);
    const pim::Matrix grads = matrix(file->content.at("grads"));
    for (const Json& entry : file->content.at("cases")) {
      pim::Matrix value = matrix(file->content.at("param")), gradient(1, value.cols());
      const pim::nn::Parameters<float> parameters{{"weight", {}, &value, &gradient}};
      pim::nn::AdamW<float> optimizer({.weight_decay = entry.at("weight_decay").get<double>()});
      const auto rates = entry.at("lr").get<std::vector<double>>();
      const pim::Matrix expected = matrix(entry.at("params_after_step"));
      for (pim::Index step = 0; step < grads.rows(); ++step) {
        const double rate =
            pim::task::linear_schedule(entry.at("lr0").get<double>(), entry.at("warmup_steps").get<pim::Index>(),
                                       entry.at("total_steps").get<pim::Index>(), step);
        CHECK(rate == Approx(rates[static_cast<std::size_t>(step)]).epsilon(1e-10));
        gradient = grads.row(step);
        optimizer.step(parameters, rate);
        CHECK((value - expected.row(step)).cwiseAbs().maxCoeff() <= 1e-6F);
      }
    }
  }
}
