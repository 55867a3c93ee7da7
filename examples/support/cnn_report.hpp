#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include <pim/io/report.hpp>
#include <pim/model/networks.hpp>

#include "support/cnn_study.hpp"

/// What a study of a convolutional network found: rows for machines, tables and a chart for people.
namespace pim::app {

/// The row of an evaluation: scores, and errors of layers where they were asked for.
io::OrderedJson cnn_row(const std::string& model, const Setting& setting, const CnnEvaluation& evaluation);
/// counts[class][answer]
io::OrderedJson confusion_json(const Matrix_<std::int64_t>& counts);

/// A title, a line a row, and means over seeds; columns that say nothing in any row are left out.
std::string score_table(const io::OrderedJson& rows);
/// For each row: classes down, what they were taken for across. More than 20 classes are left to the JSON.
std::string confusion_tables(const io::OrderedJson& rows, const std::vector<std::string>& class_names);
/// Relative errors of rows that have them: layers down, rows across, at most 120 characters side by side.
std::string layer_error_tables(const io::OrderedJson& rows);
/// Accuracy over time since programming as SVG, a line for each tile and way to use it.
std::string accuracy_chart(const io::OrderedJson& rows);

/// A row for each layer of a network, and one of all; as a table.
io::OrderedJson layer_rows(const model::Network& network);
std::string layer_table(const io::OrderedJson& rows);

}  // namespace pim::app
