// Trees as text.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "controller/plugin/paint.hpp"

namespace toolhive::plugin {

// A line of a tree, and what hangs on it. Names and texts may be anybody's: they are made visible
// where they are drawn.
struct Node {
  std::string name;
  std::string state = {};  // one word, in the tone
  Tone tone = Tone::Plain;
  std::string text = {};  // wrapped where it is long
  std::vector<Node> children = {};
};

// With a line break at the end. Names of siblings are as wide as the widest of them, and the text
// is wrapped at `columns`.
std::string draw(const Node& root, const Paint& paint, std::size_t columns = 100);

}  // namespace toolhive::plugin
