// Lines of a server: whatever the pieces in which they come, they are the same, none is longer than
// the limit, and none has a line feed.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "controller/bridge/line_framer.hpp"
#include "test/fuzz/require.hpp"

using namespace toolhive;

namespace {

constexpr std::size_t kLongest = 64;

using Lines = std::vector<std::pair<std::string, bool>>;

Lines framed(std::string_view text, std::size_t size) {
  Lines lines;
  bridge::LineFramer framer(kLongest);
  const auto keep = [&](std::string line, bool cut) {
    fuzz::require(line.size() <= kLongest && line.find('\n') == std::string::npos);
    lines.emplace_back(std::move(line), cut);
  };
  for (std::size_t at = 0; at < text.size(); at += size) framer.push(text.substr(at, size), keep);
  framer.finish(keep);
  return lines;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  fuzz::require(framed(text, size + 1) == framed(text, 1));
  return 0;
}
