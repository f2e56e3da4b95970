#include "controller/base/glob.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace toolhive;

TEST_SUITE_BEGIN("glob");

TEST_CASE("a star stands for any characters and a question mark for one") {
  CHECK(matches_glob("a**b*", "axyb"));
  CHECK(matches_glob("*", ""));
  CHECK(matches_glob("get_?", "get_x"));
  CHECK_FALSE(matches_glob("get_?", "get_"));
  CHECK_FALSE(matches_glob("", "x"));
  CHECK_FALSE(matches_glob("Get*", "get_x"));
}

TEST_CASE("a pattern of many stars takes no longer for it") {
  // A matcher that goes back to each of them would take for ever.
  CHECK_FALSE(matches_glob("*a*a*a*a*a*a*a*a*a*a*b", std::string(128, 'a')));
}

TEST_SUITE_END();
