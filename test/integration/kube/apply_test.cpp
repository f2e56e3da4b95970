// How a real API server refuses what does not fit a schema.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "test/integration/kube/cluster.hpp"

using kube::Code;
using kube::Context;
using kube::Json;

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
  const kube::Status status = client->apply(Context{}, test::kDeployment, intent).status();
  CHECK_MESSAGE(status.code() == Code::Invalid, status);
  CHECK_MESSAGE(status.message().find("replicas") != std::string::npos, status);
  CHECK(!status.retryable());
}
