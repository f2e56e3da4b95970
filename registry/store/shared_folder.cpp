#include "registry/store/shared_folder.hpp"

#include <random>
#include <vector>

#include "registry/store/journal.hpp"

namespace toolhive::registry {
namespace {

constexpr std::string_view kWriterFolder = "/writer";
constexpr std::string_view kKeyFile = "/key";
constexpr std::size_t kKeyDigits = 64;
// A listing that is read while the file is renamed may show neither name.
constexpr int kListings = 3;

std::string random_digits(std::size_t count) {
  constexpr std::string_view kHexDigits = "0123456789abcdef";
  std::random_device random;
  std::string out(count, '0');
  for (auto& c : out) c = kHexDigits[random() & 0xF];
  return out;
}

Result<void> write_file(FileSystem& files, const std::string& path, std::string_view content) {
  auto file = files.create(path);
  if (!file) return file.take_error();
  auto done = (*file)->append(content);
  return done ? (*file)->sync() : done;
}

// What of the newest log counts when it is shared for the first time.
Result<CommitPoint> first_point(FileSystem& files, const std::string& directory) {
  auto path = newest_journal(files, directory);
  if (!path) return path.take_error();
  CommitPoint point;
  if (path->empty()) return point;
  auto scan = scan_journal(
      files, *path, [](const Record&) { return Result<void>(); },
      [](std::string_view, std::uint64_t, const Error&) {});
  if (!scan) return scan.take_error();
  point.epoch = point.log = journal_number(path->substr(path->rfind('/') + 1));
  point.bytes = scan->good_bytes;
  return point;
}

}  // namespace

SharedFolder::SharedFolder(FileSystem& files, std::string directory)
    : files_(files), directory_(std::move(directory)), folder_(directory_ + std::string(kWriterFolder)) {}

Result<void> SharedFolder::prepare(const std::string& folder) const {
  auto point = first_point(files_, directory_);
  if (!point) return point.take_error();
  if (auto made = files_.create_directories(folder); !made) return made;
  auto done = write_file(files_, folder + std::string(kKeyFile), random_digits(kKeyDigits));
  if (done) done = write_file(files_, folder + "/" + commit_point_name(*point), {});
  return done ? files_.sync_directory(folder) : done;
}

Result<void> SharedFolder::begin() {
  if (read()) return {};
  // Prepared beside its place and renamed, which fails where another replica was first: its folder
  // is not empty. So there is one commit point in all the life of the folder.
  const auto temporary = folder_ + "." + random_digits(16) + ".tmp";
  auto done = prepare(temporary);
  if (done) done = files_.rename(temporary, folder_);
  if (done) return files_.sync_directory(directory_);
  if (auto names = files_.list(temporary)) {
    for (const auto& name : *names) (void)files_.remove(temporary + "/" + name);
    (void)files_.remove(temporary);
  }
  auto there = read();
  return there ? Result<void>() : done;
}

Result<CommitPoint> SharedFolder::read() const {
  for (int listing = 0; listing < kListings; ++listing) {
    auto names = files_.list(folder_);
    if (!names) return names.take_error();
    std::optional<CommitPoint> latest;
    for (const auto& name : *names) {
      auto point = parse_commit_point(name);
      if (point && (!latest || is_later(*point, *latest))) latest = std::move(point);
    }
    if (latest) return std::move(*latest);
  }
  return Error{Code::NotFound, folder_ + " has no commit point: the files are not shared any more"};
}

Result<void> SharedFolder::replace(const CommitPoint& from, const CommitPoint& to, bool durable) {
  auto renamed = files_.rename(path_of(from), path_of(to));
  if (!renamed) {
    // A reply may have been lost, and the request been repeated: no other replica makes this name.
    auto now = read();
    if (!now || !(*now == to)) {
      if (renamed.error().code != Code::NotFound) return renamed;
      return Error{Code::Conflict, "another replica has become the writer"};
    }
  }
  return durable ? files_.sync_directory(folder_) : Result<void>();
}

Result<std::string> SharedFolder::key() const {
  const auto path = folder_ + std::string(kKeyFile);
  auto file = files_.open_read(path);
  if (!file) return file.take_error();
  std::string key(kKeyDigits + 1, '\0');
  std::size_t size = 0;
  while (size < key.size()) {
    auto count = (*file)->read(key.data() + size, key.size() - size);
    if (!count) return count.take_error();
    if (*count == 0) break;
    size += *count;
  }
  key.resize(size);
  if (size != kKeyDigits)
    return Error{Code::Corrupt, path +
                                    " is not the key that was made with the folder; stop all replicas, "
                                    "remove the folder of that file, and start them"};
  return key;
}

Result<void> end_sharing(FileSystem& files, const std::string& directory) {
  const auto folder = directory + std::string(kWriterFolder);
  auto names = files.list(folder);
  if (!names) return names.error().code == Code::NotFound ? Result<void>() : names.take_error();
  if (names->empty()) return {};
  for (const auto& name : *names) {
    auto removed = files.remove(folder + "/" + name);
    if (!removed && removed.error().code != Code::NotFound) return removed;
  }
  return files.sync_directory(folder);
}

}  // namespace toolhive::registry
