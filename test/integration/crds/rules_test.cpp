// Every rule of the CRDs, listed out of their schemas, beside a table of what each refuses and what
// it then accepts.
#include <doctest/doctest.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>
#include <tuple>

#include "crds/mcptool.hpp"
#include "crds/registry.hpp"
#include "crds/registry_backup.hpp"
#include "test/integration/crds/install.hpp"
#include "test/integration/kube/cluster.hpp"
#include "test/unit/operator/yaml_file.hpp"

using namespace toolhive;

namespace {

// CRD, place in its schema, sentence.
using RuleKey = std::tuple<std::string, std::string, std::string>;

struct RuleSubject {
  const char* crd;
  const kube::ResourceType& (*type)();
  // What a spec needs whatever it is about.
  Json always;
};

const RuleSubject kRuleSubjects[] = {
    {"registries", registry_type, Json::object()},
    {"mcptools", mcptool_type, {{"registryRef", {{"name", "r"}}}}},
    {"registrybackups",
     registry_backup_type,
     {{"registryRef", {{"name", "r"}}}, {"destination", {{"claim", {{"name", "backups"}}}}}}}};

void list_rules(const Json& schema, const std::string& crd, const std::string& at, std::set<RuleKey>& found) {
  for (const Json& rule : schema.value("x-kubernetes-validations", Json::array()))
    found.emplace(crd, at, rule.at("message"));
  const Json properties = schema.value("properties", Json::object());
  for (const auto& [name, property] : properties.items())
    list_rules(property, crd, at.empty() ? name : at + "." + name, found);
  if (schema.contains("items")) list_rules(schema.at("items"), crd, at + "[]", found);
  if (const auto values = schema.find("additionalProperties"); values != schema.end() && values->is_object())
    list_rules(*values, crd, at + "{}", found);
}

std::set<RuleKey> rules_of_crds() {
  std::set<RuleKey> found;
  for (const RuleSubject& subject : kRuleSubjects) {
    const Json crd = test::yaml_file(std::string("crds/mcpregistry.dev_") + subject.crd + ".yaml");
    for (const Json& version : crd.at("spec").at("versions"))
      list_rules(version.at("schema").at("openAPIV3Schema"), subject.crd, "", found);
  }
  return found;
}

Json rule_rows() {
  return test::yaml_file("test/integration/crds/rules.yaml");
}

// The place as an API server tells it, of the first item where it is in a list.
std::string told_place(std::string at) {
  for (auto item = at.find("[]"); item != std::string::npos; item = at.find("[]", item + 2))
    at.insert(item + 1, "0");
  return at.empty() ? "<nil>" : at;
}

}  // namespace

TEST_CASE("every rule of a CRD has a row in the table of what it refuses, and every row is about a rule") {
  const std::set<RuleKey> rules = rules_of_crds();
  CHECK(rules.size() >= 50);
  std::set<RuleKey> rows;
  for (const Json& row : rule_rows()) rows.emplace(row.at("crd"), row.value("at", ""), row.at("says"));
  for (const auto& [crd, at, says] : rules)
    CHECK_MESSAGE(rows.contains({crd, at, says}), crd, " ", at, ": no row for \"", says, "\"");
  for (const auto& [crd, at, says] : rows)
    CHECK_MESSAGE(rules.contains({crd, at, says}), crd, " ", at, ": no rule says \"", says, "\"");
}

TEST_CASE("each rule refuses with its sentence and nothing besides, and accepts what the sentence asks for") {
  for (const RuleSubject& subject : kRuleSubjects) test::install(subject.crd, test::definition(subject.crd));
  const test::Namespace ns;
  const auto client = test::client();
  int count = 0;
  for (const Json& row : rule_rows()) {
    const auto& subject = *std::find_if(std::begin(kRuleSubjects), std::end(kRuleSubjects),
                                        [&](const RuleSubject& each) { return row.at("crd") == each.crd; });
    const std::string at = row.value("at", "");
    const std::string says = row.at("says");
    const std::string name = row.value("name", "sample-" + std::to_string(++count));
    CAPTURE(at);
    CAPTURE(says);
    const auto apply = [&](const Json& spec, const std::string& named, bool keep) {
      Json whole = subject.always;
      whole.update(spec);
      const Json intent = {{"metadata", {{"name", named}, {"namespace", ns.name()}}}, {"spec", whole}};
      kube::WriteOptions options;
      options.field_manager = "test";
      options.dry_run = !keep;
      return client->apply(Context{}, subject.type(), intent, options).status();
    };
    if (row.contains("stored")) {
      const Status stored = apply(row.at("stored"), name, true);
      CHECK_MESSAGE(stored.ok(), stored);
    }
    const Status refused = apply(row.at("refused"), name, false);
    CHECK(refused.code() == Code::Invalid);
    // Of several causes the API server makes a list, in brackets.
    CHECK_MESSAGE(
        refused.message().find("is invalid: " + told_place(at) + ": Invalid value: ") != std::string::npos,
        refused);
    CHECK_MESSAGE(refused.message().ends_with(": " + says), refused);
    const Status mended = apply(row.at("mended"), row.value("mended_name", name), false);
    CHECK_MESSAGE(mended.ok(), mended);
  }
}
