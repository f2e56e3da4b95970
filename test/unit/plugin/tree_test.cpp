#include <doctest/doctest.h>

#include <algorithm>
#include <sstream>

#include "controller/plugin/tree.hpp"
#include "controller/plugin/visible_text.hpp"

using namespace toolhive::plugin;

TEST_CASE("a tree is drawn with names, states and texts below each other") {
  const Node root{.name = "Registry",
                  .state = "Ready",
                  .text = "Serving",
                  .children = {{.name = "conditions",
                                .children = {{.name = "Accepted", .state = "True", .text = "Accepted"},
                                             {.name = "Available", .state = "False", .text = "Starting"}}},
                               {.name = "Service", .text = "10.0.0.1:8080"}}};
  CHECK(draw(root, Paint(false)) ==
        "Registry  Ready  Serving\n"
        "├─ conditions\n"
        "│  ├─ Accepted   True   Accepted\n"
        "│  └─ Available  False  Starting\n"
        "└─ Service     10.0.0.1:8080\n");
}

TEST_CASE("a long text is wrapped within the columns, below its beginning") {
  Node root{.name = "root", .children = {{.name = "a", .state = "False"}, {.name = "b"}}};
  for (int word = 0; word < 60; ++word) root.children[0].text += word == 0 ? "word" : " word";
  std::istringstream lines(draw(root, Paint(false), 60));
  std::string line;
  std::getline(lines, line);
  std::getline(lines, line);
  CHECK(line.starts_with("├─ a  False  word word"));
  std::getline(lines, line);
  CHECK(line.starts_with("│            word word"));
  for (lines.seekg(0); std::getline(lines, line);) CHECK(character_count(line) <= 60);
}

TEST_CASE("nothing that somebody else wrote reaches the terminal as a command") {
  const Node root{.name = "\x1b]0;title\x07", .state = "\x1b[2J", .text = "line\nbreak"};
  const std::string drawn = draw(root, Paint(false));
  CHECK(std::count(drawn.begin(), drawn.end(), '\n') == 1);
  CHECK(drawn.find('\x1b') == std::string::npos);
}

TEST_CASE("a state has the colour of its tone where colours are wanted, and none else") {
  const Node root{.name = "x", .state = "False", .tone = Tone::Bad};
  CHECK(draw(root, Paint(true)) == "x  \x1b[31mFalse\x1b[0m\n");
  CHECK(draw(root, Paint(false)) == "x  False\n");
}
