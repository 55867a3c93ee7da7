#include "support/training_state.hpp"

#include <pim/nn/adamw.hpp>

#include "support/catch.hpp"
#include "support/temporary.hpp"

using pim::Matrix;

/// A weight, and statistics that no gradient moves.
struct Network {
  Matrix weight = Matrix{{1, 2}, {3, 4}}, gradient = Matrix{{0.5F, -1}, {2, 0}}, mean = Matrix{{5, 6}};
  pim::nn::Parameters<float> parameters = {{"fc.weight", pim::nn::Layout::transposed, &weight, &gradient},
                                           {"bn.running_mean", pim::nn::Layout::vector, &mean, nullptr}};
};

TEST_CASE("training state: a run continues to the bit, frozen parameters come along", "[app][train]") {
  const pim::test::TemporaryFolder folder;
  Network network, resumed;
  pim::nn::AdamW<float> straight, continued;
  straight.step(network.parameters, 0.1);
  network.mean *= 0.5F;
  pim::app::save_training_state(folder / "s.safetensors", network.parameters, straight.state(), "run");
  continued.restore(pim::app::load_training_state(folder / "s.safetensors", resumed.parameters, "run"));
  CHECK(continued.state().steps == 1);
  CHECK(resumed.weight == network.weight);
  CHECK(resumed.mean == Matrix{{2.5F, 3}});
  straight.step(network.parameters, 0.1);
  continued.step(resumed.parameters, 0.1);
  CHECK(resumed.weight == network.weight);
}

TEST_CASE("training state: the state of another run or network is refused", "[app][train]") {
  const pim::test::TemporaryFolder folder;
  Network network;
  pim::app::save_training_state(folder / "s.safetensors", network.parameters, {}, "run");
  const auto complaint = [&](const pim::nn::Parameters<float>& parameters, const std::string& run) {
    return pim::test::message_of(
        [&] { (void)pim::app::load_training_state(folder / "s.safetensors", parameters, run); });
  };
  CHECK(complaint(network.parameters, "run") == "(no error)");
  CHECK_THAT(complaint(network.parameters, "other"), ContainsSubstring("belongs to the run 'run'; use the same flags"));
  network.mean = Matrix{{1, 2, 3}};
  CHECK_THAT(complaint(network.parameters, "run"), ContainsSubstring("tensor 'weight.bn.running_mean' is missing or"));
}
