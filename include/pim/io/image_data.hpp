#pragma once
#include <cerrno>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include <pim/core/text.hpp>
#include <pim/io/cifar10.hpp>
#include <pim/io/idx.hpp>
#include <pim/io/image_folder.hpp>
#include <pim/io/image_range.hpp>
#include <pim/task/image/image_set.hpp>

/// Images from whatever a path names.
namespace pim::io {

/// What is asked of a data set.
struct ImageRequest {
  task::ImageSplit split = task::ImageSplit::test;
  ImageRange range = {};
  mapping::ImageShape shape = {};  ///< what the network takes: pictures are made to fit; 0 channels: as they are
};

namespace detail {

inline bool is_file(const std::filesystem::path& path) {
  std::error_code absent;
  return std::filesystem::is_regular_file(path, absent);
}
inline bool is_folder(const std::filesystem::path& path) {
  std::error_code absent;
  return std::filesystem::is_directory(path, absent);
}

/// The IDX file of a part by the names that are in use; what: images-idx3 or labels-idx1.
inline std::optional<std::filesystem::path> find_idx(const std::filesystem::path& folder, task::ImageSplit split,
                                                     std::string what) {
  const std::string part = split == task::ImageSplit::train ? "train-" : "t10k-";
  for (const char separator : {'-', '.'}) {
    what[what.find_first_of("-.")] = separator;
    for (const char* ending : {"", ".gz"}) {
      const std::filesystem::path file = folder / (part + what + "-ubyte" + ending);
      if (is_file(file)) return file;
    }
  }
  return std::nullopt;
}

inline std::optional<std::filesystem::path> find_label_file(const std::filesystem::path& folder) {
  for (const char* name : {"labels.csv", "labels.txt"}) {
    if (is_file(folder / name)) return folder / name;
  }
  return std::nullopt;
}

/// test_batch.bin, or all other *.bin files.
inline std::vector<std::filesystem::path> cifar10_files(const std::filesystem::path& folder, task::ImageSplit split) {
  std::vector<std::filesystem::path> files;
  for (const std::filesystem::path& file : sorted_entries(folder)) {
    const bool is_test = file.filename() == "test_batch.bin";
    if (file.extension() == ".bin" && is_test == (split == task::ImageSplit::test)) files.push_back(file);
  }
  return files;
}

[[noreturn]] inline void refuse_training(const std::filesystem::path& path, const std::string& mend) {
  image_error(path, "there are no training images; " + mend);
}

inline task::ImageSet read_images_of_file(const std::filesystem::path& file, const ImageRequest& request) {
  if (request.split == task::ImageSplit::train)
    refuse_training(file, "give the folder that holds the training set too");
  if (file.extension() == ".bin") return read_cifar10(file, request.range);
  std::string labels = file.filename().string();
  const std::string images_part = "images", marker = "idx3";
  if (labels.find(images_part) != std::string::npos && labels.find(marker) != std::string::npos) {
    labels.replace(labels.find(images_part), images_part.size(), "labels");
    labels.replace(labels.find(marker), marker.size(), "idx1");
    return read_idx(file, file.parent_path() / labels, request.range);
  }
  if (labels == "labels.csv" || labels == "labels.txt") {
    return read_pictures(read_picture_labels(file), file, request.shape, request.range);
  }
  image_error(file, "no data set that is known; expected a CIFAR-10 file (*.bin), an IDX file of images or labels.csv");
}

inline task::ImageSet read_images_of_folder(const std::filesystem::path& folder, const ImageRequest& request) {
  const bool train = request.split == task::ImageSplit::train;
  if (is_file(folder / "test_batch.bin")) {
    const std::vector<std::filesystem::path> files = cifar10_files(folder, request.split);
    if (files.empty()) refuse_training(folder, "put data_batch_1.bin to data_batch_5.bin beside test_batch.bin");
    return read_cifar10(files, request.range);
  }
  const auto images = find_idx(folder, request.split, "images-idx3");
  const auto labels = find_idx(folder, request.split, "labels-idx1");
  if (images && labels) return read_idx(*images, *labels, request.range);
  if (images || labels || find_idx(folder, task::ImageSplit::test, "images-idx3")) {
    image_error(folder, std::string("there is no ") + (train ? "train-" : "t10k-") +
                            (images ? "labels-idx1-ubyte" : "images-idx3-ubyte") + ", plain or .gz; put it there");
  }
  for (const char* part : train ? std::vector{"train"} : std::vector{"test", "val"}) {
    if (!is_folder(folder / part)) continue;
    const auto label_file = find_label_file(folder / part);
    const PictureList list = label_file ? read_picture_labels(*label_file) : list_class_folders(folder / part);
    return read_pictures(list, folder / part, request.shape, request.range);
  }
  if (const auto label_file = find_label_file(folder)) {
    if (train) refuse_training(folder, "put them into a folder train, with their own labels.csv");
    return read_pictures(read_picture_labels(*label_file), *label_file, request.shape, request.range);
  }
  image_error(folder,
              "no data set that is known; expected test_batch.bin (CIFAR-10), t10k-images-idx3-ubyte (MNIST), or "
              "pictures with labels.csv");
}

}  // namespace detail

/// Reads images of a data set, which is recognised by names:
///
///   a file    *.bin (CIFAR-10), *images*idx3* (IDX, the labels beside it), labels.csv or labels.txt (pictures)
///   a folder  with test_batch.bin (CIFAR-10; all other *.bin files are training images), with IDX files, with folders
///             train and test or val (pictures: labels.csv, labels.txt, or a folder a class), or with labels.csv or
///             labels.txt (pictures, none for training)
///
/// throws  std::runtime_error, one line naming the file and the place in it: missing, damaged, not recognised, without
///         training images; std::invalid_argument: the range holds no image, or images are not of request.shape
inline task::ImageSet read_images(const std::filesystem::path& path, const ImageRequest& request) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) detail::file_error("read", path, error ? error.value() : ENOENT);
  task::ImageSet images = detail::is_folder(path) ? detail::read_images_of_folder(path, request)
                                                  : detail::read_images_of_file(path, request);
  if (request.shape.channels == 0 || images.shape == request.shape) return images;
  const auto text = [](const mapping::ImageShape& s) {
    return "(" + std::to_string(s.channels) + ", " + std::to_string(s.height) + ", " + std::to_string(s.width) + ")";
  };
  throw std::invalid_argument(printable(path.string()) + ": images are " + text(images.shape) + ", the network takes " +
                              text(request.shape) + "; choose other data or another network");
}

}  // namespace pim::io
