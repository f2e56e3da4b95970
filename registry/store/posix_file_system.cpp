#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <system_error>

#include "controller/base/descriptor.hpp"
#include "registry/store/file_system.hpp"

namespace toolhive::registry {
namespace {

Error io_error(int code, const std::string& action, const std::string& path) {
  const std::string text = "cannot " + action + " " + path + ": " + std::generic_category().message(code);
  switch (code) {
    case ENOSPC:
    case EDQUOT:
      return {Code::StorageFull, text + "; free space or enlarge the volume"};
    case EROFS:
      return {Code::ReadOnly, text + "; make the volume writable"};
    case EACCES:
    case EPERM:
      return {Code::Unavailable,
              text + "; let the user this process runs as (or the volume's fsGroup) write there"};
    case ENOENT:
      return {Code::NotFound, text};
    case EEXIST:
    case ENOTEMPTY:
      return {Code::Conflict, text};
    default:
      return {Code::Unavailable, text};
  }
}

template <class Call>
auto retry(Call call) {
  for (;;) {
    const auto result = call();
    if (result >= 0 || errno != EINTR) return result;
  }
}

Descriptor open_file(const std::string& path, int flags) {
  return Descriptor(retry([&] { return ::open(path.c_str(), flags | O_CLOEXEC, 0600); }));
}

class PosixAppendFile : public AppendFile {
 public:
  PosixAppendFile(Descriptor fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}

  Result<void> append(std::string_view bytes) override {
    while (!bytes.empty()) {
      const auto written = retry([&] { return ::write(fd_.get(), bytes.data(), bytes.size()); });
      if (written < 0) return io_error(errno, "write", path_);
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
  }
  Result<void> sync() override {
    if (::fdatasync(fd_.get()) != 0) return io_error(errno, "sync", path_);
    return {};
  }
  bool in_place() override {
    struct stat file {
    }, named{};
    return ::fstat(fd_.get(), &file) == 0 && ::stat(path_.c_str(), &named) == 0 &&
           file.st_dev == named.st_dev && file.st_ino == named.st_ino;
  }
  Result<void> truncate(std::uint64_t size) override {
    if (retry([&] { return ::ftruncate(fd_.get(), static_cast<off_t>(size)); }) != 0)
      return io_error(errno, "cut", path_);
    return {};
  }

 private:
  Descriptor fd_;
  std::string path_;
};

class PosixReadFile : public ReadFile {
 public:
  PosixReadFile(Descriptor fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}

  Result<std::size_t> read(char* buffer, std::size_t size) override {
    const auto count = retry([&] { return ::read(fd_.get(), buffer, size); });
    if (count < 0) return io_error(errno, "read", path_);
    return static_cast<std::size_t>(count);
  }
  Result<void> seek(std::uint64_t offset) override {
    if (::lseek(fd_.get(), static_cast<off_t>(offset), SEEK_SET) < 0) return io_error(errno, "read", path_);
    return {};
  }

 private:
  Descriptor fd_;
  std::string path_;
};

// An flock: it belongs to the open file, so that a second open in this process is refused as
// another process is.
class PosixFileLock : public FileLock {
 public:
  explicit PosixFileLock(Descriptor fd) : fd_(std::move(fd)) {}

 private:
  Descriptor fd_;
};

class PosixFileSystem : public FileSystem {
 public:
  Result<void> create_directories(const std::string& path) override {
    for (std::size_t end = 1; end != path.npos;) {
      end = path.find('/', end + 1);
      const auto part = path.substr(0, end);
      if (::mkdir(part.c_str(), 0700) == 0 || errno == EEXIST) continue;
      const int code = errno;
      struct stat info {};
      if (::stat(part.c_str(), &info) == 0 && S_ISDIR(info.st_mode))
        continue;  // EROFS and EACCES come before EEXIST.
      return io_error(code, "create the folder", part);
    }
    return {};
  }

  Result<std::vector<std::string>> list(const std::string& path) override {
    // A network file system may answer a listing from what it read up to a minute ago, unless it
    // has just been told that the folder is another.
    struct statx fresh {};
    (void)::statx(AT_FDCWD, path.c_str(), AT_STATX_FORCE_SYNC, STATX_MTIME | STATX_CTIME, &fresh);
    DIR* const directory = ::opendir(path.c_str());
    if (directory == nullptr) return io_error(errno, "open the folder", path);
    std::vector<std::string> names;
    errno = 0;
    while (const auto* entry = ::readdir(directory)) {
      const std::string_view name = entry->d_name;
      if (name != "." && name != "..") names.emplace_back(name);
      errno = 0;
    }
    const int code = errno;
    ::closedir(directory);
    if (code != 0) return io_error(code, "list the folder", path);
    std::sort(names.begin(), names.end());
    return names;
  }

  Result<std::unique_ptr<AppendFile>> create(const std::string& path) override {
    auto fd = open_file(path, O_WRONLY | O_APPEND | O_CREAT | O_EXCL);
    if (!fd) return io_error(errno, "create", path);
    return std::unique_ptr<AppendFile>(std::make_unique<PosixAppendFile>(std::move(fd), path));
  }

  Result<std::unique_ptr<AppendFile>> open_append(const std::string& path) override {
    auto fd = open_file(path, O_WRONLY | O_APPEND);
    if (!fd) return io_error(errno, "open", path);
    return std::unique_ptr<AppendFile>(std::make_unique<PosixAppendFile>(std::move(fd), path));
  }

  Result<std::unique_ptr<ReadFile>> open_read(const std::string& path) override {
    auto fd = open_file(path, O_RDONLY);
    if (!fd) return io_error(errno, "open", path);
    return std::unique_ptr<ReadFile>(std::make_unique<PosixReadFile>(std::move(fd), path));
  }

  Result<void> rename(const std::string& from, const std::string& to) override {
    if (::rename(from.c_str(), to.c_str()) != 0) return io_error(errno, "rename " + from + " to", to);
    return {};
  }

  Result<void> remove(const std::string& path) override {
    // Of a folder unlink() says one or the other.
    if (::unlink(path.c_str()) == 0 || ((errno == EISDIR || errno == EPERM) && ::rmdir(path.c_str()) == 0))
      return {};
    return io_error(errno, "remove", path);
  }

  Result<void> sync_directory(const std::string& path) override {
    const auto fd = open_file(path, O_RDONLY | O_DIRECTORY);
    if (!fd || ::fsync(fd.get()) != 0) return io_error(errno, "sync the folder", path);
    return {};
  }

  Result<std::unique_ptr<FileLock>> lock(const std::string& path) override { return lock(path, LOCK_EX); }

  Result<std::unique_ptr<FileLock>> share_lock(const std::string& path) override {
    return lock(path, LOCK_SH);
  }

  Result<DiskSpace> space(const std::string& path) override {
    struct statvfs info {};
    if (retry([&] { return ::statvfs(path.c_str(), &info); }) != 0) return io_error(errno, "look at", path);
    return DiskSpace{static_cast<std::uint64_t>(info.f_bavail) * info.f_frsize,
                     (info.f_flag & ST_RDONLY) != 0};
  }

 private:
  static Result<std::unique_ptr<FileLock>> lock(const std::string& path, int kind) {
    auto fd = open_file(path, O_RDWR | O_CREAT);
    if (!fd && errno == EROFS) {
      auto existing = open_file(path, O_RDONLY);
      if (!existing && errno == ENOENT)
        return std::unique_ptr<FileLock>(std::make_unique<PosixFileLock>(Descriptor(-1)));
      if (!existing) return io_error(errno, "open the lock", path);
      return take(std::move(existing), path, kind);
    }
    if (!fd) return io_error(errno, "open the lock", path);
    return take(std::move(fd), path, kind);
  }

  static Result<std::unique_ptr<FileLock>> take(Descriptor fd, const std::string& path, int kind) {
    if (::flock(fd.get(), kind | LOCK_NB) != 0) {
      if (kind == LOCK_SH && (errno == ENOLCK || errno == EOPNOTSUPP || errno == ENOSYS))
        return std::unique_ptr<FileLock>(std::make_unique<PosixFileLock>(Descriptor(-1)));
      if (errno != EWOULDBLOCK) return io_error(errno, "lock", path);
      return Error{
          Code::Conflict,
          path + " is locked: another registry process uses this folder; stop it, or give each its own"};
    }
    return std::unique_ptr<FileLock>(std::make_unique<PosixFileLock>(std::move(fd)));
  }
};

}  // namespace

FileSystem& posix_file_system() {
  static PosixFileSystem instance;
  return instance;
}

}  // namespace toolhive::registry
