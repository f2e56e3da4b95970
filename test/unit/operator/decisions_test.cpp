// Small decisions: quantities, claims, permissions, backoff.
#include <doctest/doctest.h>

#include <set>

#include "controller/kube/object/quantity.hpp"
#include "controller/operator/labels.hpp"
#include "controller/operator/mcptool/claim.hpp"
#include "controller/operator/mcptool/permission.hpp"
#include "controller/operator/mcptool/target.hpp"
#include "controller/operator/pause.hpp"
#include "controller/operator/schedule.hpp"
#include "controller/operator/text.hpp"
#include "controller/runtime/write/conditions.hpp"
#include "test/unit/operator/make.hpp"

namespace {

using namespace toolhive;
using namespace toolhive::test;

TEST_CASE("quantities compare by value, whatever their suffix") {
  CHECK(kube::parse_quantity("1Gi") == kube::parse_quantity("1024Mi"));
  CHECK(kube::parse_quantity("1Gi") == 1073741824.0L);
  CHECK(kube::parse_quantity("1.5G") == 1500000000.0L);
  CHECK(kube::parse_quantity("500m") == kube::parse_quantity("0.5"));
  CHECK(kube::parse_quantity("1e3") == 1000.0L);
  CHECK(kube::parse_quantity("7") == 7.0L);
  for (const char* bad : {"", "Gi", "1GiB", "1 Gi", "ten", "1e", "--1", "1e99"}) {
    CAPTURE(bad);
    CHECK_FALSE(kube::parse_quantity(bad));
  }
}

TEST_CASE("names and label keys are what Kubernetes takes for such") {
  for (const char* name : {"a", "1", "a-1.b", "a.b.c"}) CHECK(is_dns_subdomain(name));
  for (const char* name :
       {"", ".", "..", "a/b", "../x", "A", "-a", "a-", "a-.b", "a.-b", ".a", "a.", "a..b"}) {
    CAPTURE(name);
    CHECK_FALSE(is_dns_subdomain(name));
  }
  CHECK(is_dns_subdomain(std::string(253, 'a')));
  CHECK_FALSE(is_dns_subdomain(std::string(254, 'a')));
  for (const char* key : {"team", "example.com/Team_1.a", "A"}) CHECK(is_label_key(key));
  for (const char* key : {"", "bad key", "/x", "x/", "a/b/c", "Example/x", "-a", "a-"}) {
    CAPTURE(key);
    CHECK_FALSE(is_label_key(key));
  }
}

TEST_CASE("a claim is read from references with and without defaults") {
  const auto plain = claim_of(mcptool("weather", "2026-01-01T00:00:00Z"));
  REQUIRE(plain);
  CHECK(plain->registry == kube::Key{"mcp", "mcp-registry"});
  CHECK(plain->name == "weather");
  const auto full =
      claim_of(mcptool("weather", "2026-01-01T00:00:00Z",
                       {{"registryRef", {{"name", "r"}, {"namespace", "other"}}},
                        {"definition", {{"name", "get_weather"}, {"inputSchema", {{"type", "object"}}}}}}));
  REQUIRE(full);
  CHECK(full->registry == kube::Key{"other", "r"});
  CHECK(full->name == "get_weather");
  CHECK(full->to_string() != plain->to_string());
  CHECK_FALSE(claim_of(mcptool("x", "2026-01-01T00:00:00Z", {{"registryRef", 7}})));
}

TEST_CASE("the older of two claimants has the name, whatever the order they are looked at") {
  const auto older = mcptool("b", "2026-01-01T00:00:00Z");
  const auto younger = mcptool("a", "2026-01-01T00:00:01Z");
  CHECK(holder({older, younger})->key() == older.key());
  CHECK(holder({younger, older})->key() == older.key());
  const auto twin = mcptool("a", "2026-01-01T00:00:00Z");
  CHECK(holder({older, twin})->key() == holder({twin, older})->key());
  CHECK(holder({}) == nullptr);
}

RegistrySpec::AllowedNamespaces allowed(const Json& value) {
  return inputs({{"allowedNamespaces", value}}).spec.allowed_namespaces;
}

TEST_CASE("a registry takes tools of its own namespace always, and of others as it says") {
  const auto labelled = *kube::Object::from({{"apiVersion", "v1"},
                                             {"kind", "Namespace"},
                                             {"metadata", {{"name", "b"}, {"labels", {{"mcp", "yes"}}}}}});
  const kube::Labels& labels = labelled.meta().labels;
  const auto same = allowed({{"from", "Same"}});
  CHECK(is_allowed(same, "a", "a", {}));
  CHECK_FALSE(is_allowed(same, "a", "b", labels));
  CHECK(is_allowed(allowed({{"from", "All"}}), "a", "b", {}));

  const auto selected = allowed({{"from", "Selector"}, {"selector", {{"matchLabels", {{"mcp", "yes"}}}}}});
  CHECK(is_allowed(selected, "a", "b", labels));
  CHECK_FALSE(is_allowed(selected, "a", "b", {}));
  CHECK(is_allowed(selected, "a", "a", {}));
  CHECK(needs_labels(selected, "a", "b"));
  CHECK_FALSE(needs_labels(selected, "a", "a"));
  CHECK_FALSE(needs_labels(same, "a", "b"));
}

TEST_CASE("each operator of a label selector does what Kubernetes says") {
  const auto object = *kube::Object::from({{"apiVersion", "v1"},
                                           {"kind", "Namespace"},
                                           {"metadata", {{"name", "n"}, {"labels", {{"tier", "gold"}}}}}});
  const auto matches = [&](const char* key, const char* op, const std::vector<std::string>& values) {
    kube::LabelSelector selector;
    selector.match_expressions.push_back({key, op, values});
    return selector.matches(object.meta().labels);
  };
  CHECK(matches("tier", "In", {"gold", "silver"}));
  CHECK_FALSE(matches("tier", "In", {"silver"}));
  CHECK_FALSE(matches("other", "In", {"gold"}));
  CHECK(matches("tier", "NotIn", {"silver"}));
  CHECK_FALSE(matches("tier", "NotIn", {"gold"}));
  CHECK(matches("other", "NotIn", {"gold"}));
  CHECK(matches("tier", "Exists", {}));
  CHECK_FALSE(matches("other", "Exists", {}));
  CHECK(matches("other", "DoesNotExist", {}));
  CHECK_FALSE(matches("tier", "DoesNotExist", {}));
  CHECK_FALSE(matches("tier", "Near", {"gold"}));
}

kube::Object registry_object(const Json& changes) {
  Json object = {{"apiVersion", "mcpregistry.dev/v1alpha1"},
                 {"kind", "Registry"},
                 {"metadata", {{"name", "r"}, {"namespace", "mcp"}, {"generation", 1}}},
                 {"status", {{"url", "http://r"}, {"tools", 1}}}};
  object.merge_patch(changes);
  return *kube::Object::from(object);
}

Json available(const char* status) {
  return {{"status",
           {{"conditions", Json::array({{{"type", "Available"}, {"status", status}, {"reason", "Any"}}})}}}};
}

TEST_CASE("tools look again when their registry serves again, and not when it counts them") {
  const auto concerns = [](const Json& before, const Json& after) {
    runtime::Change change;
    change.type = runtime::Change::Type::Updated;
    change.before = registry_object(before);
    change.after = registry_object(after);
    return concerns_tools(change);
  };
  CHECK(concerns(available("False"), available("True")));
  CHECK_FALSE(concerns(available("True"), available("False")));
  CHECK_FALSE(concerns(Json::object(), {{"status", {{"tools", 2}}}}));
  CHECK(concerns(Json::object(), {{"status", {{"url", "https://r"}}}}));
  CHECK(concerns(Json::object(), {{"metadata", {{"generation", 2}}}}));
  CHECK(concerns(Json::object(), {{"metadata", {{"deletionTimestamp", "2026-01-01T00:00:00Z"}}}}));
  runtime::Change added;
  added.after = registry_object(Json::object());
  CHECK(concerns_tools(added));
}

TEST_CASE("checks of many resources spread over a tenth of their period") {
  const Duration period = std::chrono::seconds(60);
  std::set<Duration> delays;
  for (int i = 0; i < 50; ++i) {
    const Duration delay = jittered(period, {"mcp", "tool-" + std::to_string(i)});
    CHECK(delay >= period);
    CHECK(delay <= period + period / 10);
    delays.insert(delay);
  }
  CHECK(delays.size() > 20);
  CHECK(jittered(period, {"a", "b"}) == jittered(period, {"a", "b"}));
}

TEST_CASE("a pause is shown, Ready is not known meanwhile, and the rest of the status is left as it was") {
  const Json before = {
      {"url", "http://r"},
      {"conditions", Json::array({{{"type", "Ready"}, {"status", "True"}, {"reason", "Serving"}}})}};
  const Json status = paused_status(before, 3, WallTime{});
  CHECK(status.at("url") == "http://r");
  const auto conditions = runtime::Conditions::from_json(status.at("conditions"));
  REQUIRE(conditions.find("Ready"));
  CHECK(conditions.find("Ready")->status == runtime::ConditionStatus::Unknown);
  CHECK(conditions.find("Ready")->reason == "Paused");
  CHECK(conditions.is_true("ReconciliationPaused"));
  CHECK(paused_status(status, 3, WallTime{} + std::chrono::hours(1)) == status);

  const auto annotated = [](const char* value) {
    return is_paused(*kube::Object::from(
        {{"apiVersion", "v1"},
         {"kind", "X"},
         {"metadata",
          {{"name", "x"}, {"annotations", {{"mcpregistry.dev/reconciliation-paused", value}}}}}}));
  };
  CHECK(annotated("true"));
  CHECK_FALSE(annotated("false"));
}

}  // namespace
