// spec.config and spec.server of a Registry beside the files that the registry service reads: the
// schema of the CRD lets in what the service takes, and leaves out only what is the operator's.
#include <doctest/doctest.h>

#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <vector>

#include "controller/operator/registry/operands.hpp"
#include "registry/config/config.hpp"
#include "test/unit/operator/crd_schema.hpp"
#include "test/unit/operator/make.hpp"

namespace {

using namespace toolhive;
using namespace toolhive::test;

// What the service's reader says to a file; empty when it takes it.
struct ReadError {
  std::string field;
  std::string detail;
};
ReadError read_file_of(const std::string& section, const std::string& text) {
  registry::Error error;
  bool ok = false;
  if (section == "config") {
    auto read = registry::parse_config(text);
    ok = read.ok();
    if (!ok) error = read.error();
  } else {
    auto read = registry::parse_server_config(text);
    ok = read.ok();
    if (!ok) error = read.error();
  }
  return ok ? ReadError{} : ReadError{error.field, error.detail};
}

// The file that the operator makes of a spec, as the service reads it.
ReadError read_made_file(const std::string& section, const Json& settings) {
  const RegistryInputs given = inputs({{section, settings}});
  const Json data =
      section == "config" ? registry_config_map(given).at("data") : server_config_map(given).at("data");
  return read_file_of(section, data.begin()->get<std::string>());
}

// `value` as it stands under the dotted path.
Json nested(const std::string& path, Json value) {
  std::istringstream stream(path);
  std::vector<std::string> names;
  for (std::string name; std::getline(stream, name, '.');) names.push_back(name);
  for (auto name = names.rbegin(); name != names.rend(); ++name) value = Json{{*name, std::move(value)}};
  return value;
}

using Leaves = std::map<std::string, Json>;

// The schema's leaves by their dotted paths.
void collect_leaves(const Json& schema, const std::string& path, Leaves& leaves) {
  if (!schema.contains("properties")) {
    leaves.emplace(path, schema);
    return;
  }
  for (const auto& [name, member] : schema.at("properties").items())
    collect_leaves(member, path.empty() ? name : path + "." + name, leaves);
}

Leaves leaves_of(const std::string& section) {
  Leaves leaves;
  collect_leaves(spec_schema("registries").at("properties").at(section), "", leaves);
  return leaves;
}

// The values at the bounds of what a leaf lets in.
std::vector<Json> extremes(const Json& schema) {
  if (schema.contains("enum")) return schema.at("enum").get<std::vector<Json>>();
  if (schema.at("type") == "boolean") return {true, false};
  if (schema.at("type") == "integer") return {schema.at("minimum"), schema.at("maximum")};
  if (schema.at("type") == "array") return {Json::array({"a*"}), Json::array({"team.*", "x?"})};
  // A duration, whose bounds are in a rule.
  std::vector<Json> bounds;
  const std::string rule = schema.at("x-kubernetes-validations").at(0).at("rule");
  const std::regex bound("duration\\('([^']+)'\\)");
  for (auto match = std::sregex_iterator(rule.begin(), rule.end(), bound); match != std::sregex_iterator();
       ++match)
    bounds.emplace_back((*match)[1].str());
  return bounds;
}

// The members that the service knows under `path`, as it lists them for one that it does not know;
// nothing for a leaf.
std::set<std::string> known_members(const std::string& section, const std::string& path) {
  const std::string unknown = path.empty() ? "unheardOf" : path + ".unheardOf";
  const ReadError error = read_file_of(section, nested(unknown, 1).dump());
  const std::string begin = "unknown field; known here: ";
  if (error.field != unknown || !error.detail.starts_with(begin)) return {};
  std::set<std::string> names;
  std::istringstream list(error.detail.substr(begin.size()));
  for (std::string name; std::getline(list >> std::ws, name, ',');) names.insert(name);
  return names;
}

void collect_settings(const std::string& section, const std::string& path, std::set<std::string>& settings) {
  const auto members = known_members(section, path);
  if (members.empty()) settings.insert(path);
  for (const std::string& name : members)
    collect_settings(section, path.empty() ? name : path + "." + name, settings);
}

TEST_CASE("whatever the schema lets into config and server the service reads, to the bounds of each member") {
  for (const std::string section : {"config", "server"}) {
    for (const auto& [path, schema] : leaves_of(section)) {
      const std::vector<Json> values = extremes(schema);
      CHECK_MESSAGE(values.size() >= 2, section << "." << path);
      for (const Json& value : values) {
        const ReadError error = read_made_file(section, nested(path, value));
        CHECK_MESSAGE(error.detail.empty(), section << "." << path << " = " << value.dump() << ": "
                                                    << error.field << ": " << error.detail);
      }
    }
  }
}

TEST_CASE("an empty section and an empty spec are files that the service reads") {
  for (const std::string section : {"config", "server"}) {
    CHECK(read_made_file(section, Json::object()).detail.empty());
    const Json members = spec_schema("registries").at("properties").at(section).at("properties");
    for (const auto& [name, member] : members.items())
      if (member.at("type") == "object")
        CHECK(read_made_file(section, {{name, Json::object()}}).detail.empty());
  }
}

TEST_CASE("each setting of the service can be declared in a Registry, or is the operator's for a reason") {
  // The operator decides where the pod listens and keeps its files, and how it ends. The rest needs
  // Secrets, volumes or rights that a Registry has no fields for.
  const std::map<std::string, std::set<std::string>> kept = {
      {"config", {"storage", "database", "cache", "auth", "audit", "upstreams"}},
      {"server", {"address", "port", "shutdownDelay", "rateLimit", "trustedProxies", "pathPrefix", "tls"}}};
  for (const auto& [section, ours] : kept) {
    std::set<std::string> settings;
    collect_settings(section, "", settings);
    for (const std::string& name : ours) CHECK_MESSAGE(known_members(section, "").contains(name), name);
    std::set<std::string> declared;
    for (const auto& [path, schema] : leaves_of(section)) declared.insert(path);
    for (const std::string& setting : settings) {
      CAPTURE(section);
      CAPTURE(setting);
      CHECK(declared.contains(setting) != ours.contains(setting.substr(0, setting.find('.'))));
    }
  }
}

}  // namespace
