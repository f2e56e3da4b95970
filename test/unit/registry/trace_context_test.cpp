#include "registry/api/trace_context.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace toolhive;

using registry::parse_traceparent;

TEST_CASE("a traceparent gives the trace and the caller's span, also one of a later version") {
  const std::string ids = "0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331";
  for (const auto& header :
       {"00-" + ids + "-01", "00-" + ids + "-00", "cc-" + ids + "-01-what-comes-later"}) {
    CAPTURE(header);
    const auto trace = parse_traceparent(header);
    CHECK(trace.trace_id == "0af7651916cd43dd8448eb211c80319c");
    CHECK(trace.span_id == "b7ad6b7169203331");
  }
}

TEST_CASE("a traceparent that the standard calls invalid is as none") {
  const std::string trace = "0af7651916cd43dd8448eb211c80319c", span = "b7ad6b7169203331";
  for (const auto& header :
       {std::string(), std::string("00"), "00-" + trace + "-" + span, "00-" + trace + "-" + span + "-01-more",
        "cc-" + trace + "-" + span + "-01more", "ff-" + trace + "-" + span + "-01",
        "00-" + std::string(32, '0') + "-" + span + "-01", "00-" + trace + "-" + std::string(16, '0') + "-01",
        "00-0AF7651916CD43DD8448EB211C80319C-" + span + "-01", "00-" + trace + "-" + span + "-0x",
        "00-0gf7651916cd43dd8448eb211c80319c-" + span + "-01", "00_" + trace + "-" + span + "-01",
        "00-" + trace + "_" + span + "-01", "00-" + trace + "-" + span + "_01", std::string(55, '\xff')}) {
    CAPTURE(header);
    CHECK(!parse_traceparent(header).given());
  }
}
