#pragma once
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>
#include <Eigen/Core>

#include <pim/core/matrix.hpp>
#include <pim/core/text.hpp>
#include <pim/io/safetensors.hpp>
#include <pim/nn/parameter.hpp>

/// Between the tensors of a file and the parameters of a model, both under the names of PyTorch and HuggingFace.
namespace pim::io {

/// What load_checkpoint left alone.
struct LoadReport {
  std::vector<std::string> fresh;   ///< parameters of a head that the file does not have: they keep their values
  std::vector<std::string> unused;  ///< tensors that the model does not have, as "name (dtype [shape])"

  /// A line for each kind, none when everything fits.
  std::vector<std::string> lines(const std::string& source) const {
    std::vector<std::string> text;
    if (!fresh.empty())
      text.push_back(printable(source) + " has no " + join(fresh) + "; this head starts fresh from the seed");
    if (!unused.empty()) text.push_back(printable(source) + " has tensors that are not used: " + join(unused));
    return text;
  }
};

namespace detail {
/// The shape in which a file holds a parameter.
template <class T>
std::vector<Index> file_shape(const nn::Parameter<T>& parameter) {
  const Index rows = parameter.value->rows(), cols = parameter.value->cols();
  switch (parameter.layout) {
    case nn::Layout::vector:
      return {rows * cols};
    case nn::Layout::matrix:
      return {rows, cols};
    case nn::Layout::transposed:
      return {cols, rows};
    case nn::Layout::convolution:
      return {cols, rows / (parameter.kernel_height * parameter.kernel_width), parameter.kernel_height,
              parameter.kernel_width};
  }
  return {};
}

/// Whether the file's rows are the parameter's columns: its outputs.
inline bool outputs_first(nn::Layout layout) {
  return layout == nn::Layout::transposed || layout == nn::Layout::convolution;
}
/// The row here of a column in the file where the outputs come first: channels lie apart there, side by side here.
template <class T>
Index row_of_column(const nn::Parameter<T>& parameter, Index column) {
  const Index positions = parameter.kernel_height * parameter.kernel_width;
  return column % positions * (parameter.value->rows() / positions) + column / positions;
}
template <class T>
void assign_from_file(const nn::Parameter<T>& parameter, const std::vector<float>& data) {
  Matrix_<T>& value = *parameter.value;
  if (!outputs_first(parameter.layout)) {
    value = Eigen::Map<const Matrix>(data.data(), value.rows(), value.cols()).template cast<T>();
    return;
  }
  const Eigen::Map<const Matrix> outputs(data.data(), value.cols(), value.rows());
  for (Index i = 0; i < value.rows(); ++i) {
    value.row(row_of_column(parameter, i)) = outputs.col(i).transpose().template cast<T>();
  }
}
template <class T>
std::vector<float> data_in_file(const nn::Parameter<T>& parameter) {
  const Matrix_<T>& value = *parameter.value;
  std::vector<float> data(static_cast<std::size_t>(value.size()));
  if (!outputs_first(parameter.layout)) {
    Eigen::Map<Matrix>(data.data(), value.rows(), value.cols()) = value.template cast<float>();
    return data;
  }
  Eigen::Map<Matrix> outputs(data.data(), value.cols(), value.rows());
  for (Index i = 0; i < value.rows(); ++i) {
    outputs.col(i) = value.row(row_of_column(parameter, i)).transpose().template cast<float>();
  }
  return data;
}

/// Names under which a file may hold a parameter, the best first: as it is and, in an encoder's file, without the
/// prefix, and either with the names that normalisations had in the first BERT files.
inline std::vector<std::string> names_in_files(const std::string& name, std::optional<std::string_view> prefix) {
  std::vector<std::string> names = {name};
  if (!prefix) return names;
  if (name.starts_with(*prefix)) names.push_back(name.substr(prefix->size()));
  for (std::size_t i = 0, count = names.size(); i < count; ++i) {
    for (const auto& [now, once] :
         {std::pair{"LayerNorm.weight", "LayerNorm.gamma"}, {"LayerNorm.bias", "LayerNorm.beta"}}) {
      const std::string_view suffix = now;
      if (names[i].ends_with(suffix)) names.push_back(names[i].substr(0, names[i].size() - suffix.size()) + once);
    }
  }
  return names;
}

/// "classifier", "pooler": the head that a parameter belongs to; empty for what no file may lack.
inline std::string head_of(std::string_view name, std::optional<std::string_view> prefix) {
  if (!prefix) return "";
  if (name.starts_with(*prefix)) name.remove_prefix(prefix->size());
  const std::string part(name.substr(0, name.find('.')));
  return part == "embeddings" || part == "encoder" ? "" : part;
}
}  // namespace detail

/// Copies the tensors of a file to the parameters of a model, all or, on an error, none.
///
/// The file must have every parameter, under its name. Of a transformer, where `prefix` ("roberta.", "bert.") says how
/// the encoder's names begin, the prefix is optional in the file, and a head that the file lacks altogether keeps its
/// values. Tensors of any type that the model lacks are ignored; the report names both.
/// throws std::runtime_error, one line naming source and tensor: one is missing, or of a head that is partly there; a
///        wrong shape (naming both); a type other than F32, F16, BF16; a value that is infinite or no number
template <class T>
LoadReport load_checkpoint(const Safetensors& file, const std::string& source, const nn::Parameters<T>& parameters,
                           std::optional<std::string_view> prefix = std::nullopt) {
  LoadReport report;
  std::vector<const Tensor*> found;
  std::set<std::string> used, heads_present;
  for (const nn::Parameter<T>& parameter : parameters) {
    found.push_back(nullptr);
    for (const std::string& name : detail::names_in_files(parameter.name, prefix)) {
      const auto at = file.tensors.find(name);
      if (at == file.tensors.end()) continue;
      const std::string where = printable(source) + ": tensor " + in_quotes(name) + " is ";
      if (at->second.shape != detail::file_shape(parameter)) {
        throw std::runtime_error(where + shape_text(at->second.shape) + ", the model needs " +
                                 shape_text(detail::file_shape(parameter)) +
                                 "; use the configuration and labels that it was saved with");
      }
      if (!at->second.has_values()) {
        throw std::runtime_error(where + at->second.dtype +
                                 ", the model needs F32, F16 or BF16; save it as one of these");
      }
      const std::vector<float>& values = at->second.data;
      if (!std::all_of(values.begin(), values.end(), [](float value) { return std::isfinite(value); })) {
        throw std::runtime_error(where + "not finite everywhere; use weights of a training that did not diverge");
      }
      found.back() = &at->second;
      used.insert(name);
      heads_present.insert(detail::head_of(parameter.name, prefix));
      break;
    }
  }
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    if (found[i] != nullptr) continue;
    const std::string& name = parameters[i].name;
    const std::string head = detail::head_of(name, prefix);
    if (head.empty() || heads_present.contains(head)) {
      std::vector<std::string> others;
      for (const auto& [other, tensor] : file.tensors) {
        if (!used.contains(other)) others.push_back(other);
      }
      const std::string meant = did_you_mean(name, others);
      throw std::runtime_error(printable(source) + ": tensor " + in_quotes(name) + " is missing, of shape " +
                               shape_text(detail::file_shape(parameters[i])) +
                               (meant.empty() ? "; use weights of this very model" : meant));
    }
    report.fresh.push_back(name);
  }
  for (const auto& [name, tensor] : file.tensors) {
    if (used.contains(name)) continue;
    report.unused.push_back(printable(name, 80) + " (" + tensor.dtype + " " + shape_text(tensor.shape) + ")");
  }
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    if (found[i] != nullptr) detail::assign_from_file(parameters[i], found[i]->data);
  }
  return report;
}

/// The parameters of a model as a file that PyTorch and HuggingFace read, in `dtype` F32, F16 or BF16.
template <class T>
Safetensors save_checkpoint(const nn::Parameters<T>& parameters, const std::string& dtype = "F32") {
  Safetensors file;
  for (const nn::Parameter<T>& parameter : parameters) {
    file.tensors[parameter.name] = {
        .dtype = dtype, .shape = detail::file_shape(parameter), .data = detail::data_in_file(parameter)};
  }
  return file;
}

}  // namespace pim::io
