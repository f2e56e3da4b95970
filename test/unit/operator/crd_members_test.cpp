// The members of the C++ types beside the schemas of the CRDs: the same names, of the same types,
// on both sides.
#include <doctest/doctest.h>

#include <set>
#include <string>
#include <vector>

#include "crds/mcptool.hpp"
#include "crds/registry.hpp"
#include "crds/registry_backup.hpp"
#include "test/unit/operator/crd_schema.hpp"
#include "test/unit/operator/schema_reader.hpp"

namespace {

using namespace toolhive;
using namespace toolhive::test;

using Differences = std::vector<std::string>;

// What a schema's values are, as far as a reader minds.
std::string member_kind(const Json& schema) {
  if (schema.value("x-kubernetes-int-or-string", false)) return "a quantity";
  const std::string type = schema.value("type", "anything");
  return type == "object" && schema.contains("additionalProperties") ? "a map" : type;
}

std::set<std::string> schema_words(const Json& schema, const char* keyword) {
  return schema.value(keyword, Json::array()).get<std::set<std::string>>();
}

void compare_members(const std::string& path, const Json& crd, const Json& read, Differences& found);

void compare_properties(const std::string& path, const Json& crd, const Json& read, Differences& found) {
  const Json declared = crd.value("properties", Json::object());
  const Json members = read.value("properties", Json::object());
  for (const auto& [name, member] : members.items()) {
    if (!declared.contains(name)) {
      found.push_back(path + "." + name + ": the CRD does not have it");
    } else {
      compare_members(path + "." + name, declared.at(name), member, found);
    }
  }
  if (read.value("opaque", false)) return;
  for (const auto& [name, property] : declared.items())
    if (!members.contains(name)) found.push_back(path + "." + name + ": the type does not have it");
}

void compare_members(const std::string& path, const Json& crd, const Json& read, Differences& found) {
  const std::set<std::string> declared = schema_words(crd, "required");
  for (const std::string& name : schema_words(read, "required"))
    if (!declared.contains(name)) found.push_back(path + "." + name + ": only the type requires it");
  if (read.contains("type") && member_kind(crd) != member_kind(read))
    found.push_back(path + ": " + member_kind(crd) + " in the CRD, " + member_kind(read) + " in the type");
  if (read.contains("enum") && schema_words(crd, "enum") != schema_words(read, "enum"))
    found.push_back(path + ": the words differ");
  compare_properties(path, crd, read, found);
  for (const char* inner : {"items", "additionalProperties"})
    if (read.contains(inner) && crd.contains(inner))
      compare_members(path + "[]", crd.at(inner), read.at(inner), found);
}

template <class Spec>
Json members_of() {
  Json schema;
  Spec spec;
  spec.describe(SchemaReader(schema));
  return schema;
}

std::string differences(const Json& crd, const Json& read) {
  Differences found;
  compare_members("spec", crd, read, found);
  std::string text;
  for (const std::string& line : found) text += line + "\n";
  return text;
}

// Of a Registry, with the change of a merge patch to its CRD.
std::string registry_differences(const Json& patch) {
  Json crd = spec_schema("registries");
  crd.merge_patch(patch);
  return differences(crd, members_of<RegistrySpec>());
}

}  // namespace

TEST_SUITE_BEGIN("the members of the custom resources");

TEST_CASE("a Registry has the members of its CRD, of the same types") {
  CHECK(differences(spec_schema("registries"), members_of<RegistrySpec>()) == "");
}

TEST_CASE("an MCPTool has the members of its CRD, of the same types") {
  CHECK(differences(spec_schema("mcptools"), members_of<MCPToolSpec>()) == "");
}

TEST_CASE("a RegistryBackup has the members of its CRD, of the same types") {
  CHECK(differences(spec_schema("registrybackups"), members_of<RegistryBackupSpec>()) == "");
}

TEST_CASE("a member that only one side has is found, and one of another type") {
  const Json text = {{"type", "string"}};
  CHECK(registry_differences({{"properties", {{"colour", text}}}}) ==
        "spec.colour: the type does not have it\n");
  CHECK(registry_differences({{"properties", {{"storage", {{"properties", {{"retain", nullptr}}}}}}}}) ==
        "spec.storage.retain: the CRD does not have it\n");
  CHECK(registry_differences({{"properties", {{"replicas", text}}}}) ==
        "spec.replicas: string in the CRD, integer in the type\n");
  CHECK(registry_differences(
            {{"properties", {{"exposure", {{"properties", {{"type", {{"enum", {"Auto"}}}}}}}}}}}) ==
        "spec.exposure.type: the words differ\n");
}

TEST_SUITE_END();
