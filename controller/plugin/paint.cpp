#include "controller/plugin/paint.hpp"

#include <unistd.h>

#include <cstdlib>

namespace toolhive::plugin {

namespace {

// Sequences of ECMA-48, "select graphic rendition".
std::string_view sequence(Tone tone) {
  switch (tone) {
    case Tone::Good:
      return "\x1b[32m";
    case Tone::Attention:
      return "\x1b[33m";
    case Tone::Bad:
      return "\x1b[31m";
    case Tone::Faint:
      return "\x1b[2m";
    case Tone::Strong:
      return "\x1b[1m";
    case Tone::Plain:
      break;
  }
  return "";
}

std::string_view variable(const char* name) {
  const char* const value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nobody sets any
  return value ? value : "";
}

}  // namespace

std::string Paint::operator()(Tone tone, std::string_view text) const {
  if (!colours_ || tone == Tone::Plain || text.empty()) return std::string(text);
  return std::string(sequence(tone)).append(text).append("\x1b[0m");
}

bool wants_colours(int descriptor) {
  return isatty(descriptor) == 1 && variable("NO_COLOR").empty() && variable("TERM") != "dumb";
}

}  // namespace toolhive::plugin
