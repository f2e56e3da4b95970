#include "registry/store/pretty_json.hpp"

#include <cstddef>

namespace toolhive::registry {
namespace {

constexpr std::size_t kLargestLaidOut = 1 << 20;
constexpr std::size_t kDeepestLine = 8;

void begin_line(std::string& out, std::size_t depth) {
  out += '\n';
  out.append(2 * depth, ' ');
}

// Where the string that begins at `begin` ends, behind its quote.
std::size_t end_of_string(std::string_view text, std::size_t begin) {
  for (auto at = begin + 1; at < text.size(); ++at) {
    if (text[at] == '\\')
      ++at;
    else if (text[at] == '"')
      return at + 1;
  }
  return text.size();
}

bool is_closing(char c) {
  return c == '}' || c == ']';
}

}  // namespace

std::string pretty_json(std::string_view compact) {
  std::string out;
  if (compact.size() > kLargestLaidOut) return out.append(compact) + '\n';
  std::size_t depth = 0;
  for (std::size_t at = 0; at < compact.size(); ++at) {
    const char c = compact[at];
    if (c == '"') {
      const auto end = end_of_string(compact, at);
      out += compact.substr(at, end - at);
      at = end - 1;
    } else if (c == '{' || c == '[') {
      out += c;
      if (at + 1 < compact.size() && is_closing(compact[at + 1])) {
        out += compact[++at];
      } else if (++depth <= kDeepestLine) {
        begin_line(out, depth);
      }
    } else if (is_closing(c)) {
      if (depth-- <= kDeepestLine) begin_line(out, depth);
      out += c;
    } else {
      out += c;
      if (c == ',' && depth <= kDeepestLine) begin_line(out, depth);
      if (c == ':') out += ' ';
    }
  }
  return out += '\n';
}

}  // namespace toolhive::registry
