// How a registry lists the server of an MCPTool, from what is known of it to what the registry has.
#include <doctest/doctest.h>

#include "controller/operator/live/list_server.hpp"
#include "controller/operator/live/listed_server.hpp"
#include "controller/operator/live/live_version.hpp"
#include "controller/operator/mcptool/carry_out.hpp"
#include "test/unit/kube/scripted_transport.hpp"
#include "test/unit/operator/fake_registry.hpp"
#include "test/unit/operator/live_offer.hpp"

namespace {

using namespace toolhive;
using namespace toolhive::test;

const std::string kListed = "local.cluster.svc.mcp/weather";

ListedServer weather_server(const std::string& version = "1.2.0") {
  ListedServer server;
  server.manager = {"MCPTool", "mcp", "weather", "uid-1"};
  server.title = "weather-server";
  server.version = version;
  server.protocol = "2025-11-25";
  server.url = "https://weather.example/mcp";
  server.state = "Available";
  return server;
}

LiveTool held(const std::string& name) {
  return {.name = name,
          .state = ToolState::Held,
          .reason = "Breaking",
          .message = "/inputSchema changed",
          .version = "1.0.0",
          .contract_digest = "sha256:c"};
}

Json document(const std::string& version = "1.2.0") {
  return listed_server(kListed, weather_server(version), {});
}

// Takes no server for so many times.
struct RefusingRegistry final : FakeRegistry {
  Status put_server(const Context& ctx, const Json& server) override {
    return refusals-- > 0 ? refusal : FakeRegistry::put_server(ctx, server);
  }
  Status refusal{Code::Unavailable, "connection refused"};
  int refusals = 0;
};

// A plan to take in the offer of a server.
ToolPlan live_plan() {
  ToolPlan plan;
  plan.action = ToolPlan::Action::TakeOffer;
  plan.manager = {"MCPTool", "mcp", "weather", "uid-1"};
  plan.claim = NameClaim{{"mcp", "mcp-registry"}, ""};
  plan.server = weather_server();
  OfferTask task;
  task.manager = plan.manager;
  task.prefix = "weather.";
  task.server = kListed;
  task.generation = 1;
  task.offer = live_offer("1.2.0", {live_tool("get")});
  plan.offer = std::move(task);
  return plan;
}

}  // namespace

TEST_SUITE_BEGIN("the server of an MCPTool in the official API");

TEST_CASE("a server has the name of its MCPTool below the domain of its namespace's Services") {
  CHECK(listed_name("mcp", "weather") == kListed);
  CHECK_FALSE(listed_name("mcp", "w"));
  CHECK(listed_name("mcp", std::string(178, 'w')));
  CHECK_FALSE(listed_name("mcp", std::string(179, 'w')));
}

TEST_CASE("a server is listed with where it is, whose it is, its state, and what is held back") {
  OfferReport offer;
  offer.offered = 3;
  offer.digest = "sha256:o";
  offer.tools = {held("weather.get"), {.name = "weather.set"}, {.name = "weather.put"}};
  ListedServer server = weather_server();
  server.headers = {"X-Api-Key"};
  const Json json = listed_server(kListed, server, offer);
  CHECK(json == Json::parse(R"({
    "$schema": "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json",
    "name": "local.cluster.svc.mcp/weather", "title": "weather-server",
    "description": "The server of MCPTool mcp/weather", "version": "1.2.0",
    "remotes": [{"type": "streamable-http", "url": "https://weather.example/mcp",
                 "headers": [{"name": "X-Api-Key", "isRequired": true, "isSecret": true}]}],
    "_meta": {"mcpregistry.dev/observed": {
      "managedBy": {"kind": "MCPTool", "namespace": "mcp", "name": "weather"},
      "reach": "url", "state": "Available", "protocol": "2025-11-25",
      "offered": 3, "registered": 2, "heldCount": 1, "offeredDigest": "sha256:o",
      "held": [{"name": "weather.get", "reason": "Breaking", "message": "/inputSchema changed",
                "version": "1.0.0", "contractDigest": "sha256:c"}]}}})"));
  server.in_cluster_only = true;
  CHECK(listed_server(kListed, server, offer)["_meta"][kObservedMeta]["reach"] == "cluster");
}

TEST_CASE("of a server that holds many tools the first are listed and all are counted") {
  OfferReport offer;
  for (int i = 0; i < 200; ++i) {
    offer.tools.push_back(held("t" + std::to_string(i)));
    offer.tools.back().message = std::string(5'000, 'x');
  }
  const Json json = listed_server(kListed, weather_server(), offer);
  CHECK(json["_meta"][kObservedMeta]["held"].size() == 50);
  CHECK(json["_meta"][kObservedMeta]["heldCount"] == 200);
  CHECK(json.dump().size() < 32 * 1024);
}

TEST_CASE("a server's own texts are cut to what the API takes, and a version that is none is 0.0.0") {
  ListedServer server = weather_server("2025-06-18");
  server.title = std::string(300, 't');
  const Json json = listed_server(kListed, server, {});
  CHECK(json["title"].get<std::string>().size() <= 100);
  CHECK(json["version"] == "0.0.0");
  server.title.clear();
  CHECK_FALSE(listed_server(kListed, server, {}).contains("title"));
}

TEST_CASE("a version tells which one it was made of, whatever content it was given for") {
  CHECK(without_content("1.2.0") == "1.2.0");
  CHECK(without_content(with_content("1.2.0", "sha256:1a2b3c4d5e")) == "1.2.0");
  CHECK(without_content(with_content("1.2.0+build.5", "sha256:1a2b3c4d5e")) == "1.2.0+build.5");
  CHECK(without_content(live_version("", "sha256:1a2b3c4d5e")) == "0.0.0");
  CHECK(without_content("") == "");
  CHECK(without_content("1.2.0+xsha.1a2b3c4d") == "1.2.0+xsha.1a2b3c4d");
}

TEST_CASE("a server is published once, and at rest it is only read") {
  FakeRegistry registry;
  CHECK(list_server({}, registry, document()).ok());
  CHECK(registry.servers.at({kListed, "1.2.0"}).document == document());
  registry.server_reads = registry.server_writes = 0;
  CHECK(list_server({}, registry, document()).ok());
  CHECK(registry.server_reads == 1);
  CHECK(registry.server_writes == 0);
}

TEST_CASE("what changes of a server is changed in its version, and another version is the latest") {
  FakeRegistry registry;
  REQUIRE(list_server({}, registry, document()).ok());
  Json moved = document();
  moved["remotes"][0]["url"] = "https://elsewhere.example/mcp";
  REQUIRE(list_server({}, registry, moved).ok());
  CHECK(registry.servers.size() == 1);
  CHECK(**registry.get_server({}, kListed) == moved);
  REQUIRE(list_server({}, registry, document("1.3.0")).ok());
  CHECK(**registry.get_server({}, kListed) == document("1.3.0"));
  SUBCASE("also an older one, to which the server has gone back") {
    REQUIRE(list_server({}, registry, document("1.2.0")).ok());
    CHECK(**registry.get_server({}, kListed) == document("1.2.0"));
    CHECK(registry.servers.at({kListed, "1.3.0"}).deleted);
  }
}

TEST_CASE("a version that its server does not have any more tells of no state") {
  FakeRegistry registry;
  const auto state = [&](const char* version) {
    return registry.servers.at({kListed, version}).document["_meta"][kObservedMeta]["state"];
  };
  ListedServer away = weather_server();
  away.state = "Unreachable";
  REQUIRE(list_server({}, registry, listed_server(kListed, away, {})).ok());
  REQUIRE(list_server({}, registry, document("1.3.0")).ok());
  CHECK(state("1.2.0") == "Superseded");
  CHECK(state("1.3.0") == "Available");
  SUBCASE("also where it went back, and forward again") {
    REQUIRE(list_server({}, registry, document("1.2.0")).ok());
    CHECK(state("1.2.0") == "Available");
    CHECK(state("1.3.0") == "Superseded");
    REQUIRE(list_server({}, registry, document("1.3.0")).ok());
    CHECK(state("1.2.0") == "Superseded");
    CHECK(state("1.3.0") == "Available");
  }
  SUBCASE("and what somebody else published there is left as it is") {
    Json foreign = document("1.4.0");
    foreign.erase("_meta");
    REQUIRE(registry.put_server({}, foreign).ok());
    REQUIRE(list_server({}, registry, document("1.5.0")).ok());
    CHECK(registry.servers.at({kListed, "1.4.0"}).document == foreign);
  }
}

TEST_CASE("a version that cannot be marked as superseded stays the latest until it can") {
  RefusingRegistry registry;
  REQUIRE(list_server({}, registry, document()).ok());
  registry.refusals = 1;
  CHECK(list_server({}, registry, document("1.3.0")).code() == Code::Unavailable);
  CHECK(registry.servers.size() == 1);
  REQUIRE(list_server({}, registry, document("1.3.0")).ok());
  CHECK(registry.servers.at({kListed, "1.2.0"}).document["_meta"][kObservedMeta]["state"] == "Superseded");
}

TEST_CASE("a server that comes back is listed again, in the version that was deleted") {
  FakeRegistry registry;
  REQUIRE(list_server({}, registry, document()).ok());
  REQUIRE(unlist_server({}, registry, kListed).ok());
  CHECK(registry.get_server({}, kListed).status().code() == Code::NotFound);
  CHECK(unlist_server({}, registry, kListed).ok());
  REQUIRE(list_server({}, registry, document()).ok());
  CHECK(**registry.get_server({}, kListed) == document());
}

TEST_CASE("a registry that cannot be asked, or takes no such server, is told as it says") {
  FakeRegistry registry;
  registry.fault = Status(Code::Unavailable, "connection refused");
  CHECK(list_server({}, registry, document()).code() == Code::Unavailable);
  CHECK(unlist_server({}, registry, kListed).code() == Code::Unavailable);
  EmptyRegistry refusing;
  CHECK(list_server({}, refusing, document()).code() == Code::NotFound);
}

TEST_CASE("a server is asked for, published, changed and deleted by the official API") {
  const auto transport = std::make_shared<ScriptedTransport>();
  RegistryClient client(transport, "/proxy");
  transport->reply(200, Json{{"server", document()}, {"_meta", Json::object()}}.dump());
  CHECK(**client.get_server({}, kListed) == document());
  transport->reply(404, Json{{"error", "Server not found"}}.dump());
  transport->reply(200, "{}");
  CHECK(client.put_server({}, document()).ok());
  transport->reply(200, "{}");
  transport->reply(200, "{}");
  CHECK(client.set_server_status({}, kListed, "", ServerStatus::Deleted).ok());
  CHECK(client.set_server_status({}, kListed, "1.2.0+b", ServerStatus::Active).ok());
  const std::string server = "/proxy/v0.1/servers/local.cluster.svc.mcp%2Fweather";
  const std::pair<std::string, std::string> expected[] = {{"GET", server + "/versions/latest"},
                                                          {"PUT", server + "/versions/1.2.0"},
                                                          {"POST", "/proxy/v0.1/publish"},
                                                          {"PATCH", server + "/status"},
                                                          {"PATCH", server + "/versions/1.2.0%2Bb/status"}};
  REQUIRE(transport->requests.size() == std::size(expected));
  for (std::size_t i = 0; i < std::size(expected); ++i) {
    CHECK(transport->requests[i].method == expected[i].first);
    CHECK(transport->requests[i].target == expected[i].second);
  }
  CHECK(Json::parse(transport->requests[2].body) == document());
  CHECK(Json::parse(transport->requests[3].body) == Json{{"status", "deleted"}});
  transport->reply(200, "{}");
  CHECK(client.get_server({}, kListed).status().code() == Code::Decode);
}

TEST_CASE("the tools of a server name it, and are listed with it until their MCPTool goes") {
  AccessTo<FakeRegistry> access;
  ToolPlan plan = live_plan();
  REQUIRE(carry_out({}, access, plan).ok());
  const Json* const tool = access.registry->latest("weather.get");
  REQUIRE(tool);
  CHECK(tool->at("server") == Json{{"name", kListed}, {"version", "1.2.0"}});
  const auto listed = access.registry->get_server({}, kListed);
  REQUIRE(listed.ok());
  CHECK((**listed)["_meta"][kObservedMeta]["registered"] == 1);
  plan.action = ToolPlan::Action::Withdraw;
  REQUIRE(carry_out({}, access, plan).ok());
  CHECK(access.registry->names().empty());
  CHECK(access.registry->get_server({}, kListed).status().code() == Code::NotFound);
}

TEST_CASE("a listing that did not reach the registry is to be tried again soon, and the tools are told of") {
  AccessTo<RefusingRegistry> access;
  access.registry->refusals = 1;
  const auto first = carry_out({}, access, live_plan());
  REQUIRE(first.ok());
  CHECK(first->unlisted);
  CHECK_FALSE(first->failed);
  CHECK(first->report->registered.reason == "Registered");
  const auto second = carry_out({}, access, live_plan());
  REQUIRE(second.ok());
  CHECK_FALSE(second->unlisted);
  CHECK(access.registry->servers.size() == 1);
}

TEST_CASE("a listing that the registry refuses is not tried again before the next look") {
  AccessTo<RefusingRegistry> access;
  access.registry->refusals = 1;
  access.registry->refusal = Status(Code::Invalid, "the remote is in a cluster");
  const auto outcome = carry_out({}, access, live_plan());
  REQUIRE(outcome.ok());
  CHECK_FALSE(outcome->unlisted);
}

TEST_CASE("a server that was not seen yet is not listed") {
  AccessTo<FakeRegistry> access;
  ToolPlan plan = live_plan();
  plan.server.reset();
  REQUIRE(carry_out({}, access, plan).ok());
  CHECK(access.registry->servers.empty());
}

TEST_SUITE_END();
