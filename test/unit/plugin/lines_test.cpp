#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "controller/plugin/lines.hpp"

using toolhive::plugin::Lines;

TEST_CASE("lines come whole, however the text comes, and the last one without its end") {
  std::vector<std::string> lines;
  Lines reader([&](std::string_view line) { lines.emplace_back(line); });
  for (const char* piece : {"a", "b\n\nc\nd", "e"}) reader.add(piece);
  reader.finish();
  CHECK(lines == std::vector<std::string>{"ab", "", "c", "de"});
}

TEST_CASE("a line without an end is given before it takes all memory") {
  std::size_t longest = 0;
  Lines reader([&](std::string_view line) { longest = std::max(longest, line.size()); });
  for (int i = 0; i < 1000; ++i) reader.add(std::string(1000, 'x'));
  CHECK(longest > 0);
  CHECK(longest < Lines::kLongest + 1000);
}
