#include "controller/base/time.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace toolhive;

TEST_CASE("times are read as RFC 3339 writes them and printed in UTC with microseconds") {
  const auto again = [](const char* text) {
    const auto time = parse_rfc3339(text);
    return time ? to_rfc3339_micro(*time) : std::string("none");
  };
  CHECK(again("2026-11-22T18:30:05Z") == "2026-11-22T18:30:05.000000Z");
  CHECK(again("2026-11-22t18:30:05.1z") == "2026-11-22T18:30:05.100000Z");
  CHECK(again("2026-11-22T18:30:05.123456789+02:00") == "2026-11-22T16:30:05.123456Z");
  CHECK(again("2024-02-29T23:59:60-00:30") == "2024-03-01T00:30:00.000000Z");
  CHECK(again("9999-12-31T23:59:59Z") == "9999-12-31T23:59:59.000000Z");
  CHECK(again("1969-12-31T23:59:59Z") == "1970-01-01T00:00:00.000000Z");
  CHECK(again("0000-01-01T00:00:00+23:59") == "1970-01-01T00:00:00.000000Z");
  CHECK(again("9999-12-31T23:59:59-23:59") == "9999-12-31T23:59:59.999999Z");
  for (const char* text : {"", "2026", "2026-11-22", "2026-11-22T18:30:05", "2026-11-22T18:30Z",
                           "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-11-22T24:00:00Z",
                           "2026-11-22T18:30:05.Z", "2026-11-22T18:30:05Zx", "2026-11-22T18:30:05+2:00",
                           "2026-11-22T18:30:05+02:60", "-026-11-22T18:30:05Z", "2026-1 -22T18:30:05Z"}) {
    CAPTURE(text);
    CHECK(again(text) == "none");
  }
}

TEST_CASE("a time beyond the clock's own is the clock's last") {
  CHECK(to_wall_time(*parse_rfc3339("2026-11-22T18:30:05Z")) ==
        WallTime(std::chrono::seconds(1'795'372'205)));
  CHECK(to_wall_time(*parse_rfc3339("2262-01-01T00:00:00Z")) < WallTime::max());
  CHECK(to_wall_time(kLastTime) == WallTime::max());
}
