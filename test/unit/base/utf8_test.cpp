#include "controller/base/utf8.hpp"

#include <doctest/doctest.h>

using namespace toolhive;

TEST_CASE("a text is cut between two characters, whatever their width") {
  CHECK(truncate_utf8("abc", 3) == "abc");
  CHECK(truncate_utf8("abc", 2) == "ab");
  CHECK(truncate_utf8("\u00e4\u00f6", 4) == "\u00e4\u00f6");
  CHECK(truncate_utf8("\u00e4\u00f6", 3) == "\u00e4");
  CHECK(truncate_utf8("\U0001F600", 3).empty());
  CHECK(truncate_utf8("a\U0001F600", 5) == "a\U0001F600");
  CHECK(truncate_utf8("", 0).empty());
}

TEST_CASE("a shortened text ends with dots and has no more bytes than allowed") {
  CHECK(shortened("abcdef", 6) == "abcdef");
  CHECK(shortened("abcdefg", 6) == "abc...");
  CHECK(shortened("ab\u00e4defg", 6) == "ab...");
  CHECK(shortened("a\u20ac\u20ac\u20ac", 7) == "a\u20ac...");
  CHECK(shortened("abcdef", 3) == "...");
}
