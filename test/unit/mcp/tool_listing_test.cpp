#include "controller/mcp/client/tool_listing.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <nlohmann/json.hpp>

using namespace toolhive;
using mcp::Limits;
using mcp::ToolListing;

namespace {

mcp::Result page(const Json& value) {
  return {std::make_shared<const Json>(value), value.dump().size()};
}

Json tools(int count) {
  Json all = Json::array();
  for (int i = 0; i < count; ++i) all.push_back({{"name", std::to_string(i)}});
  return all;
}

Code added(const Json& value, const Limits& limits = {}) {
  return ToolListing(limits).add(page(value)).code();
}

TEST_CASE("pages go on for as long as there is a cursor, be it empty") {
  const Limits limits;
  ToolListing listing(limits);
  CHECK(listing.next() == Json::object());
  CHECK(listing.add(page({{"tools", tools(2)}, {"nextCursor", ""}})).ok());
  CHECK_FALSE(listing.complete());
  CHECK(listing.next() == Json{{"cursor", ""}});
  CHECK(listing.add(page({{"tools", tools(1)}, {"nextCursor", "x"}})).ok());
  CHECK(listing.next() == Json{{"cursor", "x"}});
  CHECK(listing.add(page({{"tools", tools(0)}, {"nextCursor", nullptr}})).ok());
  CHECK(listing.complete());
  const mcp::ToolList list = listing.take();
  CHECK(list.tools.size() == 3);
  CHECK(list.pages == 3);
}

TEST_CASE("a cursor that was there before ends the list, not the patience") {
  const Limits limits;
  ToolListing listing(limits);
  CHECK(listing.add(page({{"tools", tools(1)}, {"nextCursor", "a"}})).ok());
  CHECK(listing.add(page({{"tools", tools(1)}, {"nextCursor", "b"}})).ok());
  CHECK(listing.add(page({{"tools", tools(1)}, {"nextCursor", "a"}})).code() == Code::Decode);
}

TEST_CASE("the shortest time to live of the pages counts, and nonsense is none") {
  const auto ttl = [](const Json& first, const Json& second) {
    const Limits limits;
    ToolListing listing(limits);
    CHECK(listing.add(page({{"tools", tools(0)}, {"nextCursor", "a"}, {"ttlMs", first}})).ok());
    CHECK(listing.add(page({{"tools", tools(0)}, {"ttlMs", second}})).ok());
    return listing.take().ttl.count();
  };
  CHECK(ttl(5000, 9000) == 5000);
  CHECK(ttl(9000, 5000) == 5000);
  CHECK(ttl(5000, nullptr) == 0);
  CHECK(ttl(-1, 5000) == 0);
  CHECK(ttl("5000", 5000) == 0);
  CHECK(ttl(1e300, 1e300) == 86'400'000);
  CHECK(ttl(1500.5, 1500.5) == 1500);
}

TEST_CASE("an entry that is no object is left out and counted, and hides no other") {
  const Limits limits;
  ToolListing listing(limits);
  CHECK(listing.add(page({{"tools", {7, {{"name", "a"}}, nullptr, Json::array()}}})).ok());
  const mcp::ToolList list = listing.take();
  CHECK(list.tools.size() == 1);
  CHECK(list.malformed == 3);
  CHECK_FALSE(list.is_private);
}

TEST_CASE("what is no page is refused") {
  CHECK(added(Json::object()) == Code::Decode);
  CHECK(added({{"tools", {{"name", "a"}}}}) == Code::Decode);
  CHECK(added({{"tools", tools(1)}, {"nextCursor", 7}}) == Code::Decode);
}

TEST_CASE("pages, tools, bytes, values and cursors have bounds") {
  Limits limits;
  limits.tools = 3;
  CHECK(added({{"tools", tools(3)}}, limits) == Code::Ok);
  CHECK(added({{"tools", tools(4)}}, limits) == Code::TooLarge);
  limits = {};
  limits.cursor = 3;
  CHECK(added({{"tools", tools(0)}, {"nextCursor", "abcd"}}, limits) == Code::TooLarge);
  limits = {};
  limits.list_bytes = 100;
  CHECK(added({{"tools", {{{"name", std::string(100, 'x')}}}}}, limits) == Code::TooLarge);
  limits = {};
  limits.list_values = 10;
  CHECK(added({{"tools", {{{"a", {1, 2, 3, 4, 5, 6, 7, 8}}}}}}, limits) == Code::Ok);
  CHECK(added({{"tools", {{{"a", {1, 2, 3, 4, 5, 6, 7, 8, 9}}}}}}, limits) == Code::TooLarge);
  limits = {};
  limits.pages = 2;
  ToolListing listing(limits);
  CHECK(listing.add(page({{"tools", tools(0)}, {"nextCursor", "a"}})).ok());
  CHECK(listing.add(page({{"tools", tools(0)}, {"nextCursor", "b"}})).ok());
  CHECK(listing.add(page({{"tools", tools(0)}})).code() == Code::TooLarge);
}

}  // namespace
