// ZipFile: a zip archive that is being written.
#pragma once

#include <string>
#include <string_view>

#include "controller/base/status.hpp"

namespace toolhive::plugin {

// For one thread. Without close() the file is removed again.
class ZipFile {
 public:
  // A new file that its owner alone may read; AlreadyExists when there is one.
  Status open(const std::string& path);
  ~ZipFile();
  ZipFile() = default;
  ZipFile(const ZipFile&) = delete;
  ZipFile& operator=(const ZipFile&) = delete;

  Status add(const std::string& name, std::string_view content);
  Status close();

 private:
  Status failed(const std::string& what) const;

  std::string path_;
  void* file_ = nullptr;
};

}  // namespace toolhive::plugin
