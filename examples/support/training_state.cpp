#include "support/training_state.hpp"

#include <charconv>
#include <stdexcept>
#include <system_error>
#include <vector>

#include <pim/core/text.hpp>
#include <pim/io/safetensors.hpp>

namespace pim::app {

namespace {
io::Tensor tensor_of(const Matrix& m) {
  return {"F32", {m.rows(), m.cols()}, std::vector<float>(m.data(), m.data() + m.size())};
}
}  // namespace

void save_training_state(const std::filesystem::path& path, const nn::Parameters<float>& parameters,
                         const nn::AdamW<float>::State& state, const std::string& run) {
  io::Safetensors file;
  file.metadata["steps"] = std::to_string(state.steps);
  file.metadata["run"] = run;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    file.tensors["weight." + parameters[i].name] = tensor_of(*parameters[i].value);
    if (state.steps == 0) continue;
    file.tensors["first." + parameters[i].name] = tensor_of(state.first[i]);
    file.tensors["second." + parameters[i].name] = tensor_of(state.second[i]);
  }
  io::write_safetensors(path, file);
}

nn::AdamW<float>::State load_training_state(const std::filesystem::path& path, const nn::Parameters<float>& parameters,
                                            const std::string& run) {
  io::Safetensors file = io::read_safetensors(path);
  const std::string name = printable(path.string());
  if (file.metadata["run"] != run) {
    throw std::runtime_error(name + ": belongs to the run " + in_quotes(file.metadata["run"]) +
                             "; use the same flags, or another --output, or leave out --resume");
  }
  const auto take = [&](const std::string& key, const Matrix& like) {
    const auto at = file.tensors.find(key);
    if (at == file.tensors.end() || std::ssize(at->second.data) != like.size()) {
      throw std::runtime_error(name + ": tensor " + in_quotes(key) +
                               " is missing or has another shape; delete the file");
    }
    return Matrix(Eigen::Map<const Matrix>(at->second.data.data(), like.rows(), like.cols()));
  };
  nn::AdamW<float>::State state;
  const std::string& steps = file.metadata["steps"];
  const auto [end, error] = std::from_chars(steps.data(), steps.data() + steps.size(), state.steps);
  if (error != std::errc() || end != steps.data() + steps.size() || state.steps < 0) {
    throw std::runtime_error(name + ": " + in_quotes(steps) + " is no number of steps; delete the file");
  }
  for (const nn::Parameter<float>& parameter : parameters) {
    *parameter.value = take("weight." + parameter.name, *parameter.value);
    if (state.steps == 0) continue;
    const Matrix moment = parameter.gradient == nullptr ? Matrix() : *parameter.value;
    state.first.push_back(take("first." + parameter.name, moment));
    state.second.push_back(take("second." + parameter.name, moment));
  }
  return state;
}

}  // namespace pim::app
