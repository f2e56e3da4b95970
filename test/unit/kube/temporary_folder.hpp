// A folder that lives as long as a test.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace toolhive::test {

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "kube-test-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make a temporary folder");
    path_ = name;
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }

  std::string path(const std::string& name) const { return (path_ / name).string(); }
  // Replaces the file in one step, as Kubernetes does with mounted files.
  std::string write(const std::string& name, const std::string& content) const {
    std::ofstream(path(name + ".new")) << content;
    std::filesystem::rename(path(name + ".new"), path(name));
    return path(name);
  }

 private:
  std::filesystem::path path_;
};

}  // namespace toolhive::test
