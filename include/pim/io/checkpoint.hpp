#pragma once
#include <cstddef>
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

/// Between the tensors of a file and the parameters of a model, both under HuggingFace's names.
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
  }
  return {};
}

/// Names under which a file may hold a parameter, the best first: as it is, without the encoder's prefix, and either
/// with the names that normalisations had in the first BERT files.
inline std::vector<std::string> names_in_files(const std::string& name, std::string_view prefix) {
  std::vector<std::string> names = {name};
  if (name.starts_with(prefix)) names.push_back(name.substr(prefix.size()));
  for (std::size_t i = 0, count = names.size(); i < count; ++i) {
    for (const auto& [now, once] :
         {std::pair{"LayerNorm.weight", "LayerNorm.gamma"}, {"LayerNorm.bias", "LayerNorm.beta"}}) {
      const std::string_view suffix = now;
      if (names[i].ends_with(suffix)) names.push_back(names[i].substr(0, names[i].size() - suffix.size()) + once);
    }
  }
  return names;
}

/// "classifier", "pooler": the head that a parameter belongs to; empty for the encoder, which no file may lack.
inline std::string head_of(std::string_view name, std::string_view prefix) {
  if (name.starts_with(prefix)) name.remove_prefix(prefix.size());
  const std::string part(name.substr(0, name.find('.')));
  return part == "embeddings" || part == "encoder" ? "" : part;
}
}  // namespace detail

/// Copies the tensors of a file to the parameters of a model, all or, on an error, none.
///
/// `prefix` ("roberta.", "bert."), with which the encoder's names begin, is optional in the file. A head that the file
/// lacks altogether keeps its values; tensors of any type that the model lacks are ignored; the report names both.
/// throws std::runtime_error, one line naming source and tensor: one is missing of the encoder, or of a head that is
///        partly there; a wrong shape (naming both); a type other than F32, F16, BF16
template <class T>
LoadReport load_checkpoint(const Safetensors& file, const std::string& source, const nn::Parameters<T>& parameters,
                           std::string_view prefix) {
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
      throw std::runtime_error(printable(source) + ": tensor " + in_quotes(name) + " is missing, of shape " +
                               shape_text(detail::file_shape(parameters[i])) + did_you_mean(name, others));
    }
    report.fresh.push_back(name);
  }
  for (const auto& [name, tensor] : file.tensors) {
    if (used.contains(name)) continue;
    report.unused.push_back(printable(name, 80) + " (" + tensor.dtype + " " + shape_text(tensor.shape) + ")");
  }
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    if (found[i] == nullptr) continue;
    Matrix_<T>& value = *parameters[i].value;
    const bool transposed = parameters[i].layout == nn::Layout::transposed;
    const Eigen::Map<const Matrix> data(found[i]->data.data(), transposed ? value.cols() : value.rows(),
                                        transposed ? value.rows() : value.cols());
    if (transposed)
      value = data.transpose().template cast<T>();
    else
      value = data.template cast<T>();
  }
  return report;
}

/// The parameters of a model as a file that HuggingFace reads, in `dtype` F32, F16 or BF16.
template <class T>
Safetensors save_checkpoint(const nn::Parameters<T>& parameters, const std::string& dtype = "F32") {
  Safetensors file;
  for (const nn::Parameter<T>& parameter : parameters) {
    Matrix values = parameter.value->template cast<float>();
    if (parameter.layout == nn::Layout::transposed) values = Matrix(values.transpose());
    Tensor& tensor = file.tensors[parameter.name];
    tensor = {.dtype = dtype, .shape = detail::file_shape(parameter), .data = {}};
    tensor.data.assign(values.data(), values.data() + values.size());
  }
  return file;
}

}  // namespace pim::io
