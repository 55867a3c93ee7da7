#pragma once
#include <algorithm>
#include <charconv>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <pim/core/check.hpp>
#include <pim/core/parallel.hpp>
#include <pim/core/text.hpp>
#include <pim/io/file.hpp>
#include <pim/io/image_range.hpp>
#include <pim/io/png.hpp>
#include <pim/io/ppm.hpp>
#include <pim/task/image/image_set.hpp>
#include <pim/task/image/resize.hpp>

/// Folders of pictures, for evaluation as on ImageNet: with a file of labels, or with a folder for each class.
namespace pim::io {

/// A picture in a PNG, PPM or PGM file, told apart by their content.
/// throws  std::runtime_error, one line naming the file: missing, none of these, damaged
inline task::Image read_picture(const std::filesystem::path& path) {
  const std::string bytes = read_file(path);
  if (is_png(bytes)) return parse_png(bytes, path);
  if (is_ppm(bytes)) return parse_ppm(bytes, path);
  detail::image_error(path, bytes.empty() ? "the file is empty, expected a PNG or PPM picture"
                                          : "no picture that can be read; convert it to PNG or PPM (P6 or P5)");
}

/// A picture as a network's input: the channels converted; if it is of another size, the shorter side resized to 8/7 of
/// the input's longer side and the middle cut out. For 224 x 224 that is 256, as ImageNet is evaluated.
/// throws  std::runtime_error naming the file: so narrow that more than most_pixels would come out
inline task::Image fitted(const task::Image& picture, const mapping::ImageShape& shape,
                          const std::filesystem::path& name) {
  const task::Image image = task::with_channels(picture, shape.channels);
  if (image.shape == shape) return image;
  const auto& [channels, height, width] = image.shape;
  const Index side = (std::max(shape.height, shape.width) * 8 + 3) / 7;
  if (side * side > most_pixels / std::max(height, width) * std::min(height, width)) {
    detail::image_error(name, std::to_string(width) + " x " + std::to_string(height) +
                                  " pixels are too narrow to be resized; crop the picture");
  }
  return task::centre_crop(task::resize_shorter_side(image, side), {shape.height, shape.width});
}

/// Pictures that are not yet read.
struct PictureList {
  std::vector<std::filesystem::path> files;
  std::vector<int> labels;
  std::vector<std::string> class_names;
};

namespace detail {

inline std::vector<std::string_view> lines_of(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    while (line.ends_with('\r') || line.ends_with(' ') || line.ends_with('\t')) line.remove_suffix(1);
    lines.push_back(line);
  }
  while (!lines.empty() && lines.back().empty()) lines.pop_back();
  return lines;
}

inline constexpr int most_classes = 1 << 16;  ///< where they have no names

/// The class that a label says by number, or by a name that no other class has; if it does.
inline std::optional<int> class_of(std::string_view label, const std::vector<std::string>& names) {
  const auto named = std::find(names.begin(), names.end(), label);
  if (named != names.end()) {
    const bool is_unique = std::find(named + 1, names.end(), label) == names.end();
    return is_unique ? std::optional(static_cast<int>(named - names.begin())) : std::nullopt;
  }
  int id = -1;
  const auto [end, error] = std::from_chars(label.data(), label.data() + label.size(), id);
  const bool whole = error == std::errc() && end == label.data() + label.size();
  const bool known = id >= 0 && id < (names.empty() ? most_classes : std::ssize(names));
  return whole && known ? std::optional(id) : std::nullopt;
}

/// Without what desktops and editors leave behind: names that begin with a dot.
inline std::vector<std::filesystem::path> sorted_entries(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> entries;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    if (!entry->path().filename().string().starts_with('.')) entries.push_back(entry->path());
  }
  if (error) file_error("read", folder, error.value());
  std::sort(entries.begin(), entries.end());
  return entries;
}

}  // namespace detail

/// The pictures that a file of labels lists, in its order: lines `file,label` or `file label`, files as seen from the
/// label file's folder. A label is a class number; it may be a name where classes.txt beside it has one on each line,
/// in the order of the numbers. A first line `file,label` and empty lines are skipped.
/// throws  std::runtime_error, one line naming the file and line: no label, no class or a name of two classes, no
///         picture listed
inline PictureList read_picture_labels(const std::filesystem::path& label_file) {
  const std::filesystem::path folder = label_file.parent_path();
  PictureList list;
  std::vector<std::string>& names = list.class_names;
  if (std::error_code absent; std::filesystem::exists(folder / "classes.txt", absent)) {
    const std::string text = read_file(folder / "classes.txt");
    for (const std::string_view name : detail::lines_of(text)) names.emplace_back(name);
  }
  const Index classes = names.empty() ? detail::most_classes : std::ssize(names);
  const std::string text = read_file(label_file);
  const std::vector<std::string_view> lines = detail::lines_of(text);
  int most = -1;
  for (std::size_t number = 0; number < lines.size(); ++number) {
    const std::string_view line = lines[number];
    if (line.empty() || (number == 0 && line == "file,label")) continue;
    const auto refuse = [&](const std::string& what) {
      throw std::runtime_error(printable(label_file.string()) + ":" + std::to_string(number + 1) + ": " + what);
    };
    const bool has_comma = line.find(',') != std::string_view::npos;
    const std::size_t cut = has_comma ? line.rfind(',') : line.find_last_of(" \t");
    if (cut == std::string_view::npos || cut == 0) refuse(in_quotes(line) + " is not a line of file,label");
    std::string_view label = line.substr(cut + 1);
    while (label.starts_with(' ')) label.remove_prefix(1);
    const std::optional<int> id = detail::class_of(label, names);
    if (!id) {
      refuse("label " + in_quotes(label) + ", expected a class from 0 to " + std::to_string(classes - 1) +
             (names.empty() ? "" : " or its name, which must stand once in classes.txt"));
    }
    most = std::max(most, *id);
    list.files.push_back(folder / line.substr(0, cut));
    list.labels.push_back(*id);
  }
  if (list.files.empty()) detail::image_error(label_file, "no lines of file,label in it");
  if (names.empty()) {
    for (int id = 0; id <= most; ++id) names.push_back(std::to_string(id));
  }
  return list;
}

/// The pictures of a folder that has one folder a class: classes, and the pictures of each, in the order of their
/// names. Names that begin with a dot (.DS_Store, .ipynb_checkpoints) are left out.
///
/// throws  std::runtime_error, one line naming the folder: it cannot be read, it has no folders with files
inline PictureList list_class_folders(const std::filesystem::path& folder) {
  PictureList list;
  for (const std::filesystem::path& entry : detail::sorted_entries(folder)) {
    if (std::error_code absent; !std::filesystem::is_directory(entry, absent)) continue;
    for (const std::filesystem::path& file : detail::sorted_entries(entry)) {
      list.files.push_back(file);
      list.labels.push_back(static_cast<int>(list.class_names.size()));
    }
    list.class_names.push_back(entry.filename().string());
  }
  if (list.files.empty()) detail::image_error(folder, "no folders of pictures in it, one a class");
  return list;
}

/// Reads some of the pictures, each made to fit `shape`; without one (0 channels) the first picture read gives it.
/// throws  what read_picture throws; std::invalid_argument: the range holds no picture
inline task::ImageSet read_pictures(const PictureList& list, const std::filesystem::path& source,
                                    mapping::ImageShape shape, const ImageRange& range = {}) {
  const detail::ImageNumbers numbers = detail::numbers_of(range, std::ssize(list.files), source);
  const auto file = [&](Index i) { return list.files[static_cast<std::size_t>(numbers.first + i)]; };
  if (shape.channels == 0) shape = read_picture(file(0)).shape;
  task::ImageSet images{.shape = shape,
                        .pixels = std::vector<std::uint8_t>(static_cast<std::size_t>(numbers.count() * shape.size())),
                        .labels = {list.labels.begin() + numbers.first, list.labels.begin() + numbers.last},
                        .class_names = list.class_names};
  parallel_for(numbers.count(), [&](Index i) {
    const task::Image image = fitted(read_picture(file(i)), shape, file(i));
    std::copy(image.pixels.begin(), image.pixels.end(), images.pixels.begin() + i * shape.size());
  });
  return images;
}

}  // namespace pim::io
