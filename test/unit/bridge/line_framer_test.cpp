#include "controller/bridge/line_framer.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

using namespace toolhive;

namespace {

using Lines = std::vector<std::pair<std::string, bool>>;

Lines framed(const std::vector<std::string>& pieces, std::size_t longest) {
  Lines lines;
  bridge::LineFramer framer(longest);
  const auto keep = [&](std::string line, bool cut) { lines.emplace_back(std::move(line), cut); };
  for (const std::string& piece : pieces) framer.push(piece, keep);
  framer.finish(keep);
  return lines;
}

}  // namespace

TEST_CASE("lines come out whole, however their bytes are cut") {
  const Lines expected{{"one", false}, {"two", false}, {"three", false}};
  CHECK(framed({"one\ntwo\r\nthree"}, 100) == expected);
  std::vector<std::string> bytes;
  for (const char c : std::string("one\ntwo\r\n\n \nthree")) bytes.emplace_back(1, c);
  CHECK(framed(bytes, 100) == expected);
}

TEST_CASE("a line of exactly the longest length passes, and one byte more is cut") {
  CHECK(framed({"abcde\n"}, 5) == Lines{{"abcde", false}});
  CHECK(framed({"abcd\r\n"}, 5) == Lines{{"abcd", false}});
  CHECK(framed({"abcde\r", "\r", "\n"}, 5) == framed({"abcde\r\r\n"}, 5));
  CHECK(framed({"abcdef\nxy\n"}, 5) == Lines{{"abcde", true}, {"xy", false}});
  CHECK(framed({"abc", "def", "ghi\n"}, 5) == Lines{{"abcde", true}});
}
