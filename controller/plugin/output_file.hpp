// OutputFile: a file that has its name once it is whole.
#pragma once

#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

#include "controller/base/status.hpp"

namespace toolhive::plugin {

// For one thread. Written as PATH.part; removed again without finish().
class OutputFile {
 public:
  OutputFile() = default;
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  Status open(const std::string& path);
  // A failure is kept for finish().
  void write(std::string_view bytes);
  Status finish();

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };

  std::string path_;
  std::string part_;  // empty: nothing is to be removed
  std::unique_ptr<std::FILE, Close> file_;
  bool failed_ = false;
};

}  // namespace toolhive::plugin
