#include "controller/plugin/output_file.hpp"

#include <cerrno>
#include <cstring>

namespace toolhive::plugin {

namespace {

Status cannot_write(const std::string& path, int error) {
  return {Code::Invalid,
          "cannot write " + path + ": " + std::strerror(error)};  // NOLINT(concurrency-mt-unsafe)
}

}  // namespace

OutputFile::~OutputFile() {
  file_.reset();
  if (!part_.empty()) std::remove(part_.c_str());
}

Status OutputFile::open(const std::string& path) {
  const std::string part = path + ".part";
  file_.reset(std::fopen(part.c_str(), "we"));
  if (file_ == nullptr) return cannot_write(part, errno);
  path_ = path;
  part_ = part;
  return {};
}

void OutputFile::write(std::string_view bytes) {
  if (std::fwrite(bytes.data(), 1, bytes.size(), file_.get()) != bytes.size()) failed_ = true;
}

Status OutputFile::finish() {
  if (std::fflush(file_.get()) != 0) failed_ = true;
  if (failed_) return {Code::Unavailable, "cannot write " + part_ + ": is there space?"};
  file_.reset();
  if (std::rename(part_.c_str(), path_.c_str()) != 0) return cannot_write(path_, errno);
  part_.clear();
  return {};
}

}  // namespace toolhive::plugin
