// How a server is reached: from the spec, and the Secrets and ConfigMaps that it names.
#include <doctest/doctest.h>

#include "controller/base/base64.hpp"
#include "controller/operator/server/addresses.hpp"
#include "controller/operator/server/target.hpp"
#include "controller/operator/types.hpp"
#include "controller/testing/fake_api.hpp"
#include "test/unit/operator/make.hpp"

namespace {

using namespace toolhive;
using namespace toolhive::test;

struct Reading {
  void put_secret(const std::string& name, const StringMap& values) {
    Json data = Json::object();
    for (const auto& [key, value] : values) data[key] = encode_base64(value);
    api.put(secret_type(), {{"metadata", {{"namespace", "mcp"}, {"name", name}}}, {"data", data}});
  }
  StatusOr<ServerTarget> target(const ServerSpec::Remote& server, const ProbeSpec& probe = {}) {
    References references(ctx, api, "mcp", reader);
    return server_target(server, probe, {.allowed = {}, .denied = {"192.0.2.0/24"}}, references);
  }

  testing::FakeApi api;
  Context ctx;
  std::string reader = "toolhive-system:toolhive-operator";
};

ServerSpec::Remote server_with(const std::vector<ServerSpec::Header>& headers) {
  ServerSpec::Remote server;
  server.url = "https://weather.example/mcp";
  server.headers = headers;
  return server;
}

ServerSpec::Header from_secret(const std::string& name, const std::string& secret, const std::string& key) {
  return {.name = name, .value = {}, .value_from = ServerSpec::ValueSource{{secret, key}}};
}

void forbid(testing::FakeApi& api) {
  api.fail_with([](const kube::ApiCall& call) {
    return call.type == secret_type() ? Status(Code::Forbidden, "no").with_reason("Forbidden") : Status();
  });
}

}  // namespace

TEST_SUITE_BEGIN("the target of a look");

TEST_CASE("a server that names no Secret costs no call") {
  Reading r;
  const auto target = r.target(server_with({{"X-Plain", "a", {}}}));
  REQUIRE_MESSAGE(target.ok(), target.status());
  CHECK(target->options.url == "https://weather.example/mcp");
  CHECK(target->options.headers == mcp::Headers{{"X-Plain", "a"}});
  CHECK(target->options.addresses.denied == std::vector<std::string>{"192.0.2.0/24"});
  CHECK(r.api.count("") == 0);
}

TEST_CASE("values come from Secrets and ConfigMaps, each read once for all that follow each other") {
  Reading r;
  r.put_secret("keys", {{"a", "1"}, {"b", "2"}, {"oauth", "hush"}});
  r.api.put(config_map_type(),
            {{"metadata", {{"namespace", "mcp"}, {"name", "ca"}}}, {"data", {{"ca.crt", "PEM"}}}});
  ServerSpec::Remote server = server_with({from_secret("X-A", "keys", "a"), from_secret("X-B", "keys", "b")});
  server.authorities.config_map = KeyRef{"ca", "ca.crt"};
  server.oauth = ServerSpec::OAuth{.issuer = "https://idp.example",
                                   .token_url = {},
                                   .client_id = "me",
                                   .client_secret = {"keys", "oauth"},
                                   .scopes = {"read"}};
  const auto target = r.target(server);
  REQUIRE_MESSAGE(target.ok(), target.status());
  CHECK(target->options.headers == mcp::Headers{{"X-A", "1"}, {"X-B", "2"}});
  CHECK(target->options.authorities == "PEM");
  CHECK(target->options.oauth->client_secret == "hush");
  CHECK(target->options.oauth->issuer == "https://idp.example");
  CHECK(r.api.count("GET secrets") == 2);  // the ConfigMap came between
}

TEST_CASE("a digest changes with each thing that a look depends on, a Secret's content among them") {
  Reading r;
  r.put_secret("keys", {{"a", "1"}});
  const ServerSpec::Remote server = server_with({from_secret("X-A", "keys", "a")});
  const std::string digest = r.target(server)->digest;
  CHECK(r.target(server)->digest == digest);
  r.put_secret("keys", {{"a", "2"}});
  CHECK(r.target(server)->digest != digest);
  r.put_secret("keys", {{"a", "1"}});
  ServerSpec::Remote other = server;
  other.url += "/";
  CHECK(r.target(other)->digest != digest);
  other = server;
  other.headers[0].name = "X-B";
  CHECK(r.target(other)->digest != digest);
}

TEST_CASE("a Secret that may not be read is told with the one command that allows it, and no value") {
  Reading r;
  r.put_secret("keys", {{"a", "1"}});
  forbid(r.api);
  const Status refused = r.target(server_with({from_secret("X-A", "keys", "a")})).status();
  CHECK(refused.reason() == "SecretForbidden");
  CHECK(
      refused.message() ==
      "header X-A: the operator may not read Secret mcp/keys; to allow it in this namespace: kubectl -n mcp "
      "create rolebinding toolhive-operator-server-secrets "
      "--clusterrole=toolhive-operator-server-secrets --serviceaccount=toolhive-system:toolhive-operator");
}

TEST_CASE("what is not there is named, object and key") {
  Reading r;
  r.put_secret("keys", {{"a", "1"}});
  const Status key = r.target(server_with({from_secret("X-A", "keys", "b")})).status();
  CHECK(key.reason() == "SecretNotFound");
  CHECK(key.message() == "header X-A: Secret mcp/keys has no key b; add it, or correct spec.server");
  const Status object = r.target(server_with({from_secret("X-A", "gone", "b")})).status();
  CHECK(object.reason() == "SecretNotFound");
  CHECK(object.message() == "header X-A: Secret mcp/gone does not exist; create it, or correct spec.server");
  ServerSpec::Remote server = server_with({});
  server.authorities.config_map = KeyRef{"ca", "ca.crt"};
  CHECK(r.target(server).status().reason() == "ConfigMapNotFound");
}

TEST_CASE("what is too long is not taken, and a message repeats nothing of it") {
  Reading r;
  r.put_secret("keys", {{"a", std::string(9000, 'x')}, {"b", std::string(5000, 'x')}});
  for (const auto& headers :
       {std::vector{from_secret("X-A", "keys", "a")},
        std::vector{from_secret("X-A", "keys", "b"), from_secret("X-B", "keys", "b")}}) {
    const Status refused = r.target(server_with(headers)).status();
    CHECK(refused.reason() == "InvalidServer");
    CHECK(refused.message().find("xx") == std::string::npos);
  }
}

TEST_CASE("trouble of the API server is none of the server's") {
  Reading r;
  r.api.fail_with([](const kube::ApiCall&) { return Status(Code::Unavailable, "etcd has no leader"); });
  CHECK(r.target(server_with({from_secret("X-A", "keys", "a")})).status().reason() == kApiServerTrouble);
}

TEST_CASE("a look takes no longer than the spec says") {
  Reading r;
  ProbeSpec probe;
  probe.timeout_seconds = 7;
  const auto target = r.target(server_with({}), probe);
  CHECK(target->options.limits.total == std::chrono::seconds(7));
  CHECK(target->options.limits.http.exchange == std::chrono::seconds(7));
}

TEST_CASE("the API server's own addresses are denied whatever else is allowed") {
  const auto rules = server_addresses("https://10.96.0.1:443", {"10.0.0.0/8"}, {"192.0.2.0/24"});
  REQUIRE_MESSAGE(rules.ok(), rules.status());
  CHECK(rules->allowed == std::vector<std::string>{"10.0.0.0/8"});
  const auto policy = mcp::AddressPolicy::make(*rules);
  CHECK(policy->check("10.96.0.1").code() == Code::Forbidden);
  CHECK(policy->check("192.0.2.7").code() == Code::Forbidden);
  CHECK(policy->check("10.96.0.2").ok());
  const auto v6 = server_addresses("https://[fd00::1]:6443", {}, {});
  CHECK(mcp::AddressPolicy::make(*v6)->check("fd00::1").code() == Code::Forbidden);
  const auto named = server_addresses("https://localhost:6443", {"127.0.0.0/8", "::1"}, {});
  CHECK(mcp::AddressPolicy::make(*named)->check("127.0.0.1").code() == Code::Forbidden);
}

TEST_CASE("a block of addresses that cannot be read is refused at the start") {
  CHECK(server_addresses("https://10.96.0.1", {"10.0.0.0/64"}, {}).status().code() == Code::Invalid);
  CHECK(server_addresses("https://10.96.0.1", {}, {"everything"}).status().code() == Code::Invalid);
}

TEST_SUITE_END();
