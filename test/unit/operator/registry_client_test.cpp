// What the operator asks of a registry's HTTP API, and what it makes of the answers.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "controller/operator/registry_client.hpp"
#include "test/unit/kube/scripted_transport.hpp"

namespace {

using namespace toolhive;
using namespace toolhive::test;

const ManagedBy kWeatherTool{"MCPTool", "mcp", "weather", "u-1"};

struct Asking {
  void answers(const Json& body, int status = 200) { transport->reply(status, body.dump()); }
  const kube::HttpRequest& asked(std::size_t i = 0) const { return transport->requests.at(i); }

  std::shared_ptr<ScriptedTransport> transport = std::make_shared<ScriptedTransport>();
  RegistryClient client{transport, "/proxy"};
  Context ctx;
};

}  // namespace

TEST_SUITE_BEGIN("asking a registry");

TEST_CASE("what a resource has is read page by page, with what tells contracts and states apart") {
  Asking a;
  a.answers(
      {{"tools",
        {{{"name", "w.get"},
          {"version", "1.0.0"},
          {"digest", "sha256:d"},
          {"contractDigest", "sha256:c"},
          {"registeredAt", "2026-01-01T00:00:00Z"},
          {"managedBy", {{"kind", "MCPTool"}, {"namespace", "mcp"}, {"name", "weather"}, {"uid", "u-1"}}},
          {"status", "deprecated"},
          {"statusMessage", "gone"}}}},
       {"nextCursor", "a+b"}});
  a.answers({{"tools", {{{"name", "w.set"}, {"version", "2.0.0"}}}}});
  const auto entries = a.client.list_managed(a.ctx, kWeatherTool);
  REQUIRE(entries.ok());
  REQUIRE(entries->size() == 2);
  CHECK(entries->at(0).contract_digest == "sha256:c");
  CHECK(entries->at(0).deprecated);
  CHECK(entries->at(0).status_message == "gone");
  CHECK(entries->at(0).manager == kWeatherTool);
  CHECK(entries->at(1).name == "w.set");
  CHECK_FALSE(entries->at(1).deprecated);
  CHECK(a.asked().target ==
        "/proxy/api/v1/tools?limit=100&managed_by=MCPTool%2Fmcp%2Fweather&fields=version,digest,"
        "contractDigest,registeredAt,managedBy,status,statusMessage");
  CHECK(a.asked(1).target == a.asked().target + "&cursor=a%2Bb");
}

TEST_CASE("the versions of a tool are read in the registry's order") {
  Asking a;
  a.answers({{"name", "weather"},
             {"latest", "9.9.9"},
             {"versions",
              {{{"version", "9.9.9"}, {"digest", "sha256:d"}},
               {{"version", "1.0.0"},
                {"managedBy",
                 {{"kind", "MCPTool"}, {"namespace", "mcp"}, {"name", "weather"}, {"uid", "u-1"}}}}}}});
  const auto versions = a.client.versions(a.ctx, "weather");
  REQUIRE(versions.ok());
  REQUIRE(versions->size() == 2);
  CHECK(versions->at(0).name == "weather");
  CHECK(versions->at(0).version == "9.9.9");
  CHECK(versions->at(0).digest == "sha256:d");
  CHECK(versions->at(1).manager == kWeatherTool);
  CHECK(a.asked().target == "/proxy/api/v1/tools/weather/versions");
  for (const Json& body : {Json::object(), Json{{"versions", 7}}, Json{{"versions", {7}}}}) {
    Asking other;
    other.answers(body);
    CHECK(other.client.versions(other.ctx, "weather").status().code() == Code::Decode);
  }
}

TEST_CASE("a list that never ends, and an answer that is no list, are errors") {
  Asking a;
  for (int i = 0; i < 200; ++i) a.answers({{"tools", Json::array()}, {"nextCursor", "again"}});
  CHECK(a.client.list_managed(a.ctx, kWeatherTool).status().code() == Code::TooLarge);
  CHECK(a.transport->requests.size() == 100);
  for (const Json& body : {Json::object(), Json{{"tools", 7}}, Json{{"tools", {{{"name", "x"}}}}}}) {
    Asking other;
    other.answers(body);
    CHECK(other.client.list_managed(other.ctx, kWeatherTool).status().code() == Code::Decode);
  }
}

TEST_CASE("a comparison tells the worst change: its class, place and keyword") {
  Asking a;
  a.answers({{"compatible", false},
             {"verdict", "breaking"},
             {"total", 1'234},
             {"changes",
              {{{"change", "review"},
                {"pointer", "/description"},
                {"keyword", "description"},
                {"message", "changed"}},
               {{"change", "breaking"},
                {"pointer", "/inputSchema/required"},
                {"keyword", "required"},
                {"message", "has \"place\" added"}}}}});
  const auto comparison =
      a.client.compare(a.ctx, {{"name", "w.get"}, {"version", "1.0.0"}}, {{"name", "w.get"}});
  REQUIRE(comparison.ok());
  CHECK(comparison->verdict == ChangeClass::Breaking);
  CHECK(cause_of(*comparison) ==
        "/inputSchema/required (required) has \"place\" added, and 1233 changes more");
  CHECK(a.asked().method == "POST");
  CHECK(a.asked().target == "/proxy/api/v1/compare");
  CHECK(Json::parse(a.asked().body) ==
        Json{{"from", {{"name", "w.get"}, {"version", "1.0.0"}}}, {"to", {{"name", "w.get"}}}});
}

TEST_CASE("an answer without a verdict is no comparison, and long texts are cut") {
  CHECK(parse_comparison(Json::object()).status().code() == Code::Decode);
  CHECK(parse_comparison({{"verdict", "fine"}, {"changes", Json::array()}}).status().code() == Code::Decode);
  CHECK(cause_of(*parse_comparison({{"verdict", "compatible"}, {"changes", Json::array()}})) ==
        "nothing differs");
  const auto long_one = parse_comparison(
      {{"verdict", "review"}, {"changes", {{{"change", "review"}, {"message", std::string(5'000, 'm')}}}}});
  REQUIRE(long_one.ok());
  CHECK(long_one->message.size() <= 128);
}

TEST_CASE("a resource names itself when it changes or withdraws what it has") {
  Asking a;
  a.answers(Json::object());
  a.answers(Json::object());
  a.answers(Json::object());
  CHECK(a.client.set_status(a.ctx, "w.get", {.deprecated = true, .message = "gone"}, kWeatherTool).ok());
  CHECK(a.client.set_status(a.ctx, "w.get", {.deprecated = false, .message = {}}, kWeatherTool).ok());
  CHECK(a.client.withdraw_version(a.ctx, "w.get", "1.0.0+sha.1", kWeatherTool).ok());
  const std::string who = "?managedBy=MCPTool%2Fmcp%2Fweather%2Fu-1";
  CHECK(a.asked(0).method == "PATCH");
  CHECK(a.asked(0).target == "/proxy/api/v1/tools/w.get" + who);
  CHECK(Json::parse(a.asked(0).body) == Json{{"status", "deprecated"}, {"statusMessage", "gone"}});
  CHECK(Json::parse(a.asked(1).body) == Json{{"status", "active"}});
  CHECK(a.asked(2).method == "DELETE");
  CHECK(a.asked(2).target == "/proxy/api/v1/tools/w.get/versions/1.0.0%2Bsha.1" + who);
}

TEST_CASE("without a version the latest one is read") {
  Asking a;
  a.answers({{"name", "w.get"}, {"version", "2.0.0"}});
  CHECK(a.client.get(a.ctx, "w.get", "")->version == "2.0.0");
  CHECK(a.asked().target == "/proxy/api/v1/tools/w.get");
}

TEST_SUITE_END();
