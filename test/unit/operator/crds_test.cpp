// The C++ view of the custom resources.
#include <doctest/doctest.h>

#include "crds/mcptool.hpp"
#include "test/unit/operator/make.hpp"

namespace {

using namespace toolhive;
using namespace toolhive::test;

std::string registry_refusal(const Json& spec) {
  return Registry::from_text(Json{{"spec", spec}}.dump()).status().message();
}

TEST_CASE("an empty Registry reads with every default of the schema") {
  for (const Json& document : {Json::object(), Json{{"spec", Json::object()}}, Json{{"spec", nullptr}}}) {
    const auto registry = Registry::from_text(document.dump());
    REQUIRE(registry.ok());
    const RegistrySpec& spec = registry->spec;
    CHECK(spec.replicas == 1);
    CHECK(spec.storage.size.empty());
    CHECK(spec.storage.access_modes == std::vector<std::string>{"ReadWriteOnce"});
    CHECK(spec.storage.retain);
    CHECK(spec.network_policy);
    CHECK(spec.disruption_budget);
    CHECK(spec.exposure.type == RegistrySpec::Exposure::Type::Auto);
    CHECK(spec.allowed_namespaces.from == RegistrySpec::AllowedNamespaces::From::Same);
    CHECK_FALSE(spec.resources);
  }
}

TEST_CASE("a field of the wrong type is named with its path") {
  CHECK(registry_refusal({{"storage", {{"size", true}}}}).starts_with("spec.storage.size: "));
  CHECK(registry_refusal({{"storage", "big"}}).starts_with("spec.storage: "));
  CHECK(registry_refusal({{"replicas", 1.5}}).starts_with("spec.replicas: "));
  CHECK(registry_refusal({{"podTemplate", {{"metadata", {{"labels", {{"a", 1}}}}}}}})
            .starts_with("spec.podTemplate.metadata.labels[a]: "));
  CHECK(registry_refusal({{"imagePullSecrets", Json::array({Json::object()})}})
            .starts_with("spec.imagePullSecrets[0].name: "));
  CHECK(registry_refusal({{"storage", {{"accessModes", Json::array({"a", 2})}}}})
            .starts_with("spec.storage.accessModes[1]: "));
  CHECK(registry_refusal({{"config", "debug"}}).starts_with("spec.config: "));
  CHECK(registry_refusal({{"server", Json::array()}}).starts_with("spec.server: "));
}

TEST_CASE("an unknown word is answered with the known ones") {
  CHECK(registry_refusal({{"exposure", {{"type", "LoadBalancer"}}}}) ==
        "spec.exposure.type: must be one of Auto, Route, Ingress, HTTPRoute, None");
}

TEST_CASE("what does not fit will not fit at the next try either") {
  CHECK(Registry::from_text(R"({"spec":1})").status().terminal());
  CHECK_FALSE(Registry::from_text("[]").ok());
}

TEST_CASE("a size may be written as a number") {
  const auto registry = Registry::from_text(R"({"spec":{"storage":{"size":1000}}})");
  REQUIRE(registry.ok());
  CHECK(registry->spec.storage.size == "1000");
}

TEST_CASE("an MCPTool needs a registry and a definition with an input schema") {
  const Json definition = {{"inputSchema", {{"type", "object"}}}};
  const auto error = [](const Json& spec) {
    return MCPTool::from_text(Json{{"spec", spec}}.dump()).status().message();
  };
  CHECK(error({{"definition", definition}}) == "spec.registryRef: is required");
  CHECK(error({{"registryRef", {{"name", "r"}}}}) == "spec.definition: is required");
  CHECK(error({{"registryRef", {{"name", "r"}}}, {"definition", Json::object()}}) ==
        "spec.definition.inputSchema: is required");
  const Json spec = {{"registryRef", {{"name", "r"}}}, {"definition", definition}, {"version", "1.0.0"}};
  const auto tool = MCPTool::from_text(Json{{"spec", spec}}.dump());
  REQUIRE(tool.ok());
  CHECK(tool->spec.deletion_policy == DeletionPolicy::Withdraw);
  CHECK(*tool->spec.definition == definition);
}

TEST_CASE("what is null within a schema is kept, as it is a value there") {
  const Json schema = {
      {"type", "object"},
      {"properties",
       {{"unit", {{"enum", {"metric", nullptr}}, {"default", nullptr}}}, {"legacy", {{"const", nullptr}}}}}};
  const Json spec = {{"registryRef", {{"name", "r"}}}, {"definition", {{"inputSchema", schema}}}};
  const auto tool = MCPTool::from_text(Json{{"spec", spec}}.dump());
  REQUIRE(tool.ok());
  CHECK(tool->spec.definition->at("inputSchema") == schema);
}

}  // namespace
