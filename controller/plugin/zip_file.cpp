#include "controller/plugin/zip_file.hpp"

#include <fcntl.h>
#include <minizip/zip.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <ctime>
#include <utility>

namespace toolhive::plugin {

namespace {

// The time of all files: a report has one.
zip_fileinfo file_info() {
  zip_fileinfo info{};
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  const auto number = [](int part) { return static_cast<uInt>(part); };
  info.tmz_date = {.tm_sec = number(parts.tm_sec),
                   .tm_min = number(parts.tm_min),
                   .tm_hour = number(parts.tm_hour),
                   .tm_mday = number(parts.tm_mday),
                   .tm_mon = number(parts.tm_mon),
                   .tm_year = number(parts.tm_year + 1900)};
  return info;
}

bool write_whole(void* file, std::string_view content) {
  return zipWriteInFileInZip(file, content.data(), static_cast<unsigned>(content.size())) == ZIP_OK;
}

}  // namespace

Status ZipFile::open(const std::string& path) {
  const int made = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (made < 0) {
    const Code code = errno == EEXIST ? Code::AlreadyExists : Code::Invalid;
    return {code, "cannot write " + path + ": " + std::strerror(errno)};  // NOLINT(concurrency-mt-unsafe)
  }
  ::close(made);
  path_ = path;
  file_ = zipOpen64(path.c_str(), APPEND_STATUS_CREATE);
  return file_ == nullptr ? failed("opening it") : Status();
}

ZipFile::~ZipFile() {
  if (file_ != nullptr) zipClose(file_, nullptr);
  if (!path_.empty()) unlink(path_.c_str());
}

Status ZipFile::add(const std::string& name, std::string_view content) {
  const zip_fileinfo info = file_info();
  if (zipOpenNewFileInZip64(file_, name.c_str(), &info, nullptr, 0, nullptr, 0, nullptr, Z_DEFLATED,
                            Z_DEFAULT_COMPRESSION, 0) != ZIP_OK)
    return failed("adding " + name);
  const bool written = write_whole(file_, content);
  const bool closed = zipCloseFileInZip(file_) == ZIP_OK;
  return written && closed ? Status() : failed("adding " + name);
}

Status ZipFile::close() {
  void* const file = std::exchange(file_, nullptr);
  if (zipClose(file, nullptr) != ZIP_OK) return failed("ending it");
  path_.clear();
  return {};
}

Status ZipFile::failed(const std::string& what) const {
  return {Code::Unavailable, "cannot write " + path_ + ": " + what + " failed; is there space?"};
}

}  // namespace toolhive::plugin
