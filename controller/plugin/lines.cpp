#include "controller/plugin/lines.hpp"

namespace toolhive::plugin {

void Lines::add(std::string_view piece) {
  while (!piece.empty()) {
    const std::size_t end = piece.find('\n');
    rest_ += piece.substr(0, end);
    if (end != std::string_view::npos || rest_.size() >= kLongest) give();
    piece.remove_prefix(end == std::string_view::npos ? piece.size() : end + 1);
  }
}

void Lines::finish() {
  if (!rest_.empty()) give();
}

void Lines::give() {
  on_line_(rest_);
  rest_.clear();
}

}  // namespace toolhive::plugin
