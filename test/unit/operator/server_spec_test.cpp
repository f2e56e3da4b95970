// The C++ view of spec.server and spec.probe.
#include <doctest/doctest.h>

#include "crds/mcptool.hpp"
#include "test/unit/operator/crd_schema.hpp"
#include "test/unit/operator/make.hpp"

namespace {

using namespace toolhive;
using namespace toolhive::test;

StatusOr<MCPTool> read_spec(const Json& spec) {
  Json whole = {{"registryRef", {{"name", "r"}}}};
  whole.merge_patch(spec);
  return MCPTool::from_text(Json{{"spec", whole}}.dump());
}

Json remote(const Json& fields) {
  Json whole = {{"url", "https://weather.example/mcp"}};
  whole.merge_patch(fields);
  return {{"server", {{"remote", whole}}}};
}

Json key_ref(const char* name, const char* key) {
  return {{"name", name}, {"key", key}};
}

}  // namespace

TEST_SUITE_BEGIN("the spec of a server");

TEST_CASE("an MCPTool with a server needs no definition") {
  const auto tool = read_spec(remote(Json::object()));
  REQUIRE_MESSAGE(tool.ok(), tool.status());
  CHECK_FALSE(tool->spec.definition);
  REQUIRE(tool->spec.server);
  CHECK(tool->spec.server->remote->url == "https://weather.example/mcp");
  CHECK_FALSE(tool->spec.server->remote->oauth);
  CHECK(tool->spec.probe.mode == ProbeSpec::Mode::Auto);
}

TEST_CASE("what is sent to a server and whom it is trusted by are read") {
  const auto tool = read_spec(remote(
      {{"headers", Json::array({{{"name", "X-Plain"}, {"value", "a"}},
                                {{"name", "X-Key"}, {"valueFrom", {{"secretKeyRef", key_ref("s", "k")}}}}})},
       {"ca", {{"configMapKeyRef", key_ref("c", "ca.crt")}}},
       {"oauth",
        {{"issuer", "https://idp.example"},
         {"clientID", "me"},
         {"clientSecretRef", key_ref("o", "secret")},
         {"scopes", Json::array({"read"})}}}}));
  REQUIRE_MESSAGE(tool.ok(), tool.status());
  const ServerSpec::Remote& read = *tool->spec.server->remote;
  REQUIRE(read.headers.size() == 2);
  CHECK(read.headers[0].value == "a");
  CHECK_FALSE(read.headers[0].value_from);
  CHECK(read.headers[1].value_from->secret.name == "s");
  CHECK(read.headers[1].value_from->secret.key == "k");
  CHECK(read.authorities.config_map->key == "ca.crt");
  CHECK_FALSE(read.authorities.secret);
  CHECK(read.oauth->issuer == "https://idp.example");
  CHECK(read.oauth->client_id == "me");
  CHECK(read.oauth->client_secret.name == "o");
  CHECK(read.oauth->scopes == std::vector<std::string>{"read"});
}

TEST_CASE("a field of a server that does not fit is named with its path") {
  const auto error = [](const Json& spec) { return read_spec(spec).status().message(); };
  CHECK(error({{"server", Json::object()}}) == "spec.server: one of remote and workload is needed");
  CHECK(error(remote({{"url", nullptr}})) == "spec.server.remote.url: is required");
  CHECK(error(remote({{"headers", Json::array({{{"value", "a"}}})}})) ==
        "spec.server.remote.headers[0].name: is required");
  CHECK(error(remote({{"ca", {{"secretKeyRef", {{"name", "s"}}}}}})) ==
        "spec.server.remote.ca.secretKeyRef.key: is required");
  CHECK(error(remote({{"oauth", {{"clientID", "me"}}}})) ==
        "spec.server.remote.oauth.clientSecretRef: is required");
  Json probe = remote(Json::object());
  probe["probe"] = {{"mode", "Often"}};
  CHECK(error(probe) == "spec.probe.mode: must be one of Auto, Disabled");
}

TEST_CASE("a probe has the defaults of the schema where nothing is said") {
  const Json schema = spec_schema("mcptools").at("properties").at("probe").at("properties");
  const ProbeSpec probe;
  CHECK(schema.at("mode").at("default") == (probe.mode == ProbeSpec::Mode::Auto ? "Auto" : "Disabled"));
  CHECK(schema.at("intervalSeconds").at("default") == probe.interval_seconds);
  CHECK(schema.at("timeoutSeconds").at("default") == probe.timeout_seconds);
  Json spec = remote(Json::object());
  spec["probe"] = {{"mode", "Disabled"}, {"intervalSeconds", 10}, {"timeoutSeconds", 2}};
  const auto told = read_spec(spec);
  REQUIRE_MESSAGE(told.ok(), told.status());
  CHECK(told->spec.probe.mode == ProbeSpec::Mode::Disabled);
  CHECK(told->spec.probe.interval() == std::chrono::seconds(10));
  CHECK(told->spec.probe.timeout() == std::chrono::seconds(2));
}

TEST_SUITE_END();
