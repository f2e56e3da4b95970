// The CRDs on a real API server: it compiles their rules, and is asked about one refused and one
// accepted object per rule.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "controller/runtime/cache/cache.hpp"
#include "crds/mcptool.hpp"
#include "crds/registry.hpp"
#include "crds/registry_backup.hpp"
#include "test/integration/crds/install.hpp"
#include "test/integration/kube/cluster.hpp"

using namespace toolhive;
using test::definition;
using test::install;

namespace {

constexpr auto kPatience = std::chrono::seconds(30);

// As it was before there were patterns.
std::string without_patterns(const std::string& yaml) {
  std::istringstream lines(yaml);
  std::string kept;
  for (std::string line; std::getline(lines, line);)
    if (line.find(" pattern: ") == std::string::npos) kept += line + "\n";
  return kept;
}

class Installed {
 public:
  Installed() {
    install("registries", definition("registries"));
    install("mcptools", definition("mcptools"));
    install("registrybackups", definition("registrybackups"));
  }
  const std::string& ns() const { return namespace_.name(); }

  Status registry(const Json& spec, bool keep = false) const {
    return apply(toolhive::registry_type(), spec, keep);
  }
  Status tool(const Json& changes, bool keep = false) const {
    Json spec = {{"registryRef", {{"name", "r"}}}, {"definition", {{"inputSchema", {{"type", "object"}}}}}};
    spec.merge_patch(changes);
    return apply(toolhive::mcptool_type(), spec, keep);
  }
  Status backup(const Json& changes, bool keep = false) const {
    Json spec = {{"registryRef", {{"name", "r"}}}, {"destination", {{"claim", {{"name", "backups"}}}}}};
    spec.merge_patch(changes);
    return apply(toolhive::registry_backup_type(), spec, keep);
  }
  Json read(const kube::ResourceType& type) const {
    const auto object = test::client()->get(Context{}, type, {ns(), "sample"});
    REQUIRE_MESSAGE(object.ok(), object.status());
    return object->json();
  }

 private:
  Status apply(const kube::ResourceType& type, const Json& spec, bool keep) const {
    kube::WriteOptions options;
    options.field_manager = "test";
    options.dry_run = !keep;
    const Json intent = {{"metadata", {{"name", "sample"}, {"namespace", ns()}}}, {"spec", spec}};
    return test::client()->apply(Context{}, type, intent, options).status();
  }

  test::Namespace namespace_;
};

void check_accepted(const Status& status) {
  CHECK_MESSAGE(status.ok(), status);
}

void check_refused(const Status& status, const std::string& words) {
  CHECK_FALSE(status.ok());
  CHECK_MESSAGE(status.message().find(words) != std::string::npos, status);
}

Json storage(const Json& fields) {
  return {{"storage", fields}};
}
Json allowed(const Json& fields) {
  return {{"allowedNamespaces", fields}};
}
Json expression(const Json& fields) {
  return allowed({{"from", "Selector"}, {"selector", {{"matchExpressions", Json::array({fields})}}}});
}

}  // namespace

TEST_CASE("an empty Registry is complete: the API server fills in the defaults that C++ has, too") {
  const Installed crds;
  check_accepted(crds.registry(Json::object(), true));
  const Json stored = crds.read(toolhive::registry_type());
  const auto filled = toolhive::Registry::from_text(stored.dump());
  const auto empty = toolhive::Registry::from_text("{}");
  REQUIRE(filled.ok());
  CHECK(filled->spec.replicas == empty->spec.replicas);
  CHECK(filled->spec.storage.type == empty->spec.storage.type);
  CHECK(filled->spec.storage.size == empty->spec.storage.size);
  CHECK(filled->spec.storage.access_modes == empty->spec.storage.access_modes);
  CHECK(filled->spec.storage.retain == empty->spec.storage.retain);
  CHECK(stored.at("spec").at("config").at("logLevel") == "info");
  CHECK(filled->spec.exposure.type == empty->spec.exposure.type);
  CHECK(filled->spec.network_policy == empty->spec.network_policy);
  CHECK(filled->spec.disruption_budget == empty->spec.disruption_budget);
  CHECK(filled->spec.topology_spread == empty->spec.topology_spread);
  CHECK(filled->spec.monitoring.enabled == empty->spec.monitoring.enabled);
  CHECK(filled->spec.allowed_namespaces.from == empty->spec.allowed_namespaces.from);
  CHECK(stored.at("spec").at("networkPolicy").at("enabled") == true);
}

TEST_CASE("each rule on a Registry refuses what it is for, and nothing else") {
  const Installed crds;
  check_refused(crds.registry({{"replicas", 2}}), "exactly one writer");
  check_accepted(crds.registry({{"replicas", 0}}));

  check_refused(crds.registry(storage({{"existingClaim", "a"}, {"storageClassName", "b"}})),
                "leave it out when existingClaim is set");
  check_refused(crds.registry(storage({{"existingClaim", "a"}, {"retain", false}})), "leave retain at true");
  check_accepted(crds.registry(storage({{"existingClaim", "a"}})));
  check_accepted(crds.registry(storage({{"retain", false}})));

  check_refused(crds.registry({{"exposure", {{"type", "None"}, {"host", "a.example.com"}}}}),
                "are for a Route");
  check_accepted(crds.registry({{"exposure", {{"type", "None"}}}}));
  check_accepted(crds.registry({{"exposure", {{"host", "a.example.com"}}}}));
  check_refused(crds.registry({{"exposure", {{"type", "Ingress"}}}}), "an Ingress needs the host");
  check_refused(crds.registry({{"exposure", {{"tlsSecretName", "cert"}}}}), "are for an Ingress");
  check_accepted(crds.registry({{"exposure",
                                 {{"type", "Ingress"},
                                  {"host", "a.example.com"},
                                  {"ingressClassName", "nginx"},
                                  {"tlsSecretName", "cert"}}}}));

  check_accepted(crds.registry({{"discovery", Json::object()}}));
  check_accepted(crds.registry({{"discovery",
                                 {{"sources", {"Service", "MCPServer.kagent.dev"}},
                                  {"template", {{"contract", {{"mode", "Approve"}}}}}}}}));
  check_refused(crds.registry({{"discovery", {{"sources", {"Ingress"}}}}}), "Unsupported value");
  check_refused(crds.registry({{"discovery", {{"sources", {"Service", "Service"}}}}}), "duplicate entries");
  check_refused(crds.registry({{"discovery", {{"namespaces", {{"from", "Selector"}}}}}}),
                "selector is needed");

  check_refused(crds.registry(allowed({{"from", "Selector"}})), "selector is needed");
  check_refused(crds.registry(allowed({{"from", "All"}, {"selector", Json::object()}})),
                "selector is needed");
  check_accepted(
      crds.registry(allowed({{"from", "Selector"}, {"selector", {{"matchLabels", {{"a", "b"}}}}}})));
  check_refused(crds.registry(expression({{"key", "a"}, {"operator", "In"}})), "In and NotIn need values");
  check_refused(
      crds.registry(expression({{"key", "a"}, {"operator", "Exists"}, {"values", Json::array({"b"})}})),
      "In and NotIn need values");
  check_accepted(
      crds.registry(expression({{"key", "a"}, {"operator", "NotIn"}, {"values", Json::array({"b"})}})));
}

TEST_CASE("a Registry is on files or on PostgreSQL, with what belongs to the one or the other") {
  const Installed crds;
  const Json database = {{"type", "PostgreSQL"}, {"postgresql", {{"secretRef", {{"name", "db-app"}}}}}};
  const auto with = [&](Json fields) {
    fields.update(database);
    return storage(fields);
  };
  check_accepted(crds.registry(with(Json::object())));
  check_refused(crds.registry(storage({{"type", "PostgreSQL"}})),
                "postgresql is needed when type is PostgreSQL");
  check_refused(crds.registry(storage({{"postgresql", database.at("postgresql")}})),
                "postgresql is needed when type is PostgreSQL, and only then");
  // Of the files from which the data were moved.
  for (const char* field : {"existingClaim", "storageClassName"})
    check_accepted(crds.registry(with({{field, "a"}})));

  Json several = with(Json::object());
  several["replicas"] = 3;
  check_accepted(crds.registry(several));
  check_refused(crds.registry({{"replicas", 3}}), "or storage.type PostgreSQL");
  const Json cache = {{"redis", {{"secretRef", {{"name", "redis"}}}}}};
  Json cached = several;
  cached["cache"] = cache;
  check_accepted(crds.registry(cached));
  check_refused(crds.registry({{"cache", cache}}), "leave it out, or set storage.type to PostgreSQL");
}

TEST_CASE("autoscaling needs several pods, a request of CPU, and bounds in their order") {
  const Installed crds;
  const auto scaled = [&](const Json& autoscaling, const Json& more = Json::object()) {
    Json spec = storage({{"type", "PostgreSQL"}, {"postgresql", {{"secretRef", {{"name", "db-app"}}}}}});
    spec["availability"]["autoscaling"] = autoscaling;
    spec.merge_patch(more);
    return crds.registry(spec);
  };
  const Json five = {{"maxReplicas", 5}};
  check_accepted(scaled(five));
  check_refused(scaled(Json::object()), "maxReplicas");
  check_refused(scaled({{"minReplicas", 3}, {"maxReplicas", 2}}), "minReplicas must not be greater");
  check_refused(crds.registry({{"availability", {{"autoscaling", five}}}}),
                "leave it out, name ReadWriteMany among storage.accessModes");
  check_accepted(crds.registry(
      {{"storage", {{"accessModes", {"ReadWriteMany"}}}}, {"availability", {{"autoscaling", five}}}}));
  const auto resources = [](const char* kind, const char* name) {
    return Json{{"resources", {{kind, {{name, "1"}}}}}};
  };
  check_refused(scaled(five, resources("limits", "memory")), "give resources.requests.cpu");
  check_accepted(scaled(five, resources("requests", "cpu")));
  check_accepted(scaled(five, resources("limits", "cpu")));
}

TEST_CASE("an upstream has a name and a URL; authorities and credentials need https") {
  const Installed crds;
  const Json secret = {{"name", "keys"}, {"key", "token"}};
  const Json ca = {{"secretKeyRef", secret}};
  const auto upstream = [&](const Json& changes) {
    Json one = {{"name", "official"}, {"url", "http://registry.mcp.svc:8080"}};
    one.merge_patch(changes);
    return crds.registry({{"upstreams", Json::array({one})}});
  };
  check_accepted(upstream(Json::object()));
  for (const char* url : {"https://registry.example.com", "https://[fd00::1]:8443/a/b", "https://r:65535"})
    check_accepted(upstream({{"url", url}, {"ca", ca}, {"tokenSecretRef", secret}}));
  for (const char* url : {"ftp://a.example", "https://", "https://a.example/", "https://u:p@a.example",
                          "https://a.example?x=1", "https://a.example:65536", "a.example"})
    check_refused(upstream({{"url", url}, {"ca", ca}}), "url");
  check_accepted(upstream({{"url", "https://a.example"}}));
  check_refused(upstream({{"ca", ca}}), "ca is of no use without an https url");
  check_refused(upstream({{"tokenSecretRef", secret}}), "need an https url");
  const Json header = {{"name", "X-Key"}, {"secretKeyRef", secret}};
  check_refused(upstream({{"headers", Json::array({header})}}), "need an https url");
  Json host = header;
  host["name"] = "Host";
  const Json encrypted = {{"url", "https://a.example"}, {"ca", ca}};
  const auto with_headers = [&](const Json& headers) {
    Json changes = encrypted;
    changes["headers"] = headers;
    return upstream(changes);
  };
  check_accepted(with_headers(Json::array({header})));
  check_refused(with_headers(Json::array({host})), "belongs to the connection");
  check_refused(upstream({{"name", "Official"}}), "name");
  check_refused(upstream({{"interval", "30s"}}), "must be a duration from 1m to 24h");
  check_accepted(upstream({{"interval", "24h"}, {"fullInterval", "744h"}, {"include", {"io.a/*"}}}));
  check_refused(crds.registry({{"upstreams", Json::array({{{"name", "a"}, {"url", "http://a"}},
                                                          {{"name", "a"}, {"url", "http://b"}}})}}),
                "upstreams");
  check_refused(crds.registry({{"config", {{"upstreams", Json::array()}}}}), "upstreams");
}

TEST_CASE("names and keys of the Secrets of a database have defaults and forms, as C++ reads them") {
  const Installed crds;
  const auto postgresql = [](const Json& url) {
    return storage({{"type", "PostgreSQL"}, {"postgresql", {{"secretRef", url}}}});
  };
  check_refused(crds.registry(postgresql(Json::object())), "storage.postgresql.secretRef.name");
  check_refused(crds.registry(postgresql({{"name", "../a"}})), "storage.postgresql.secretRef.name");
  check_refused(crds.registry(postgresql({{"name", "a"}, {"key", "a/b"}})),
                "storage.postgresql.secretRef.key");
  Json spec = postgresql({{"name", "db-app"}});
  spec["storage"]["postgresql"]["caSecretRef"] = {{"name", "db-ca"}};
  spec["cache"]["redis"]["secretRef"] = {{"name", "redis"}};
  check_accepted(crds.registry(spec, true));
  const auto filled = toolhive::Registry::from_text(crds.read(toolhive::registry_type()).dump());
  const auto read = toolhive::Registry::from_text(Json{{"spec", spec}}.dump());
  REQUIRE((filled.ok() && read.ok()));
  const auto& database = *filled->spec.storage.postgresql;
  CHECK(database.url.key == read->spec.storage.postgresql->url.key);
  CHECK(database.authority->key == read->spec.storage.postgresql->authority->key);
  CHECK(database.port == read->spec.storage.postgresql->port);
  CHECK(filled->spec.redis->port == read->spec.redis->port);
  CHECK(filled->spec.redis->ttl_seconds == read->spec.redis->ttl_seconds);
  // A move that is not done may be given up; whether it is done the operator knows, and refuses
  // what is too late.
  check_accepted(crds.registry(Json::object(), true));
  check_accepted(crds.registry(spec, true));
}

TEST_CASE("before anybody has seen it, an object's status is about no generation of it") {
  const Installed crds;
  check_accepted(crds.registry(Json::object(), true));
  check_accepted(crds.tool(Json::object(), true));
  for (const auto& type : {toolhive::registry_type(), toolhive::mcptool_type()})
    CHECK(crds.read(type).at("status") == Json{{"observedGeneration", -1}});
}

TEST_CASE("a selector has keys and values that labels can have, and values more than once as in Kubernetes") {
  const Installed crds;
  const auto values = [](const Json& list) {
    return expression({{"key", "a"}, {"operator", "In"}, {"values", list}});
  };
  check_accepted(crds.registry(values(Json::array({"b", "b", ""}))));
  check_refused(crds.registry(values(Json::array({"b c"}))), "matchExpressions[0].values[0]");
  check_accepted(crds.registry(expression({{"key", "example.com/Team_1"}, {"operator", "Exists"}})));
  for (const char* key : {"bad key", "a/b/c", "-a", "Example/x"}) {
    CAPTURE(key);
    check_refused(crds.registry(expression({{"key", key}, {"operator", "Exists"}})),
                  "matchExpressions[0].key");
  }
  const Json labels = {{"a", "b c"}};
  check_refused(crds.registry(allowed({{"from", "Selector"}, {"selector", {{"matchLabels", labels}}}})),
                "matchLabels");
  check_refused(crds.registry({{"podTemplate", {{"nodeSelector", labels}}}}), "nodeSelector");
  check_refused(crds.registry({{"podTemplate", {{"metadata", {{"labels", labels}}}}}}), "labels");
}

TEST_CASE("what is one value is not merged from what two managers apply") {
  const Installed crds;
  const auto apply = [&](const kube::ResourceType& type, const Json& spec, const char* manager) {
    const Json intent = {{"metadata", {{"name", "sample"}, {"namespace", crds.ns()}}}, {"spec", spec}};
    kube::WriteOptions options;
    options.field_manager = manager;
    const auto applied = test::client()->apply(Context{}, type, intent, options);
    REQUIRE_MESSAGE(applied.ok(), applied.status());
    return applied->json();
  };
  const auto schema = [](const char* property) {
    const Json object = {{"type", "object"}, {"properties", {{property, {{"type", "string"}}}}}};
    return Json{{"registryRef", {{"name", "r"}}},
                {"definition", {{"inputSchema", object}, {"outputSchema", object}}}};
  };
  apply(toolhive::mcptool_type(), schema("a"), "one");
  const Json tool = apply(toolhive::mcptool_type(), schema("b"), "two");
  for (const char* name : {"inputSchema", "outputSchema"})
    CHECK(tool.at("spec").at("definition").at(name) == schema("b").at("definition").at(name));

  const auto placed = [](const char* key) {
    return Json{{"podTemplate", {{"nodeSelector", {{key, "x"}}}, {"affinity", {{key, Json::object()}}}}},
                {"allowedNamespaces", {{"from", "Selector"}, {"selector", {{"matchLabels", {{key, "x"}}}}}}}};
  };
  apply(toolhive::registry_type(), placed("a"), "one");
  const Json spec = apply(toolhive::registry_type(), placed("b"), "two").at("spec");
  CHECK(spec.at("podTemplate") == placed("b").at("podTemplate"));
  CHECK(spec.at("allowedNamespaces") == placed("b").at("allowedNamespaces"));
}

TEST_CASE("what was stored before its field had a pattern can be told so and let go") {
  const Installed crds;
  const auto client = test::client();
  install("registries", without_patterns(definition("registries")));
  install("mcptools", without_patterns(definition("mcptools")));
  // The API server takes up a changed schema a moment after it has said so.
  CHECK(test::eventually([&] { return crds.registry(storage({{"existingClaim", "../a"}}), true).ok(); }));
  CHECK(test::eventually([&] { return crds.tool({{"registryRef", {{"name", "../a"}}}}, true).ok(); }));
  install("registries", definition("registries"));
  install("mcptools", definition("mcptools"));
  CHECK(test::eventually([&] { return !crds.registry(storage({{"existingClaim", "../b"}})).ok(); }));
  CHECK(test::eventually([&] { return !crds.tool({{"registryRef", {{"name", "../b"}}}}).ok(); }));

  for (const auto& type : {toolhive::registry_type(), toolhive::mcptool_type()}) {
    const kube::Key key{crds.ns(), "sample"};
    const auto patch = [&](const Json& document, const char* subresource) {
      kube::WriteOptions options;
      options.subresource = subresource;
      return client->patch(Context{}, type, key, kube::PatchType::MergePatch, document, options).status();
    };
    check_accepted(patch({{"status", {{"observedGeneration", 1}}}}, "status"));
    check_accepted(patch({{"metadata", {{"finalizers", Json::array({"mcpregistry.dev/withdraw"})}}}}, ""));
    REQUIRE(client->remove(Context{}, type, key).ok());
    check_accepted(patch({{"metadata", {{"finalizers", nullptr}}}}, ""));
    CHECK(test::eventually(
        [&] { return client->get(Context{}, type, key).status().code() == Code::NotFound; }));
  }
}

TEST_CASE("an MCPTool that is nested too deeply to be read is set aside, and can be told so and let go") {
  const Installed crds;
  Json schema = {{"type", "string"}};
  for (int depth = 0; depth < 1000; ++depth) schema = {{"type", "object"}, {"properties", {{"a", schema}}}};
  check_accepted(crds.tool(Json::object(), true));
  const auto client = test::client();
  runtime::Cache cache(*client, system_clock(), {crds.ns()});
  REQUIRE(cache.declare(toolhive::mcptool_type()).ok());
  cache.start();
  REQUIRE(cache.wait_synced(Context{}.with_timeout(kPatience)).ok());
  const auto patch = [&](const char* path, const std::string& body) {
    kube::HttpRequest request;
    request.method = "PATCH";
    request.target = "/apis/mcpregistry.dev/v1alpha1/namespaces/" + crds.ns() + "/mcptools/sample" + path;
    request.content_type = "application/merge-patch+json";
    request.body = body;
    return client->raw(Context{}, request).status();
  };
  check_accepted(patch(
      "", R"({"metadata":{"finalizers":["mcpregistry.dev/withdraw"]},"spec":{"definition":{"inputSchema":)" +
              schema.dump() + "}}}"));
  CHECK(test::eventually([&] {
    for (const auto& informer : cache.informers())
      if (informer->quarantined() == 1) return true;
    return false;
  }));
  check_accepted(patch("/status", R"({"status":{"observedGeneration":2}})"));
  const kube::Key key{crds.ns(), "sample"};
  REQUIRE(client->remove(Context{}, toolhive::mcptool_type(), key).ok());
  // What can be read of it is there to go by, in the cache and from the API server.
  CHECK(test::eventually([&] {
    const auto shown = cache.get(Context{}, toolhive::mcptool_type(), key);
    return shown.ok() && shown->meta().deleting() && shown->meta().has_finalizer("mcpregistry.dev/withdraw");
  }));
  const auto live = client->get(Context{}, toolhive::mcptool_type(), key);
  CHECK((live.ok() && !live->flaw().empty() && live->json().at("status").at("observedGeneration") == 2));
  check_accepted(patch("", R"({"metadata":{"finalizers":null}})"));
  CHECK(test::eventually([&] {
    return client->get(Context{}, toolhive::mcptool_type(), key).status().code() == Code::NotFound;
  }));
}

TEST_CASE("sizes are quantities above zero") {
  const Installed crds;
  for (const char* size :
       {"10Gi", "1.5Ti", "500M", "1000", "1e9", "0.5Gi", ".5Gi", "010Gi", "+1Gi", "1e-1", "500000m"}) {
    CAPTURE(size);
    check_accepted(crds.registry(storage({{"size", size}})));
  }
  for (const char* size : {"0", "0Gi", ".0Gi", "0e3", "-1Gi", "ten", "10GB", ".", ""}) {
    CAPTURE(size);
    check_refused(crds.registry(storage({{"size", size}})), "spec.storage.size");
  }
}

TEST_CASE("quantities of resources are written as in a pod") {
  const Installed crds;
  const auto limit = [&](const char* quantity) {
    return crds.registry({{"resources", {{"limits", {{"memory", quantity}}}}}});
  };
  for (const char* good : {"256Mi", "1e9", "0.5Gi", ".5Gi", "5E+2", "1e-1", "+1Gi", "100u", "5n"}) {
    CAPTURE(good);
    check_accepted(limit(good));
  }
  for (const char* bad : {"", ".", "Mi", "1 Gi", "1e", "-1"}) {
    CAPTURE(bad);
    check_refused(limit(bad), "spec.resources.limits");
  }
}

TEST_CASE("names of other objects are names that Kubernetes gives") {
  const Installed crds;
  for (const char* bad : {"Bad/Name", "..", "../secrets/x", "Not A Name", "-a", "a.", "a_b"}) {
    CAPTURE(bad);
    check_refused(crds.registry(storage({{"existingClaim", bad}})), "spec.storage.existingClaim");
    check_refused(crds.registry(storage({{"storageClassName", bad}})), "spec.storage.storageClassName");
    check_refused(crds.registry({{"imagePullSecrets", Json::array({{{"name", bad}}})}}),
                  "imagePullSecrets[0].name");
    check_refused(crds.registry({{"podTemplate", {{"priorityClassName", bad}}}}),
                  "podTemplate.priorityClassName");
    check_refused(crds.tool({{"registryRef", {{"name", bad}}}}), "spec.registryRef.name");
    check_refused(crds.tool({{"registryRef", {{"name", "r"}, {"namespace", bad}}}}),
                  "spec.registryRef.namespace");
  }
  check_accepted(crds.registry(storage({{"existingClaim", "a-1.b"}})));
  check_accepted(crds.registry({{"imagePullSecrets", Json::array({{{"name", "a-1.b"}}})}}));
  check_accepted(crds.tool({{"registryRef", {{"name", "r-1"}, {"namespace", "1-n"}}}}));
}

TEST_CASE("a Registry has a name that its operands can have, and an MCPTool one that a tool can have") {
  const Installed crds;
  const auto named = [&](const kube::ResourceType& type, const std::string& name, const Json& spec) {
    kube::WriteOptions options;
    options.field_manager = "test";
    options.dry_run = true;
    const Json intent = {{"metadata", {{"name", name}, {"namespace", crds.ns()}}}, {"spec", spec}};
    return test::client()->apply(Context{}, type, intent, options).status();
  };
  const auto& registry = toolhive::registry_type();
  check_accepted(named(registry, std::string(56, 'a'), Json::object()));
  for (const auto& bad : {std::string(57, 'a'), std::string("1registry"), std::string("mcp.registry")}) {
    CAPTURE(bad);
    check_refused(named(registry, bad, Json::object()), "metadata.name must have");
  }
  Json spec = {{"registryRef", {{"name", "r"}}}, {"definition", {{"inputSchema", {{"type", "object"}}}}}};
  check_accepted(named(toolhive::mcptool_type(), std::string(128, 'a'), spec));
  check_refused(named(toolhive::mcptool_type(), std::string(129, 'a'), spec),
                "spec.definition.name is needed");
  spec["definition"]["name"] = "short";
  check_accepted(named(toolhive::mcptool_type(), std::string(129, 'a'), spec));
}

TEST_CASE("timeouts are durations from a second to an hour") {
  const Installed crds;
  const auto timeout = [&](const char* name, const char* duration) {
    return crds.registry({{"server", {{"timeouts", {{name, duration}}}}}});
  };
  for (const char* good : {"1s", "1000ms", "10s", "2m", "60m", "1h", "3600s", "3600000ms"}) {
    CAPTURE(good);
    check_accepted(timeout("header", good));
  }
  for (const char* bad : {"999ms", "3601s", "2h", "10", "0s", "010s", "1.5s", "1h1m", ""}) {
    CAPTURE(bad);
    check_refused(timeout("header", bad), "spec.server.timeouts.header");
  }
  check_accepted(timeout("drain", "25s"));
  check_refused(timeout("drain", "26s"), "from 1s to 25s");
}

TEST_CASE("what a claim keeps cannot change, unless another claim takes its place") {
  const Installed crds;
  check_accepted(crds.registry(storage({{"storageClassName", "a"}}), true));
  check_refused(crds.registry(storage({{"storageClassName", "b"}})), "storageClassName cannot change");
  check_refused(crds.registry(storage({{"size", "10Gi"}})), "storageClassName cannot change");
  check_refused(
      crds.registry(storage({{"storageClassName", "a"}, {"accessModes", Json::array({"ReadWriteMany"})}})),
      "accessModes cannot change");
  check_accepted(crds.registry(storage({{"storageClassName", "a"}, {"size", "20Gi"}})));
  check_accepted(crds.registry(storage({{"existingClaim", "mine"}})));
}

TEST_CASE("each rule on the server of an MCPTool refuses what it is for, and nothing else") {
  const Installed crds;
  // Without the definition that others have.
  const auto tool = [&](const Json& spec) {
    Json whole = spec;
    whole["definition"] = nullptr;
    return crds.tool(whole);
  };
  const auto remote = [&](const Json& fields) {
    Json whole = {{"url", "https://weather.example/mcp"}};
    whole.merge_patch(fields);
    return tool({{"server", {{"remote", whole}}}});
  };
  const Json ref = {{"name", "s"}, {"key", "k"}};
  check_refused(tool(Json::object()), "definition is needed, or server, or both");
  check_refused(crds.tool({{"probe", Json::object()}}), "there is none");
  const Json image = {{"image", "example.com/weather:1"}};
  check_refused(tool({{"server", Json::object()}}), "one of remote and workload is needed");
  check_refused(tool({{"server", {{"remote", {{"url", "https://a.example"}}}, {"workload", image}}}}),
                "one of remote and workload is needed");
  check_accepted(remote(Json::object()));
  check_accepted(crds.tool({{"server", {{"remote", {{"url", "http://a.b:8080/mcp"}}}}}}));
  for (const char* url : {"ftp://a.example", "weather.example", "https://a b", "https://"})
    check_refused(remote({{"url", url}}), "server.remote.url");
  check_refused(remote({{"transport", "Stdio"}}), "server.remote.transport");

  const auto header = [&](const Json& fields) { return remote({{"headers", Json::array({fields})}}); };
  check_accepted(header({{"name", "X-Key"}, {"value", "a"}}));
  check_accepted(header({{"name", "X-Key"}, {"valueFrom", {{"secretKeyRef", ref}}}}));
  check_refused(header({{"name", "X-Key"}}), "one of value and valueFrom");
  check_refused(header({{"name", "X-Key"}, {"value", "a"}, {"valueFrom", {{"secretKeyRef", ref}}}}),
                "one of value and valueFrom");
  check_refused(header({{"name", "X Key"}, {"value", "a"}}), "headers[0].name");
  check_refused(header({{"name", "X"}, {"valueFrom", {{"secretKeyRef", {{"name", "../s"}, {"key", "k"}}}}}}),
                "secretKeyRef.name");

  check_accepted(remote({{"ca", {{"configMapKeyRef", ref}}}}));
  check_accepted(remote({{"ca", {{"secretKeyRef", ref}}}}));
  check_refused(remote({{"ca", Json::object()}}), "one of configMapKeyRef and secretKeyRef");
  check_refused(remote({{"ca", {{"configMapKeyRef", ref}, {"secretKeyRef", ref}}}}),
                "one of configMapKeyRef and secretKeyRef");

  const auto oauth = [&](const Json& fields) {
    Json whole = {{"clientID", "me"}, {"clientSecretRef", ref}};
    whole.merge_patch(fields);
    return remote({{"oauth", whole}});
  };
  check_accepted(oauth({{"issuer", "https://idp.example"}, {"scopes", Json::array({"read", "tools:list"})}}));
  check_accepted(oauth({{"tokenURL", "https://idp.example/token"}}));
  check_refused(oauth(Json::object()), "one of issuer and tokenURL");
  check_refused(oauth({{"issuer", "https://a.example"}, {"tokenURL", "https://a.example"}}),
                "one of issuer and tokenURL");
  check_refused(oauth({{"issuer", "http://idp.example"}}), "oauth.issuer");
  check_refused(oauth({{"issuer", "https://a.example"}, {"scopes", Json::array({"a b"})}}), "scopes[0]");

  const auto workload = [&](const Json& fields) {
    Json whole = image;
    whole.merge_patch(fields);
    return tool({{"server", {{"workload", whole}}}});
  };
  check_accepted(workload(Json::object()));
  check_accepted(workload({{"transport", "Stdio"}, {"command", {"weather"}}, {"sessions", "PerSession"}}));
  check_refused(workload({{"transport", "Stdio"}}), "command is needed with transport Stdio");
  check_refused(workload({{"image", nullptr}}), "workload.image");
  check_refused(workload({{"port", 80}}), "workload.port");
  check_refused(workload({{"path", "mcp"}}), "workload.path");
  check_accepted(workload({{"files", Json::array({{{"mountPath", "/a"}, {"secretRef", {{"name", "s"}}}}})}}));
  check_refused(workload({{"files", Json::array({{{"mountPath", "/a"}}})}}),
                "one of secretRef and configMapRef");
  const Json env = Json::array({{{"name", "KEY"}, {"valueFrom", {{"secretKeyRef", ref}}}}});
  check_accepted(workload({{"env", env}, {"runAsUser", 1000}, {"writablePaths", {"/home/node"}}}));

  const auto probe = [&](const Json& fields) {
    return crds.tool({{"server", {{"remote", {{"url", "https://a.example"}}}}}, {"probe", fields}});
  };
  check_accepted(probe({{"mode", "Disabled"}, {"intervalSeconds", 10}, {"timeoutSeconds", 60}}));
  check_refused(probe({{"intervalSeconds", 9}}), "probe.intervalSeconds");
  check_refused(probe({{"timeoutSeconds", 61}}), "probe.timeoutSeconds");
  check_refused(probe({{"mode", "Off"}}), "probe.mode");
}

TEST_CASE("each rule on an MCPTool refuses what it is for, and nothing else") {
  const Installed crds;
  for (const char* version : {"1.0.0", "0.1.0-rc.1+build.5"})
    check_accepted(crds.tool({{"version", version}}));
  for (const char* version : {"1.0", "v1.0.0", "latest", "01.0.0", "1.0.0-01"}) {
    CAPTURE(version);
    check_refused(crds.tool({{"version", version}}), "spec.version");
  }
  check_refused(crds.tool({{"definition", {{"inputSchema", nullptr}}}}), "inputSchema");
  check_refused(crds.tool({{"definition", {{"inputSchema", {{"type", "string"}}}}}}), "inputSchema.type");
  check_refused(crds.tool({{"definition", {{"name", "a/b"}}}}), "definition.name");
  for (const char* step : {".", ".."})
    check_refused(crds.tool({{"definition", {{"name", step}}}}), "definition.name");
  check_accepted(crds.tool({{"definition", {{"name", "..."}}}}));

  check_accepted(crds.tool({{"definition", {{"name", "weather"}}}}, true));
  check_refused(crds.tool({{"definition", {{"name", "other"}}}}), "name cannot change");
  check_refused(crds.tool(Json::object()), "name cannot change");
  check_refused(crds.tool({{"definition", {{"name", "weather"}}}, {"registryRef", {{"name", "other"}}}}),
                "create another MCPTool");
  check_accepted(crds.tool({{"definition", {{"name", "weather"}, {"title", "Weather"}}}}));
}

TEST_CASE("a schema of any depth is stored as it was given") {
  const Installed crds;
  const Json schema = {{"type", "object"},
                       {"properties", {{"a", {{"type", "array"}, {"items", {{"$ref", "#/$defs/b"}}}}}}},
                       {"$defs", {{"b", {{"anyOf", Json::array({{{"const", 1.5}}, Json::object()})}}}}}};
  check_accepted(crds.tool({{"definition", {{"inputSchema", schema}}}}, true));
  CHECK(crds.read(toolhive::mcptool_type()).at("spec").at("definition").at("inputSchema") == schema);
}

TEST_CASE("a RegistryBackup has one destination, whose names lead nowhere else") {
  const Installed crds;
  const auto into = [&](const Json& destination) { return crds.backup({{"destination", destination}}); };
  const Json s3 = {
      {"endpoint", "https://s3.example:9000"}, {"bucket", "backups"}, {"secretRef", {{"name", "s3"}}}};
  check_accepted(crds.backup(Json::object()));
  check_accepted(into({{"claim", nullptr}, {"s3", s3}}));
  check_accepted(into({{"claim", {{"name", "backups"}, {"path", "a/b.c/d-e"}}}}));
  check_refused(into({{"s3", s3}}), "one of claim and s3 is needed");
  check_refused(into({{"claim", nullptr}}), "one of claim and s3 is needed");
  for (const char* bad : {"..", "../a", "/a", "a/", "a//b", "a/../b", "-a", ""}) {
    CAPTURE(bad);
    check_refused(into({{"claim", {{"name", "backups"}, {"path", bad}}}}), "spec.destination.claim.path");
    Json prefixed = s3;
    prefixed["prefix"] = bad;
    check_refused(into({{"claim", nullptr}, {"s3", prefixed}}), "spec.destination.s3.prefix");
  }
  for (const char* bad :
       {"ftp://s3.example", "https://user@s3.example", "https://s3.example/path", "s3.example"}) {
    CAPTURE(bad);
    Json elsewhere = s3;
    elsewhere["endpoint"] = bad;
    check_refused(into({{"claim", nullptr}, {"s3", elsewhere}}), "spec.destination.s3.endpoint");
  }
}

TEST_CASE("nothing of a RegistryBackup can change but what becomes of it in the end") {
  const Installed crds;
  check_accepted(crds.backup(Json::object(), true));
  check_accepted(crds.backup({{"deletionPolicy", "Retain"}}));
  for (const Json& change :
       {Json{{"registryRef", {{"name", "another"}}}},
        Json{{"destination", {{"claim", {{"path", "elsewhere"}}}}}}, Json{{"deadlineSeconds", 60}}})
    check_refused(crds.backup(change), "a backup is made once");
  const Json status = crds.read(toolhive::registry_backup_type()).at("status");
  CHECK(status == Json{{"observedGeneration", -1}});
}

TEST_CASE("what a Registry begins with is given when it is created, and only then") {
  const Installed crds;
  const Json from_backup = {{"backupRef", {{"name", "nightly"}}}};
  const Json place = {{"destination", {{"claim", {{"name", "backups"}}}}}, {"name", "nightly"}};
  check_refused(crds.registry({{"restoreFrom", Json::object()}}),
                "one of backupRef and destination is needed");
  Json both = place;
  both.update(from_backup);
  check_refused(crds.registry({{"restoreFrom", both}}), "one of backupRef and destination is needed");
  check_refused(crds.registry({{"restoreFrom", {{"destination", place.at("destination")}}}}),
                "name is needed with destination");
  check_refused(crds.registry({{"restoreFrom", {{"backupRef", {{"name", "nightly"}}}, {"name", "nightly"}}}}),
                "name is needed with destination");
  check_refused(crds.registry({{"restoreFrom", {{"backupRef", {{"name", "nightly"}}}, {"at", "yesterday"}}}}),
                "spec.restoreFrom.at");
  check_accepted(crds.registry({{"restoreFrom", place}}));
  check_accepted(crds.registry(
      {{"restoreFrom", {{"backupRef", {{"name", "nightly"}}}, {"at", "2026-01-31T12:00:00Z"}}}}, true));
  check_refused(crds.registry({{"restoreFrom", from_backup}}),
                "restoreFrom is for a Registry that is created");
  check_accepted(crds.registry({{"replicas", 0}}, true));
  check_refused(crds.registry({{"restoreFrom", from_backup}}),
                "restoreFrom is for a Registry that is created");
}

TEST_CASE("a Registry with a schedule has a place for its backups, and a name that theirs can begin with") {
  const Installed crds;
  const Json destination = {{"claim", {{"name", "backups"}}}};
  const auto scheduled = [&](const char* schedule) {
    return crds.registry({{"backup", {{"schedule", schedule}, {"destination", destination}}}});
  };
  check_accepted(scheduled("15 3 * * *"));
  check_accepted(scheduled("*/5 0-6/2 1,15 jan-mar MON"));
  for (const char* bad : {"@daily", "15 3 * *", "15 3 * * * *", "15 3 * * ?", ""}) {
    CAPTURE(bad);
    check_refused(scheduled(bad), "spec.backup.schedule");
  }
  check_refused(crds.registry({{"backup", {{"destination", destination}}}}), "spec.backup.schedule");
  check_refused(crds.registry({{"backup", {{"schedule", "15 3 * * *"}, {"destination", Json::object()}}}}),
                "one of claim and s3 is needed");
  const auto named = [&](std::size_t length) {
    kube::WriteOptions options;
    options.field_manager = "test";
    options.dry_run = true;
    const Json spec = {{"backup", {{"schedule", "15 3 * * *"}, {"destination", destination}}}};
    const Json intent = {{"metadata", {{"name", std::string(length, 'a')}, {"namespace", crds.ns()}}},
                         {"spec", spec}};
    return test::client()->apply(Context{}, toolhive::registry_type(), intent, options).status();
  };
  check_accepted(named(50));
  check_refused(named(51), "at most 50 characters");
}
