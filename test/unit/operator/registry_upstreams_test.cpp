// spec.upstreams of a Registry: what becomes of its operands, and what the service reads of it.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "controller/operator/registry/upstreams.hpp"
#include "registry/config/config.hpp"
#include "test/unit/operator/make.hpp"

namespace {

using namespace toolhive;
using namespace toolhive::test;

// All that a spec can say of an upstream, and the least.
Json two_upstreams() {
  const Json header = {{"name", "X-Key"}, {"secretKeyRef", {{"name", "keys"}, {"key", "api"}}}};
  const Json full = {{"name", "official"},
                     {"url", "https://registry.example.com:8443/base"},
                     {"include", Json::array({"io.example/*"})},
                     {"exclude", Json::array({"*/test-*"})},
                     {"interval", "1h"},
                     {"fullInterval", "48h"},
                     {"versions", 100},
                     {"ca", {{"configMapKeyRef", {{"name", "roots"}, {"key", "pem"}}}}},
                     {"tokenSecretRef", {{"name", "tokens"}, {"key", "official"}}},
                     {"headers", Json::array({header})}};
  const Json least = {{"name", "other"}, {"url", "http://other.mcp.svc"}, {"port", 8080}};
  return {{"upstreams", Json::array({full, least})}};
}

std::set<int> egress_ports(const Json& spec) {
  std::set<int> ports;
  const Json policy = network_policy(inputs(spec));
  for (const Json& rule : at(policy, "/spec/egress"))
    for (const Json& port : rule.at("ports")) ports.insert(port.at("port").get<int>());
  return ports;
}

}  // namespace

TEST_SUITE_BEGIN("the upstreams of a Registry");

TEST_CASE("the registry reads of each upstream what the spec says, and where its files are") {
  const Json map = registry_config_map(inputs(two_upstreams()));
  const auto config = registry::parse_config(at(map, "/data/registry.json").get<std::string>());
  REQUIRE_MESSAGE(config.ok(), (config.ok() ? "" : config.error().field + ": " + config.error().detail));
  REQUIRE(config->upstreams.size() == 2);
  const auto& full = config->upstreams[0];
  CHECK(full.name == "official");
  CHECK(full.url == "https://registry.example.com:8443/base");
  CHECK(full.names.allow == std::vector<std::string>{"io.example/*"});
  CHECK(full.names.deny == std::vector<std::string>{"*/test-*"});
  CHECK(full.interval == std::chrono::hours(1));
  CHECK(full.full_interval == std::chrono::hours(48));
  CHECK(full.versions == 100);
  CHECK(full.ca_file == "/etc/mcp-registry/upstreams/official/ca.crt");
  CHECK(full.token_file == "/etc/mcp-registry/upstreams/official/token");
  REQUIRE(full.headers.size() == 1);
  CHECK(full.headers[0].name == "X-Key");
  CHECK(full.headers[0].value_file == "/etc/mcp-registry/upstreams/official/header-0");
  CHECK(config->upstreams[1].url == "http://other.mcp.svc");
}

TEST_CASE("what upstreams need is mounted by the key, and a Secret that is not there yet holds up no pod") {
  const Json made = deployment(inputs(two_upstreams()));
  const Json& pod = at(made, "/spec/template/spec");
  const Json& volume = pod.at("volumes").back();
  CHECK(volume.at("name") == "upstreams");
  StringMap files;
  for (const Json& source : at(volume, "/projected/sources")) {
    const auto& [kind, value] = *source.items().begin();
    CHECK(value.at("optional") == true);
    for (const Json& item : value.at("items"))
      files[item.at("path")] =
          kind + "/" + value.at("name").get<std::string>() + "/" + item.at("key").get<std::string>();
  }
  CHECK(files == StringMap{{"official/ca.crt", "configMap/roots/pem"},
                           {"official/token", "secret/tokens/official"},
                           {"official/header-0", "secret/keys/api"}});
  const Json& mount = at(pod, "/containers/0/volumeMounts").back();
  CHECK(mount.at("mountPath") == "/etc/mcp-registry/upstreams");
  CHECK(mount.at("readOnly") == true);
  // Without any nothing is mounted, and nothing of the pods of before is other.
  CHECK(deployment(inputs()).dump().find("upstreams") == std::string::npos);
}

TEST_CASE("the NetworkPolicy lets a registry reach its upstreams, by the port of each") {
  CHECK(egress_ports(two_upstreams()) == std::set<int>{53, 5353, 8443, 8080});
  CHECK(egress_ports(Json::object()) == std::set<int>{53, 5353});
  CHECK(upstream_ports(inputs({{"upstreams", Json::array({{{"name", "a"}, {"url", "https://a.example"}},
                                                          {{"name", "b"}, {"url", "https://b.example"}}})}})
                           .spec) == std::vector<int>{443});
}

TEST_SUITE_END();
