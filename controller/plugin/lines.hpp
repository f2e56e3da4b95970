// Lines: whole lines out of text that comes in pieces.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace toolhive::plugin {

// Not thread safe. A line that is longer than kLongest comes in several.
class Lines {
 public:
  static constexpr std::size_t kLongest = 64 << 10;  // bytes

  explicit Lines(std::function<void(std::string_view line)> on_line) : on_line_(std::move(on_line)) {}

  void add(std::string_view piece);
  // Gives what stands after the last line break.
  void finish();

 private:
  void give();

  std::function<void(std::string_view)> on_line_;
  std::string rest_;
};

}  // namespace toolhive::plugin
