#include "controller/plugin/tree.hpp"

#include <algorithm>

#include "controller/plugin/visible_text.hpp"

namespace toolhive::plugin {

namespace {

// Wider names have their texts where they end.
constexpr std::size_t kWidestName = 40;
constexpr std::size_t kNarrowestText = 24;

struct Widths {
  std::size_t name = 0, state = 0;
};

Widths widths_of(const std::vector<Node>& siblings) {
  Widths widths;
  for (const Node& node : siblings) {
    const std::size_t name = character_count(visible(node.name));
    if (name <= kWidestName) widths.name = std::max(widths.name, name);
    widths.state = std::max(widths.state, character_count(visible(node.state)));
  }
  return widths;
}

void pad(std::string& line, std::size_t used, std::size_t width) {
  if (used < width) line.append(width - used, ' ');
}

// `text` in lines of at most `width` characters, broken between words; a longer word is not broken.
std::vector<std::string> wrapped(const std::string& text, std::size_t width) {
  std::vector<std::string> lines(1);
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    const std::string word = text.substr(at, end - at);
    std::string& line = lines.back();
    if (line.empty())
      line = word;
    else if (character_count(line) + 1 + character_count(word) <= width)
      line += " " + word;
    else
      lines.push_back(word);
    at = end + 1;
  }
  return lines;
}

class Drawing {
 public:
  Drawing(const Paint& paint, std::size_t columns) : paint_(paint), columns_(columns) {}

  // `first` stands before the node's line, `rest` before those that follow.
  void add(const Node& node, const Widths& widths, const std::string& first, const std::string& rest) {
    const std::string name = visible(node.name);
    const std::string state = visible(node.state);
    std::string head = paint_(node.children.empty() ? Tone::Plain : Tone::Strong, name);
    std::size_t used = character_count(name);
    if (!state.empty() || !node.text.empty()) {
      pad(head, used, widths.name);
      used = std::max(used, widths.name);
    }
    if (widths.state > 0 && (!state.empty() || !node.text.empty())) {
      head += "  " + paint_(node.tone, state);
      if (!node.text.empty()) pad(head, character_count(state), widths.state);
      used += 2 + widths.state;
    }
    add_text(first + head, character_count(first) + used, rest + (node.children.empty() ? "" : "│"), node);
    add_children(node, rest);
  }

  std::string text() && { return std::move(out_); }

 private:
  void add_text(const std::string& head, std::size_t used, const std::string& rest, const Node& node) {
    if (node.text.empty()) {
      out_ += head + "\n";
      return;
    }
    const std::size_t left = columns_ > used + 2 + kNarrowestText ? columns_ - used - 2 : kNarrowestText;
    bool first = true;
    for (const std::string& line : wrapped(visible(node.text), left)) {
      std::string before = first ? head : rest;
      if (!first) pad(before, character_count(rest), used);
      out_ += before + "  " + line + "\n";
      first = false;
    }
  }

  void add_children(const Node& node, const std::string& rest) {
    const Widths widths = widths_of(node.children);
    for (const Node& child : node.children) {
      const bool last = &child == &node.children.back();
      add(child, widths, rest + (last ? "└─ " : "├─ "), rest + (last ? "   " : "│  "));
    }
  }

  const Paint& paint_;
  const std::size_t columns_;
  std::string out_;
};

}  // namespace

std::string draw(const Node& root, const Paint& paint, std::size_t columns) {
  Drawing drawing(paint, columns);
  drawing.add(root, widths_of({root}), "", "");
  return std::move(drawing).text();
}

}  // namespace toolhive::plugin
