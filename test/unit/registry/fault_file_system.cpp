#include "fault_file_system.hpp"

#include <algorithm>

namespace toolhive::registry::test {
namespace {

Error fault(Code code) {
  return {code, "injected fault"};
}

std::string folder_of(const std::string& path) {
  return path.substr(0, path.rfind('/'));
}

}  // namespace

class FaultFileSystem::Appender final : public AppendFile {
 public:
  Appender(FaultFileSystem& files, std::string path, std::shared_ptr<Inode> inode)
      : files_(files), path_(std::move(path)), inode_(std::move(inode)) {}

  bool in_place() override {
    std::lock_guard guard(files_.mutex_);
    const auto it = files_.names_.find(path_);
    return it != files_.names_.end() && it->second == inode_;
  }

  Result<void> append(std::string_view bytes) override {
    std::lock_guard guard(files_.mutex_);
    auto changed = files_.change();
    const bool half = files_.append_fault || files_.dying_;
    if (changed || files_.dying_) inode_->bytes.append(half ? bytes.substr(0, bytes.size() / 2) : bytes);
    if (!changed) return changed;
    return files_.append_fault ? fault(*files_.append_fault) : Result<void>();
  }
  Result<void> sync() override {
    std::lock_guard guard(files_.mutex_);
    if (auto changed = files_.change(); !changed) return changed;
    if (files_.sync_fault) return fault(*files_.sync_fault);
    inode_->synced = inode_->bytes;
    return {};
  }
  Result<void> truncate(std::uint64_t size) override {
    std::lock_guard guard(files_.mutex_);
    if (auto changed = files_.change(); !changed) return changed;
    if (files_.truncate_fault) return fault(*files_.truncate_fault);
    inode_->bytes.resize(size);
    return {};
  }

 private:
  FaultFileSystem& files_;
  const std::string path_;
  std::shared_ptr<Inode> inode_;
};

class FaultFileSystem::Reader final : public ReadFile {
 public:
  explicit Reader(std::shared_ptr<Inode> inode) : inode_(std::move(inode)) {}

  Result<std::size_t> read(char* buffer, std::size_t size) override {
    // Short reads of odd lengths, so that lines lie across them.
    const auto count = inode_->bytes.copy(buffer, std::min<std::size_t>(size, 61), position_);
    position_ += count;
    return count;
  }
  Result<void> seek(std::uint64_t offset) override {
    position_ = std::min<std::uint64_t>(offset, inode_->bytes.size());
    return {};
  }

 private:
  std::shared_ptr<Inode> inode_;
  std::size_t position_ = 0;
};

class FaultFileSystem::Lock final : public FileLock {
 public:
  Lock(FaultFileSystem& files, std::string path, bool shared)
      : files_(files), path_(std::move(path)), shared_(shared) {}
  ~Lock() override {
    std::lock_guard guard(files_.mutex_);
    if (shared_)
      --files_.shared_locks_[path_];
    else
      files_.locks_.erase(path_);
  }

 private:
  FaultFileSystem& files_;
  std::string path_;
  const bool shared_;
};

Result<void> FaultFileSystem::change() {
  if (read_only) return fault(Code::ReadOnly);
  dying_ = lives == 1;
  if (lives <= 1) {
    lives = 0;
    return fault(Code::Unavailable);
  }
  if (lives != std::numeric_limits<std::uint64_t>::max()) --lives;
  ++changes_;
  return {};
}

void FaultFileSystem::restart(Unsynced unsynced) {
  lives = std::numeric_limits<std::uint64_t>::max();
  dying_ = false;
  // Of the changes to folders that were not synced some may have happened: here the removals, and
  // the renames, each as a whole.
  if (unsynced == Unsynced::Half) {
    for (const auto& [name, inode] : names_) {
      const auto renamed =
          std::any_of(synced_names_.begin(), synced_names_.end(), [&, same = inode](const auto& entry) {
            return entry.second == same && !names_.contains(entry.first);
          });
      if (renamed) synced_names_[name] = inode;
    }
    std::erase_if(synced_names_, [this](const auto& entry) { return !names_.contains(entry.first); });
  }
  names_ = synced_names_;
  for (auto& [name, inode] : names_) {
    if (unsynced == Unsynced::Lost || !inode->bytes.starts_with(inode->synced)) {
      inode->bytes = inode->synced;
    } else if (unsynced == Unsynced::Half) {
      inode->bytes.resize(inode->synced.size() + (inode->bytes.size() - inode->synced.size()) / 2);
    }
    inode->synced = inode->bytes;
  }
}

void FaultFileSystem::put(const std::string& path, const std::string& bytes) {
  auto inode = std::make_shared<Inode>(Inode{bytes, bytes});
  names_[path] = inode;
  synced_names_[path] = inode;
}

Result<void> FaultFileSystem::create_directories(const std::string& path) {
  if (create_directories_fault && path.ends_with("/quarantine")) return fault(*create_directories_fault);
  return {};
}

Result<std::vector<std::string>> FaultFileSystem::list(const std::string& path) {
  std::lock_guard guard(mutex_);
  if (read_fault) return fault(*read_fault);
  std::vector<std::string> names;
  for (const auto& [name, inode] : names_) {
    if (folder_of(name) == path) names.push_back(name.substr(path.size() + 1));
  }
  return names;
}

Result<std::unique_ptr<AppendFile>> FaultFileSystem::create(const std::string& path) {
  std::lock_guard guard(mutex_);
  if (auto changed = change(); !changed) return changed.take_error();
  if (create_fault) return fault(*create_fault);
  if (names_.contains(path)) return Error{Code::Conflict, path + " exists"};
  auto inode = std::make_shared<Inode>();
  names_[path] = inode;
  return std::unique_ptr<AppendFile>(std::make_unique<Appender>(*this, path, inode));
}

Result<std::unique_ptr<AppendFile>> FaultFileSystem::open_append(const std::string& path) {
  std::lock_guard guard(mutex_);
  if (read_only) return fault(Code::ReadOnly);
  const auto it = names_.find(path);
  if (it == names_.end()) return Error{Code::NotFound, "no " + path};
  return std::unique_ptr<AppendFile>(std::make_unique<Appender>(*this, path, it->second));
}

Result<std::unique_ptr<ReadFile>> FaultFileSystem::open_read(const std::string& path) {
  std::lock_guard guard(mutex_);
  if (read_fault) return fault(*read_fault);
  const auto it = names_.find(path);
  if (it == names_.end()) return Error{Code::NotFound, "no " + path};
  return std::unique_ptr<ReadFile>(std::make_unique<Reader>(it->second));
}

Result<void> FaultFileSystem::rename(const std::string& from, const std::string& to) {
  std::lock_guard guard(mutex_);
  if (auto changed = change(); !changed) return changed;
  auto node = names_.extract(from);
  if (node.empty()) return rename_folder(from, to);
  names_[to] = node.mapped();
  return {};
}

// What was synced in it is so at once: of a folder's name only the tests of files need to see less.
Result<void> FaultFileSystem::rename_folder(const std::string& from, const std::string& to) {
  const auto in = [](const std::string& folder) {
    return [folder](const auto& entry) { return folder_of(entry.first) == folder; };
  };
  if (std::none_of(names_.begin(), names_.end(), in(from))) return Error{Code::NotFound, "no " + from};
  if (std::any_of(names_.begin(), names_.end(), in(to))) return Error{Code::Conflict, to + " is not empty"};
  for (auto* names : {&names_, &synced_names_}) {
    std::map<std::string, std::shared_ptr<Inode>> moved;
    for (const auto& [name, inode] : *names)
      moved[folder_of(name) == from ? to + name.substr(from.size()) : name] = inode;
    names->swap(moved);
  }
  return {};
}

Result<void> FaultFileSystem::remove(const std::string& path) {
  std::lock_guard guard(mutex_);
  if (auto changed = change(); !changed) return changed;
  if (names_.erase(path) == 0) return Error{Code::NotFound, "no " + path};
  return {};
}

Result<void> FaultFileSystem::sync_directory(const std::string& path) {
  std::lock_guard guard(mutex_);
  if (auto changed = change(); !changed) return changed;
  if (sync_fault) return fault(*sync_fault);
  std::erase_if(synced_names_, [&](const auto& entry) { return folder_of(entry.first) == path; });
  for (const auto& [name, inode] : names_) {
    if (folder_of(name) == path) synced_names_[name] = inode;
  }
  return {};
}

Result<std::unique_ptr<FileLock>> FaultFileSystem::lock(const std::string& path) {
  std::lock_guard guard(mutex_);
  if (shared_locks_[path] > 0 || !locks_.insert(path).second)
    return Error{Code::Conflict, path + " is locked"};
  return std::unique_ptr<FileLock>(std::make_unique<Lock>(*this, path, false));
}

Result<std::unique_ptr<FileLock>> FaultFileSystem::share_lock(const std::string& path) {
  std::lock_guard guard(mutex_);
  if (locks_.contains(path)) return Error{Code::Conflict, path + " is locked"};
  ++shared_locks_[path];
  return std::unique_ptr<FileLock>(std::make_unique<Lock>(*this, path, true));
}

Result<DiskSpace> FaultFileSystem::space(const std::string&) {
  std::lock_guard guard(mutex_);
  return DiskSpace{1 << 30, read_only};
}

}  // namespace toolhive::registry::test
