#include "registry/upstream/page.hpp"

#include <doctest/doctest.h>

#include "upstream_fixture.hpp"

using namespace toolhive::registry;
using namespace toolhive::registry::test;
using toolhive::registry::upstream::read_page;

TEST_CASE("a page of an upstream is read with what it says of each version") {
  const auto page = read_page(
      R"({"metadata":{"count":2,"nextCursor":"io.example/b:1.0.0"},"servers":[)" +
      listed_entry("io.example/a", "1.0.0", "deprecated", "2026-01-01T02:00:00.5+01:00") +
      R"(,{"_meta":{},"server":{"version":"2","name":"io.example/b","x":[1e3,{"name":"inner"}]}}]})");
  REQUIRE(page.ok());
  CHECK(page->next_cursor == "io.example/b:1.0.0");
  CHECK(page->unreadable == 0);
  REQUIRE(page->versions.size() == 2);
  const auto& first = page->versions[0];
  CHECK(first.name == "io.example/a");
  CHECK(first.version == "1.0.0");
  CHECK(first.status.lifecycle == Lifecycle::Deprecated);
  CHECK(first.published_at == "2025-01-01T00:00:00.000000Z");
  CHECK(first.updated_at == "2026-01-01T01:00:00.500000Z");
  // What says nothing of its status is active; its text is taken as it is.
  CHECK(page->versions[1].status.lifecycle == Lifecycle::Active);
  CHECK(page->versions[1].updated_at.empty());
  CHECK(page->versions[1].server == R"({"version":"2","name":"io.example/b","x":[1e3,{"name":"inner"}]})");
}

TEST_CASE("an entry that cannot be read is counted and hides no other") {
  const auto page = read_page(listed_page(
      {R"("text")", "7", "{}", R"({"server":[]})", R"({"server":{"name":1,"version":"1.0.0"}})",
       R"({"server":{"name":"io.example/n"}})", listed_entry("io.example/a", "1.0.0", "lost"),
       R"({"server":{"name":"io.example/big","version":"1.0.0","n":123456789012345678901234567890}})",
       listed_entry(std::string(400, 'x'), "1.0.0"), listed_entry("io.example/z", "1.0.0")}));
  REQUIRE(page.ok());
  CHECK(page->unreadable == 8);
  REQUIRE(page->versions.size() == 2);  // A number that is too large is for the checks of a publication.
  CHECK(page->versions[1].name == "io.example/z");
}

TEST_CASE("what is no list of servers is refused") {
  for (const std::string& text :
       {std::string(), std::string("[]"), std::string("<html>"), std::string(R"({"servers":{}})"),
        std::string(R"({"metadata":{}})"), std::string(R"({"servers":[)"),
        // A bracket that closes nothing.
        std::string(R"({"sservers":{"a":["b"},"_meta":{}}],"metadata":{"count":1}})"),
        std::string("{\"servers\":[\"\xff\"]}")}) {
    CAPTURE(text);
    const auto page = read_page(text);
    REQUIRE_FALSE(page.ok());
    CHECK(page.error().code == toolhive::registry::Code::Malformed);
  }
}

TEST_CASE(
    "a message of an upstream is cut to what may be told of a status, and goes with no active version") {
  const auto entry = [](const std::string& status) {
    return R"({"server":{"name":"io.example/a","version":"1.0.0"},"_meta":{"io.modelcontextprotocol.registry/official":{"status":")" +
           status + R"(","statusMessage":")" + std::string(2'000, 'm') + R"("}}})";
  };
  const auto page = read_page(listed_page({entry("deleted"), entry("active")}));
  REQUIRE(page.ok());
  REQUIRE(page->versions.size() == 2);
  REQUIRE(page->versions[0].status.message);
  CHECK(page->versions[0].status.message->size() == 500);
  CHECK_FALSE(page->versions[1].status.message);
}
