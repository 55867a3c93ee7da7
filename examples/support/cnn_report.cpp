#include "support/cnn_report.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <utility>

#include <pim/core/text.hpp>
#include <pim/io/line_chart.hpp>
#include <pim/io/safetensors.hpp>
#include <pim/model/layer_table.hpp>

namespace pim::app {

namespace {
using io::OrderedJson;

OrderedJson or_null(const auto& value) { return value ? OrderedJson(*value) : OrderedJson(); }

bool varies(const OrderedJson& rows, const char* field) {
  return std::any_of(rows.begin(), rows.end(), [&](const OrderedJson& row) { return row[field] != rows[0][field]; });
}
OrderedJson selected(const OrderedJson& rows, const auto& wanted) {
  OrderedJson some = OrderedJson::array();
  std::copy_if(rows.begin(), rows.end(), std::back_inserter(some), wanted);
  return some;
}

/// Words that tell a row from the others, apart from its time: "pcm, fine-tune, recalibrated, no drift compensation".
std::string label(const OrderedJson& row, const OrderedJson& others) {
  std::string text = row["tile"].get<std::string>();
  if (varies(others, "mode")) text += ", " + row["mode"].get<std::string>();
  if (row["recalibrated"]) text += ", recalibrated";
  if (row["drift_compensation"] == false) text += ", no drift compensation";
  if (varies(others, "seed")) text += ", seed " + row["seed"].dump();
  return text;
}
std::string label_with_time(const OrderedJson& row, const OrderedJson& others) {
  const bool timed = varies(others, "time_s") && !row["time_s"].is_null();
  return label(row, others) + (timed ? ", " + io::number_text(row["time_s"].get<double>(), 12) + " s" : "");
}

std::string confusion_table(const OrderedJson& counts, std::vector<std::string> names) {
  for (std::size_t c = names.size(); c < counts.size(); ++c) names.push_back(std::to_string(c));
  std::vector<io::Column> columns = {{.field = "class", .heading = "class \\ taken for"}};
  for (std::size_t c = 0; c < counts.size(); ++c) columns.push_back({.field = std::to_string(c), .heading = names[c]});
  OrderedJson lines = OrderedJson::array();
  for (std::size_t c = 0; c < counts.size(); ++c) {
    OrderedJson& line = lines.emplace_back(OrderedJson{{"class", names[c]}});
    for (std::size_t answer = 0; answer < counts.size(); ++answer) line[columns[answer + 1].field] = counts[c][answer];
  }
  return io::table(lines, columns);
}
}  // namespace

io::OrderedJson cnn_row(const std::string& model, const Setting& setting, const CnnEvaluation& evaluation) {
  const auto [mean, deviation] = spread(evaluation.top1);
  OrderedJson row = {{"model", model},
                     {"tile", setting.tile},
                     {"mode", setting.mode},
                     {"time_s", or_null(setting.condition.t_s)},
                     {"drift_compensation", or_null(setting.condition.compensated)},
                     {"recalibrated", evaluation.recalibrated},
                     {"n", evaluation.images},
                     {"top1", mean},
                     {"top1_std", std::isnan(deviation) ? OrderedJson() : OrderedJson(deviation)},
                     {"instances", evaluation.top1.size()},
                     {"seed", setting.seed},
                     {"train_s", setting.train_s},
                     {"eval_s", evaluation.eval_s}};
  for (const auto& [layer, error] : evaluation.layer_errors) {
    row["per_layer"].push_back({{"layer", layer}, {"relative_error", error}});
  }
  return row;
}
io::OrderedJson confusion_json(const Matrix_<std::int64_t>& counts) {
  OrderedJson rows = OrderedJson::array();
  for (Index label = 0; label < counts.rows(); ++label) {
    const std::int64_t* answers = counts.row(label).data();
    rows.push_back(std::vector<std::int64_t>(answers, answers + counts.cols()));
  }
  return rows;
}

std::string score_table(const io::OrderedJson& rows) {
  if (rows.empty()) return "";
  const bool one_seed = !varies(rows, "seed");
  const std::string title = rows[0]["model"].get<std::string>() + ", " + rows[0]["n"].dump() + " images" +
                            (one_seed ? ", seed " + rows[0]["seed"].dump() : "") + ":\n";
  std::vector<io::Column> columns = {{.field = "tile", .heading = "tile"},
                                     {.field = "mode", .heading = "mode"},
                                     {.field = "time_s", .heading = "time [s]", .digits = 0},
                                     {.field = "drift_compensation", .heading = "compensated"},
                                     {.field = "recalibrated", .heading = "recalibrated"},
                                     {.field = "top1", .heading = "top-1"},
                                     {.field = "top1_std", .heading = "std"},
                                     {.field = "instances", .heading = "instances"},
                                     {.field = "seed", .heading = "seed"},
                                     {.field = "train_s", .heading = "training [s]", .digits = 1},
                                     {.field = "eval_s", .heading = "evaluation [s]", .digits = 1}};
  const OrderedJson usual = {
      {"time_s", nullptr}, {"drift_compensation", nullptr}, {"recalibrated", false}, {"top1_std", nullptr},
      {"instances", 1},    {"seed", rows[0]["seed"]},       {"train_s", 0.0}};
  std::erase_if(columns, [&](const io::Column& column) {
    return usual.contains(column.field) && std::all_of(rows.begin(), rows.end(), [&](const OrderedJson& row) {
             return row[column.field] == usual[column.field];
           });
  });
  OrderedJson lines = rows;
  for (const OrderedJson& mean :
       seed_means(rows, {"tile", "mode", "time_s", "drift_compensation", "recalibrated"}, "top1"))
    lines.push_back(mean);
  return title + io::table(lines, columns);
}

std::string confusion_tables(const io::OrderedJson& rows, const std::vector<std::string>& class_names) {
  constexpr std::size_t most_classes = 20;
  std::string text;
  for (const OrderedJson& row : rows) {
    const OrderedJson& counts = row["confusion"];
    if (counts.size() > most_classes) {
      return "\nThe confusion of " + std::to_string(counts.size()) + " classes is in the JSON alone (--json FILE).\n";
    }
    const bool several = row["instances"] > 1;
    text += "\nConfusion on " + label_with_time(row, rows) +
            (several ? ", " + row["instances"].dump() + " instances together" : "") + ":\n" +
            confusion_table(counts, class_names);
  }
  return text;
}

std::string layer_error_tables(const io::OrderedJson& rows) {
  constexpr std::size_t most_columns = 120;
  const OrderedJson shown = selected(rows, [](const OrderedJson& row) {
    return row.contains("per_layer") && row["mode"] != "original" && row["mode"] != "random";
  });
  if (shown.empty()) return "";
  OrderedJson lines = shown[0]["per_layer"];
  for (std::size_t r = 0; r < shown.size(); ++r) {
    for (std::size_t l = 0; l < lines.size(); ++l) {
      lines[l][std::to_string(r)] = shown[r]["per_layer"][l]["relative_error"];
    }
  }
  const io::Column layer = {.field = "layer", .heading = "layer"};
  std::string text = "\nRelative error of each layer's output against float, first instance and batch:\n";
  const auto width = [](const std::string& table) { return table.find('\n', table.find('\n') + 1) - table.find('\n'); };
  std::vector<io::Column> columns = {layer};
  for (std::size_t r = 0; r < shown.size(); ++r) {
    columns.push_back(
        {.field = std::to_string(r), .heading = label_with_time(shown[r], shown), .digits = 3, .significant = true});
    if (columns.size() <= 2 || width(io::table(lines, columns)) <= most_columns + 1) continue;
    const io::Column last = std::exchange(columns.back(), {});
    columns.pop_back();
    text += io::table(lines, columns) + "\n";
    columns = {layer, last};
  }
  return text + io::table(lines, columns);
}

std::string accuracy_chart(const io::OrderedJson& rows) {
  const OrderedJson timed = selected(rows, [](const OrderedJson& row) { return !row["time_s"].is_null(); });
  std::vector<io::Series> lines;
  for (const OrderedJson& row : timed) {
    const std::string name = label(row, timed);
    auto line = std::find_if(lines.begin(), lines.end(), [&](const auto& series) { return series.label == name; });
    if (line == lines.end()) line = lines.insert(lines.end(), {.label = name});
    const double deviation = row["top1_std"].is_number() ? row["top1_std"].get<double>() : 0.0;
    line->points.push_back({row["time_s"].get<double>(), 100.0 * row["top1"].get<double>(), 100.0 * deviation});
  }
  const std::string model = rows.empty() ? "" : rows[0]["model"].get<std::string>() + ": ";
  return io::line_chart({.title = model + "accuracy over time since programming",
                         .x_title = "time since programming [s]",
                         .y_title = "top-1 accuracy [%]",
                         .x_scale = io::Scale::log_time},
                        lines)
      .svg();
}

io::OrderedJson layer_rows(const model::Network& network) {
  auto layers = model::layer_table(network.graph);
  layers.push_back(model::total(layers));
  OrderedJson rows = OrderedJson::array();
  for (const model::LayerRow& layer : layers) {
    const auto& [channels, height, width] = layer.shape;
    rows.push_back({{"model", network.name},
                    {"layer", layer.name},
                    {"kind", layer.kind},
                    {"shape", channels == 0 ? OrderedJson() : OrderedJson({channels, height, width})},
                    {"parameters", layer.parameters},
                    {"macs", layer.macs}});
  }
  return rows;
}
std::string layer_table(const io::OrderedJson& rows) {
  OrderedJson lines = rows;
  for (OrderedJson& line : lines) {
    const OrderedJson& shape = line["shape"];
    line["shape"] = shape.is_null() ? "" : io::shape_text(shape.get<std::vector<Index>>());
    for (const char* count : {"parameters", "macs"}) {
      if (line[count] == 0) line[count] = nullptr;
    }
  }
  const std::string model = rows.empty() ? "" : rows[0]["model"].get<std::string>() + ":\n";
  return model + io::table(lines, {{.field = "layer", .heading = "layer"},
                                   {.field = "kind", .heading = "kind"},
                                   {.field = "shape", .heading = "output [C, H, W]"},
                                   {.field = "parameters", .heading = "parameters"},
                                   {.field = "macs", .heading = "multiply-accumulates / image"}});
}

}  // namespace pim::app
