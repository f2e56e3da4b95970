#include "registry/store/journal.hpp"

#include <algorithm>
#include <charconv>
#include <cstdio>

namespace toolhive::registry {
namespace {

constexpr std::string_view kPrefix = "tools-";
constexpr std::string_view kSuffix = ".log";
constexpr std::size_t kReadBytes = 256 * 1024;

}  // namespace

std::string journal_name(std::uint64_t number) {
  std::string digits = std::to_string(number);
  if (digits.size() < 6) digits.insert(0, 6 - digits.size(), '0');
  return std::string(kPrefix) + digits + std::string(kSuffix);
}

std::uint64_t journal_number(std::string_view name) {
  if (!name.starts_with(kPrefix) || !name.ends_with(kSuffix) ||
      name.size() <= kPrefix.size() + kSuffix.size())
    return 0;
  const auto digits = name.substr(kPrefix.size(), name.size() - kPrefix.size() - kSuffix.size());
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return error == std::errc() && end == digits.data() + digits.size() ? number : 0;
}

Result<std::string> newest_journal(FileSystem& files, const std::string& directory) {
  auto names = files.list(directory);
  if (!names) return names.take_error();
  std::uint64_t newest = 0;
  for (const auto& name : *names) newest = std::max(newest, journal_number(name));
  return newest == 0 ? std::string() : directory + "/" + journal_name(newest);
}

Result<JournalScan> scan_journal(
    FileSystem& files, const std::string& path, const std::function<Result<void>(const Record&)>& on_record,
    const std::function<void(std::string_view, std::uint64_t, const Error&)>& on_damaged,
    JournalRange range) {
  auto file = files.open_read(path);
  if (!file) return file.take_error();
  if (range.begin > 0) {
    if (auto sought = (*file)->seek(range.begin); !sought) return sought.take_error();
  }

  JournalScan scan;
  scan.good_bytes = range.begin;
  std::string buffer;      // From the end of the last whole line on.
  std::size_t looked = 0;  // Up to here it holds no line feed.
  for (;;) {
    const auto old_size = buffer.size();
    const auto left = range.end - scan.good_bytes - old_size;
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(left, kReadBytes));
    buffer.resize(old_size + wanted);
    auto count = (*file)->read(buffer.data() + old_size, wanted);
    if (!count) return count.take_error();
    buffer.resize(old_size + *count);
    if (*count == 0) break;

    std::size_t begin = 0;
    for (auto end = buffer.find('\n', looked); end != buffer.npos; end = buffer.find('\n', begin)) {
      const auto line = std::string_view(buffer).substr(begin, end - begin);
      Result<void> done;
      if (auto record = decode_record(line))
        done = on_record(*record);
      else
        done = record.take_error();
      if (done) {
        ++scan.records;
      } else if (done.error().code == Code::Corrupt) {
        on_damaged(line, scan.good_bytes, done.error());
      } else {
        return Error{done.error().code,
                     path + " at byte " + std::to_string(scan.good_bytes) + ": " + done.error().detail};
      }
      scan.good_bytes += line.size() + 1;
      begin = end + 1;
    }
    buffer.erase(0, begin);
    looked = buffer.size();
  }
  scan.torn_bytes = buffer.size();
  return scan;
}

JournalWriter::JournalWriter(FileSystem& files, std::string directory, const std::string& name,
                             std::uint64_t size)
    : files_(files), directory_(std::move(directory)), path_(directory_ + "/" + name), size_(size) {}

Result<void> JournalWriter::open() {
  auto file = files_.open_append(path_);
  if (!file && file.error().code == Code::NotFound && size_ == 0) {
    file = files_.create(path_);
    // Without this the file may be gone after a power failure, and what was synced into it with it.
    if (file) {
      if (auto synced = files_.sync_directory(directory_); !synced) return synced;
    }
  }
  // Not the NotFound of a tool: the folder or the log in it is what is gone.
  if (!file && file.error().code == Code::NotFound) {
    broken_ = "the log with the tools is gone (" + file.error().detail +
              "): no writes are accepted until it is back in its place and the process is restarted";
    return Error{Code::Unavailable, broken_};
  }
  if (!file) return file.take_error();
  file_ = std::move(*file);
  return {};
}

Result<void> JournalWriter::undo() {
  if (!leftovers_) return {};
  if (auto cut = file_->truncate(size_); !cut) return cut;
  // Without this the records could be back after a power failure, although their writers were told
  // they failed.
  if (auto synced = file_->sync(); !synced) {
    broken_ = "a failed write could not be undone (" + synced.error().detail +
              "): no writes are accepted until the process is restarted on a healthy disk";
    return synced;
  }
  leftovers_ = false;
  return {};
}

Result<void> JournalWriter::append(std::string_view lines) {
  if (!broken_.empty()) return Error{Code::Unavailable, broken_};
  if (file_ == nullptr) {
    if (auto opened = open(); !opened) return opened;
  }
  if (!file_->in_place()) {
    broken_ = path_ +
              " was moved or deleted while the process runs: no writes are accepted until it is back in "
              "its place and the process is restarted";
    return Error{Code::Unavailable, broken_};
  }
  if (auto undone = undo(); !undone) return undone;
  if (auto written = file_->append(lines); !written) {
    leftovers_ = true;
    (void)undo();
    return written;
  }
  if (auto synced = file_->sync(); !synced) {
    broken_ = "data could not be made durable (" + synced.error().detail +
              "): no writes are accepted until the process is restarted on a healthy disk";
    return Error{Code::Unavailable, broken_};
  }
  size_ += lines.size();
  return {};
}

}  // namespace toolhive::registry
