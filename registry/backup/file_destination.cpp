#include "registry/backup/file_destination.hpp"

#include <utility>

namespace toolhive::registry::backup {
namespace {

constexpr std::size_t kPiece = 1 << 20;

class FileUpload final : public Upload {
 public:
  FileUpload(FileSystem& files, std::string folder, std::string name, std::unique_ptr<AppendFile> file)
      : files_(files), folder_(std::move(folder)), name_(std::move(name)), file_(std::move(file)) {}
  ~FileUpload() override {
    if (!finished_) (void)files_.remove(path() + ".part");
  }

  Result<void> append(std::string_view bytes) override { return file_->append(bytes); }

  Result<void> finish() override {
    auto done = file_->sync();
    if (done) done = files_.rename(path() + ".part", path());
    finished_ = done.ok();
    return done ? files_.sync_directory(folder_) : done;
  }

 private:
  std::string path() const { return folder_ + "/" + name_; }

  FileSystem& files_;
  const std::string folder_, name_;
  const std::unique_ptr<AppendFile> file_;
  bool finished_ = false;
};

class FileDestination final : public Destination {
 public:
  FileDestination(FileSystem& files, std::string folder) : files_(files), folder_(std::move(folder)) {}

  Result<std::unique_ptr<Upload>> create(const std::string& name) override {
    if (auto made = files_.create_directories(folder_); !made) return made.take_error();
    (void)files_.remove(path(name) + ".part");  // Of one that was interrupted.
    auto file = files_.create(path(name) + ".part");
    if (!file) return file.take_error();
    return std::unique_ptr<Upload>(std::make_unique<FileUpload>(files_, folder_, name, std::move(*file)));
  }

  Result<Source> open(const std::string& name) override {
    if (auto there = files_.open_read(path(name)); !there) return there.take_error();
    return Source([this, path = path(name),
                   file = std::shared_ptr<ReadFile>()](bool rewind) mutable -> Result<std::string> {
      if (rewind) {
        auto opened = files_.open_read(path);
        if (!opened) return opened.take_error();
        file = std::move(*opened);
      }
      std::string piece(kPiece, '\0');
      auto count = file->read(piece.data(), piece.size());
      if (!count) return count.take_error();
      piece.resize(*count);
      return piece;
    });
  }

  Result<void> remove(const std::string& name) override {
    (void)files_.remove(path(name) + ".part");
    auto removed = files_.remove(path(name));
    if (!removed && removed.error().code == Code::NotFound) return {};
    return removed ? files_.sync_directory(folder_) : removed;
  }

 private:
  std::string path(const std::string& name) const { return folder_ + "/" + name; }

  FileSystem& files_;
  const std::string folder_;
};

}  // namespace

std::unique_ptr<Destination> file_destination(FileSystem& files, std::string folder) {
  return std::make_unique<FileDestination>(files, std::move(folder));
}

}  // namespace toolhive::registry::backup
