#pragma once
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <pim/core/text.hpp>

/// Whole files in, whole files out: a file that is written appears complete or not at all.
namespace pim::io {

namespace detail {
/// The temporary files of this process that are not yet renamed.
inline std::array<std::atomic<const char*>, 16> unfinished_files = {};

/// throws std::runtime_error "cannot <verb> <path>: <reason>; <mend>"
[[noreturn]] inline void file_error(const char* verb, const std::filesystem::path& path, int error) {
  const char* mend = error == ENOENT                      ? "; check the path"
                     : error == EISDIR                    ? "; name a file"
                     : error == ENOTDIR                   ? "; a part of the path is a file, choose another place"
                     : error == ENAMETOOLONG              ? "; choose a shorter name"
                     : error == EACCES || error == EROFS  ? "; check the permissions or choose another place"
                     : error == ENOSPC || error == EDQUOT ? "; free some space or choose another place"
                                                          : "";
  throw std::runtime_error(std::string("cannot ") + verb + " " + printable(path.string()) + ": " +
                           std::generic_category().message(error) + mend);
}
}  // namespace detail

/// For a signal handler that then ends the process (async-signal-safe): removes what is not yet complete.
inline void remove_unfinished_files() noexcept {
  for (const auto& file : detail::unfinished_files) {
    if (const char* path = file.load()) ::unlink(path);
  }
}

/// All bytes of a file.
/// throws std::runtime_error, one line naming the path: missing, a folder, unreadable
inline std::string read_file(const std::filesystem::path& path) {
  std::FILE* file = std::fopen(path.c_str(), "rb");
  if (file == nullptr) detail::file_error("read", path, errno);
  std::string bytes;
  std::error_code unknown;  // a pipe has no size
  if (const auto size = std::filesystem::file_size(path, unknown); !unknown) bytes.reserve(size);
  std::array<char, 1 << 16> chunk;
  while (const std::size_t count = std::fread(chunk.data(), 1, chunk.size(), file)) bytes.append(chunk.data(), count);
  const int error = std::ferror(file) != 0 ? errno : 0;
  std::fclose(file);
  if (error != 0) detail::file_error("read", path, error);
  return bytes;
}

/// A file written beside its place and moved there by commit(); without commit() nothing is left. A device or a pipe is
/// written in place, a link's target is replaced and the link stays.
/// throws std::runtime_error, one line naming the path: folder missing or read-only, no space left, a folder's name
class AtomicFile {
 public:
  explicit AtomicFile(std::filesystem::path path) : path_(std::move(path)) {
    std::error_code absent;
    if (std::filesystem::is_symlink(path_, absent)) path_ = std::filesystem::weakly_canonical(path_, absent);
    const auto status = std::filesystem::status(path_, absent);
    if (std::filesystem::is_directory(status)) detail::file_error("write", path_, EISDIR);
    if (!std::filesystem::exists(status) || std::filesystem::is_regular_file(status)) {
      static std::atomic<unsigned> serial{0};
      temporary_ = path_.string() + ".part-" + std::to_string(::getpid()) + "-" + std::to_string(serial++);
      enlist();
    }
    file_ = std::fopen(temporary_.empty() ? path_.c_str() : temporary_.c_str(), temporary_.empty() ? "wb" : "wbx");
    if (file_ == nullptr) fail(errno);
  }
  ~AtomicFile() { discard(); }
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void write(std::string_view bytes) {
    if (std::fwrite(bytes.data(), 1, bytes.size(), file_) != bytes.size()) fail(errno);
  }
  /// Nothing can be written after it.
  void commit() {
    const bool flushed = std::fclose(std::exchange(file_, nullptr)) == 0;
    if (!flushed || (!temporary_.empty() && std::rename(temporary_.c_str(), path_.c_str()) != 0)) fail(errno);
    delist();
  }

 private:
  [[noreturn]] void fail(int error) {
    discard();
    detail::file_error("write", path_, error);
  }
  void discard() {
    if (file_ != nullptr) std::fclose(std::exchange(file_, nullptr));
    if (slot_ != nullptr) ::unlink(temporary_.c_str());
    delist();
  }
  void enlist() {
    for (auto& slot : detail::unfinished_files) {
      const char* free = nullptr;
      if (slot.compare_exchange_strong(free, temporary_.c_str())) {
        slot_ = &slot;
        return;
      }
    }
    throw std::runtime_error("cannot write " + printable(path_.string()) +
                             ": too many files are being written at once");
  }
  void delist() {
    if (slot_ != nullptr) std::exchange(slot_, nullptr)->store(nullptr);
  }

  std::filesystem::path path_;
  std::string temporary_;  ///< empty: written in place
  std::atomic<const char*>* slot_ = nullptr;
  std::FILE* file_ = nullptr;
};

/// Writes a whole file at once. throws as AtomicFile
inline void write_file(const std::filesystem::path& path, std::string_view bytes) {
  AtomicFile file(path);
  file.write(bytes);
  file.commit();
}

/// Before hours of work whose result goes to `path`. throws as AtomicFile
inline void require_writable(const std::filesystem::path& path) { const AtomicFile probe(path); }

}  // namespace pim::io
