// LineFramer: takes a stream of bytes apart into lines, as messages over stdio come.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace toolhive::bridge {

// Holds at most `longest` bytes, and takes time in proportion to what comes. Not thread-safe.
class LineFramer {
 public:
  // A line without its end ("\n" or "\r\n"). Blank ones are left out. `cut`: the line is longer
  // than `longest`, a carriage return included, and this is its beginning; the rest is dropped.
  using OnLine = std::function<void(std::string line, bool cut)>;

  explicit LineFramer(std::size_t longest) : longest_(longest) {}

  // Calls `on_line` for each line that `bytes` complete.
  void push(std::string_view bytes, const OnLine& on_line);
  // The stream has ended: what is there is the last line.
  void finish(const OnLine& on_line);

 private:
  void append(std::string_view bytes);

  const std::size_t longest_;
  std::string line_;
  bool cut_ = false;
};

}  // namespace toolhive::bridge
