// Who may do what, and how it is refused.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "controller/kube/client/discovery.hpp"
#include "test/integration/kube/cluster.hpp"
#include "test/unit/kube/certificate_maker.hpp"
#include "test/unit/kube/temporary_folder.hpp"

using namespace toolhive;

using test::kConfigMap;

namespace {

kube::Config anonymous() {
  kube::Config config = test::config();
  config.client_certificate = {};
  config.client_key = {};
  config.token.clear();
  return config;
}

}  // namespace

TEST_CASE("a user without rights is Forbidden, by name") {
  const test::Namespace ns;
  kube::Config config = anonymous();
  config.token = test::service_account_token(ns.name(), "nobody");
  const Status status = test::client(config)->list(Context{}, kConfigMap, {.ns = ns.name()}).status();
  CHECK(status.code() == Code::Forbidden);
  CHECK(status.message().find("system:serviceaccount:" + ns.name() + ":nobody") != std::string::npos);
  const Status watch = test::client(config)->watch(Context{}, kConfigMap, {.ns = ns.name()}).status();
  CHECK(watch.code() == Code::Forbidden);
}

TEST_CASE("a token that nobody issued is Unauthorized") {
  kube::Config config = anonymous();
  config.token = "nonsense";
  CHECK(test::client(config)->list(Context{}, kConfigMap, {.ns = "default"}).status().code() ==
        Code::Unauthorized);
}

TEST_CASE("a token that was replaced in its file takes over at the first refusal") {
  const test::Namespace ns;
  const test::TemporaryFolder folder;
  kube::Config config = anonymous();
  config.token_file = folder.write("token", "nonsense");
  const auto client = test::client(config);
  CHECK(client->list(Context{}, kConfigMap, {.ns = ns.name()}).status().code() == Code::Unauthorized);
  folder.write("token", test::service_account_token(ns.name(), "nobody"));
  CHECK(client->list(Context{}, kConfigMap, {.ns = ns.name()}).status().code() == Code::Forbidden);
}

TEST_CASE("a client certificate that has expired is said to have") {
  const test::Authority authority("another");
  kube::Config config = anonymous();
  const test::Pem pem = authority.issue("late", "", std::chrono::hours(-1));
  config.client_certificate.data = pem.certificate;
  config.client_key.data = pem.key;
  const Status status = test::client(config)->list(Context{}, kConfigMap, {.ns = "default"}).status();
  CHECK(status.code() == Code::Unauthorized);
  CHECK(status.message().find("the client certificate expired on") != std::string::npos);
}

TEST_CASE("an API server of another authority is refused with what to correct") {
  kube::Config config = test::config();
  config.certificate_authority = {};
  config.certificate_authority.data = test::Authority("another").certificate();
  const Status status = test::client(config)->list(Context{}, kConfigMap, {.ns = "default"}).status();
  CHECK(status.code() == Code::Unavailable);
  CHECK(status.message().find("unknown authority") != std::string::npos);
  CHECK(status.message().find(config.server) != std::string::npos);
  CHECK(status.message().find(config.origin) != std::string::npos);
}

TEST_CASE("an administrator can act as someone else") {
  kube::Config config = test::config();
  config.impersonate_user = "jane";
  config.impersonate_groups = {"readers", "system:masters"};
  CHECK(test::client(config)->list(Context{}, kConfigMap, {.ns = "default"}).ok());
  config.impersonate_groups = {"readers"};
  const Status status = test::client(config)->list(Context{}, kConfigMap, {.ns = "default"}).status();
  CHECK(status.code() == Code::Forbidden);
  CHECK(status.message().find("\"jane\"") != std::string::npos);
}

TEST_CASE("discovery tells what is offered from what is not") {
  const auto client = test::client();
  kube::Discovery discovery(*client, std::chrono::minutes(1));
  CHECK(discovery.offers(Context{}, kConfigMap) == kube::Offered::Yes);
  CHECK(discovery.offers(Context{}, test::kDeployment) == kube::Offered::Yes);
  CHECK(discovery.offers(Context{}, {"apps", "v1", "Widget", "widgets"}) == kube::Offered::No);
  CHECK(discovery.offers(Context{}, {"example.dev", "v1", "Widget", "widgets"}) == kube::Offered::No);
}
