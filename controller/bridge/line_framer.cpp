#include "controller/bridge/line_framer.hpp"

#include <algorithm>
#include <utility>

namespace toolhive::bridge {

void LineFramer::push(std::string_view bytes, const OnLine& on_line) {
  for (;;) {
    const std::size_t end = bytes.find('\n');
    append(bytes.substr(0, end));
    if (end == std::string_view::npos) return;
    bytes.remove_prefix(end + 1);
    finish(on_line);
  }
}

void LineFramer::append(std::string_view bytes) {
  const std::size_t room = longest_ - line_.size();
  cut_ = cut_ || bytes.size() > room;
  line_ += bytes.substr(0, room);
}

void LineFramer::finish(const OnLine& on_line) {
  std::string line = std::exchange(line_, {});
  const bool cut = std::exchange(cut_, false);
  if (line.ends_with('\r')) line.pop_back();
  if (line.find_first_not_of(" \t") != std::string::npos) on_line(std::move(line), cut);
}

}  // namespace toolhive::bridge
