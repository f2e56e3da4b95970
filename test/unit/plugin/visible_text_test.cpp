#include <doctest/doctest.h>

#include "controller/plugin/visible_text.hpp"

using namespace toolhive::plugin;

TEST_CASE("what steers a terminal or cannot be seen is shown by its code") {
  struct Row {
    const char* text;
    const char* shown;
  };
  const Row rows[] = {
      {"Prüfung 日本 🙂", "Prüfung 日本 🙂"},
      {"\x1b[31mred", "\\x1b[31mred"},
      {"two\nlines\tand\r", "two\\nlines\\tand\\x0d"},
      {"\x7f", "\\x7f"},
      {"\xC2\x9B"
       "2J",
       "\\u009b2J"},
      {"a\xE2\x80\xAE"
       "b",
       "a\\u202eb"},
      {"zero\xE2\x80\x8Bwidth", "zero\\u200bwidth"},
      {"tag \xF3\xA0\x81\x81", "tag \\U000e0041"},
      {"\xFFno UTF-8", "\xEF\xBF\xBDno UTF-8"},
  };
  for (const Row& row : rows) CHECK(visible(row.text) == row.shown);
}

TEST_CASE("lines stay lines where several are shown") {
  CHECK(visible_lines("a\n\tb\x1b") == "a\n\tb\\x1b");
}

TEST_CASE("characters are counted, not bytes") {
  CHECK(character_count("Prüfung") == 7);
}
