// How a real API server refuses what does not fit a schema.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "test/integration/kube/cluster.hpp"

using namespace toolhive;

TEST_CASE(
    "an apply on the resourceVersion 1 makes what does not exist, and is a Conflict with anything that "
    "does") {
  const test::Namespace ns;
  const test::CustomResource widgets;
  const auto client = test::client();
  const Json labels = {{"app", "web"}};
  const std::vector<std::pair<kube::ResourceType, Json>> made_and_changed = {
      {test::kConfigMap, {{"data", {{"k", "v"}}}}},
      {widgets.type(), {{"spec", {{"k", "v"}}}}},
      {test::kDeployment,
       {{"spec",
         {{"replicas", 0},
          {"selector", {{"matchLabels", labels}}},
          {"template",
           {{"metadata", {{"labels", labels}}},
            {"spec", {{"containers", Json::array({{{"name", "c"}, {"image", "i"}}})}}}}}}}}}};
  for (const auto& [type, content] : made_and_changed) {
    CAPTURE(type.to_string());
    Json intent = content;
    intent["metadata"] = {{"namespace", ns.name()}, {"name", "m"}, {"resourceVersion", "1"}};
    const auto made = client->apply(Context{}, type, intent, {.field_manager = "first"});
    REQUIRE_MESSAGE(made.ok(), made.status());
    const std::string version(made->meta().resource_version);
    // The same again, something else, and by somebody else without a field in common.
    CHECK(client->apply(Context{}, type, intent, {.field_manager = "first"}).status().code() ==
          Code::Conflict);
    Json other = {{"metadata", intent["metadata"]}};
    other["metadata"]["labels"] = labels;
    for (const char* manager : {"first", "second"})
      CHECK(client->apply(Context{}, type, other, {.field_manager = manager}).status().code() ==
            Code::Conflict);
    const auto now = client->get(Context{}, type, {ns.name(), "m"});
    REQUIRE(now.ok());
    if (type != test::kDeployment) CHECK(now->meta().resource_version == version);
    CHECK_FALSE(now->meta().labels.get("app"));
    // What is applied later owns what was applied first: a field that is left out is removed.
    Json less = {{"metadata", {{"namespace", ns.name()}, {"name", "m"}}}};
    if (type == test::kConfigMap) {
      const auto applied = client->apply(Context{}, type, less, {.field_manager = "first"});
      REQUIRE(applied.ok());
      CHECK_FALSE(applied->json().value("data", Json::object()).contains("k"));
    }
  }
}

TEST_CASE("an applied value of the wrong type is Invalid and names its field, whatever the HTTP status") {
  const test::Namespace ns;
  const auto client = test::client();
  const Json intent = {{"metadata", {{"namespace", ns.name()}, {"name", "web"}}},
                       {"spec",
                        {{"replicas", "three"},
                         {"selector", {{"matchLabels", {{"app", "web"}}}}},
                         {"template",
                          {{"metadata", {{"labels", {{"app", "web"}}}}},
                           {"spec", {{"containers", Json::array({{{"name", "c"}, {"image", "i"}}})}}}}}}}};
  const Status status = client->apply(Context{}, test::kDeployment, intent).status();
  CHECK_MESSAGE(status.code() == Code::Invalid, status);
  CHECK_MESSAGE(status.message().find("replicas") != std::string::npos, status);
  CHECK(!status.retryable());
}
