#include "controller/base/percent.hpp"

#include <doctest/doctest.h>

using namespace toolhive;

TEST_CASE("reserved characters are escaped in a URL") {
  CHECK(percent_encode("1.0.0+sha.1a") == "1.0.0%2Bsha.1a");
  CHECK(percent_encode("MCPTool/ns/a b/\u00fc") == "MCPTool%2Fns%2Fa%20b%2F%C3%BC");
}
