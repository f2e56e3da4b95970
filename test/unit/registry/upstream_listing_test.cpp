#include "registry/upstream/listing.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "controller/testing/simulated_clock.hpp"
#include "upstream_fixture.hpp"

using namespace toolhive::registry;
using namespace toolhive::registry::test;
using namespace toolhive::registry::upstream;
using toolhive::Context;
using toolhive::testing::SimulatedClock;

namespace {

// Collects what a listing takes.
struct Taken {
  std::vector<std::string> names;
  TakePage take() {
    return [this](const std::vector<ListedVersion>& versions) -> Result<void> {
      for (const auto& each : versions) names.push_back(each.name + " " + each.version);
      return {};
    };
  }
};

// A registry of so many versions that does as the official one: pages by a cursor that names the
// last one.
Answer honest(std::size_t versions) {
  return [versions](const PageQuery& query) -> Result<std::string> {
    std::size_t at = query.cursor.empty() ? 0 : std::stoul(query.cursor);
    std::vector<std::string> entries;
    for (; at < versions && entries.size() < query.limit; ++at)
      entries.push_back(listed_entry("io.example/server-" + std::to_string(at), "1.0.0"));
    return listed_page(entries, entries.size() == query.limit ? std::to_string(at) : "");
  };
}

}  // namespace

TEST_CASE("a listing of an upstream reads all pages once, and tells the last change") {
  ScriptedSource source([](const PageQuery& query) -> Result<std::string> {
    if (query.cursor.empty())
      return listed_page({listed_entry("io.example/a", "1.0.0", "active", "2026-03-01T00:00:00Z")}, "a");
    return listed_page({listed_entry("io.example/a", "2.0.0"), listed_entry("io.example/b", "1.0.0")});
  });
  Taken taken;
  const auto end = list_versions({}, source, "2026-01-01T00:00:00Z", {}, taken.take());
  REQUIRE(end.ok());
  CHECK(end->versions == 3);
  CHECK(end->last_change == "2026-03-01T00:00:00.000000Z");
  CHECK(taken.names ==
        std::vector<std::string>{"io.example/a 1.0.0", "io.example/a 2.0.0", "io.example/b 1.0.0"});
  REQUIRE(source.asked.size() == 2);
  CHECK(source.asked[1].cursor == "a");
  CHECK(source.asked[1].updated_since == "2026-01-01T00:00:00Z");
}

TEST_CASE("an upstream whose pages go in a circle is left when it repeats itself") {
  // The same cursor again, and new cursors to what was listed before.
  for (const bool same : {true, false}) {
    CAPTURE(same);
    int page = 0;
    ScriptedSource source([&](const PageQuery&) -> Result<std::string> {
      return listed_page({listed_entry("io.example/a", "1.0.0")}, same ? "x" : std::to_string(++page));
    });
    Taken taken;
    const auto end = list_versions({}, source, "", {}, taken.take());
    REQUIRE_FALSE(end.ok());
    CHECK(end.error().detail.find("do not end") != std::string::npos);
    CHECK(taken.names.size() == 1);
    CHECK(source.asked.size() <= 12);
  }
}

TEST_CASE("an upstream that lists ten million versions is read to the bound, and what came before is taken") {
  ScriptedSource source(honest(10'000'000));
  Taken taken;
  ListingBounds bounds;
  bounds.versions = 1'050;
  const auto end = list_versions({}, source, "", bounds, taken.take());
  REQUIRE_FALSE(end.ok());
  CHECK(end.error().code == toolhive::registry::Code::TooLarge);
  CHECK(end.error().detail.find("more than 1050 versions") != std::string::npos);
  CHECK(taken.names.size() == 1'000);
  CHECK(source.asked.size() == 11);
}

TEST_CASE("an upstream that gives one version a page is read to the bound of pages") {
  int page = 0;
  ScriptedSource source([&](const PageQuery&) -> Result<std::string> {
    ++page;
    return listed_page({listed_entry("io.example/s-" + std::to_string(page), "1.0.0")}, std::to_string(page));
  });
  Taken taken;
  ListingBounds bounds;
  bounds.pages = 50;
  const auto end = list_versions({}, source, "", bounds, taken.take());
  REQUIRE_FALSE(end.ok());
  CHECK(source.asked.size() == 50);
}

TEST_CASE("an upstream that is slow is left when its time is over") {
  SimulatedClock clock;
  ScriptedSource source([&, inner = honest(100'000)](const PageQuery& query) {
    clock.advance(std::chrono::seconds(29));
    return inner(query);
  });
  Taken taken;
  ListingBounds bounds;
  bounds.time = std::chrono::minutes(5);
  const auto end = list_versions({{}, toolhive::TimePoint::max(), clock}, source, "", bounds, taken.take());
  REQUIRE_FALSE(end.ok());
  CHECK(end.error().detail.find("too long") != std::string::npos);
  CHECK(source.asked.size() == 11);
}

TEST_CASE("pages of an upstream that are too large are asked for in smaller ones") {
  ScriptedSource source([inner = honest(25)](const PageQuery& query) -> Result<std::string> {
    if (query.limit > 10) return toolhive::registry::Error{toolhive::registry::Code::TooLarge, "too large"};
    return inner(query);
  });
  Taken taken;
  const auto end = list_versions({}, source, "", {}, taken.take());
  REQUIRE(end.ok());
  CHECK(end->versions == 25);
  std::vector<std::size_t> limits;
  for (const auto& each : source.asked) limits.push_back(each.limit);
  CHECK(limits == std::vector<std::size_t>{100, 10, 10, 10});
}
