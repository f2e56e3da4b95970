#include "controller/base/text.hpp"

#include <doctest/doctest.h>

using namespace toolhive;

namespace {

TEST_CASE("what others wrote is UTF-8 without control characters afterwards") {
  CHECK(cleaned("plain \u20ac", 100) == "plain \u20ac");
  CHECK(cleaned("a\nb\x7f\xc2\x85 c", 100) == "a b   c");
  CHECK(cleaned("\xff", 100) == "\ufffd");
  CHECK(cleaned("0123456789", 6) == "012...");
}

}  // namespace
