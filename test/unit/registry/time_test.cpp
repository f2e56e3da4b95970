#include "registry/model/time.hpp"

#include <doctest/doctest.h>

using namespace toolhive::registry;

TEST_CASE("a time that is not after the last one is the next after it") {
  const auto now = "2026-11-22T18:30:05.000000Z";
  CHECK(toolhive::registry::time_after("", now) == now);
  CHECK(toolhive::registry::time_after("2026-11-22T18:30:04.999999Z", now) == now);
  CHECK(toolhive::registry::time_after(now, now) == "2026-11-22T18:30:05.000001Z");
  CHECK(toolhive::registry::time_after("2026-11-22T19:30:05.999999Z", now) == "2026-11-22T19:30:06.000000Z");
  // The last there is.
  CHECK(toolhive::registry::time_after("9999-12-31T23:59:59.999999Z", now) == "9999-12-31T23:59:59.999999Z");
}
