// What spec.auth makes of a Registry: its operands, what is held back, what is told.
#include <doctest/doctest.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "controller/operator/mcptool/target.hpp"
#include "controller/operator/registry/authentication.hpp"
#include "controller/operator/registry/decide.hpp"
#include "controller/operator/registry/report.hpp"
#include "controller/operator/registry/status.hpp"
#include "controller/operator/registry/token_review_right.hpp"
#include "controller/operator/registry_access.hpp"
#include "controller/operator/types.hpp"
#include "test/unit/operator/fake_registry.hpp"
#include "test/unit/operator/make.hpp"

namespace {

using namespace toolhive;
using namespace toolhive::test;

const Json kOidc = {{"auth",
                     {{"mode", "OIDC"},
                      {"anonymousNames", {"public.*"}},
                      {"rules", Json::array({{{"groups", {"devs"}}, {"right", "write"}}})},
                      {"oidc",
                       {{"issuer", "https://issuer.example:8443/realm"},
                        {"audiences", {"mcp-registry"}},
                        {"ca", {{"configMapKeyRef", {{"name", "issuer-ca"}, {"key", "bundle.pem"}}}}}}}}}};
const Json kKubernetes = {{"auth", {{"mode", "Kubernetes"}, {"kubernetes", {{"cache", "10s"}}}}}};

RegistryInputs with_keys(const Json& spec, const char* keys) {
  RegistryInputs made = inputs(spec);
  made.operator_keys = std::make_shared<const Json>(Json{{"keys", keys}});
  return made;
}

Json config_of(const RegistryInputs& made) {
  return Json::parse(registry_config_map(made)["data"]["registry.json"].get<std::string>());
}

const Json* named(const Json& list, const char* name) {
  for (const Json& entry : list)
    if (entry.at("name") == name) return &entry;
  return nullptr;
}

RegistryObservation authenticating(const Json& spec) {
  return {.object = mcp_registry({{"metadata", {{"generation", 2}}}}),
          .status = std::make_shared<const Json>(Json::object()),
          .inputs = inputs(spec)};
}

// Answers every call with this document.
class Answering final : public kube::Client {
 public:
  explicit Answering(Json document) : document_(std::move(document)) {}
  StatusOr<kube::HttpResponse> call(const Context&, const kube::ApiCall& call) override {
    asked = Json::parse(call.http.body);
    if (document_.is_null()) return Status(Code::Forbidden, "no");
    kube::HttpResponse response;
    response.status = 201;
    response.body = document_.dump();
    return response;
  }
  StatusOr<std::unique_ptr<kube::LineStream>> open_watch(const Context&, const kube::ApiCall&,
                                                         const kube::Transport::StreamOptions&) override {
    return Status(Code::Invalid, "no streams");
  }
  Json asked;

 private:
  const Json document_;
};

// Notes for which audience each client is made.
class NotingAccess final : public RegistryAccess {
 public:
  NotingAccess() : RegistryAccess(nullptr, {}) {}
  mutable std::vector<std::string> made;

 private:
  std::unique_ptr<RegistryApi> make_client(const kube::Key&, const RegistryEndpoint& endpoint,
                                           const std::shared_ptr<SeenCertificate>&) const override {
    made.push_back(endpoint.audience);
    return std::make_unique<FakeRegistry>();
  }
};

}  // namespace

TEST_SUITE_BEGIN("authentication of a Registry");

TEST_CASE("without it nothing is asked, mounted or published") {
  for (const Json& spec : {Json::object(), Json{{"auth", {{"mode", "None"}}}}}) {
    const RegistryInputs made = inputs(spec);
    CHECK_FALSE(config_of(made).contains("auth"));
    CHECK(registry_config_map(made)["data"].size() == 1);
    CHECK(at(deployment(made), "/spec/template/spec/volumes").size() == 4);
    CHECK(at(network_policy(made), "/spec/egress").size() == 1);
    CHECK(audience_of(made).empty());
  }
}

TEST_CASE("the service's file has what is declared, the file of the authorities, and the operator's way in") {
  const Json section = config_of(inputs(kOidc)).at("auth");
  CHECK(section.at("mode") == "oidc");
  CHECK(section.at("rules") == kOidc.at("auth").at("rules"));
  CHECK(section.at("anonymousNames") == Json::array({"public.*"}));
  CHECK(section.at("oidc") == Json{{"issuer", "https://issuer.example:8443/realm"},
                                   {"audiences", {"mcp-registry"}},
                                   {"caFile", "/etc/mcp-registry/issuer/ca.crt"}});
  CHECK(section.at("operator") == Json{{"audience", "mcp/mcp-registry/uid-of-mcp-registry"},
                                       {"jwksFile", "/etc/mcp-registry/config/operator-keys.json"}});
  const Json kubernetes = config_of(inputs(kKubernetes)).at("auth");
  CHECK(kubernetes.at("mode") == "kubernetes");
  CHECK(kubernetes.at("kubernetes") == Json{{"cache", "10s"}});
}

TEST_CASE("other keys of the operator are published beside the file, and restart nothing") {
  const RegistryInputs before = with_keys(kOidc, "a"), after = with_keys(kOidc, "b");
  CHECK(Json::parse(registry_config_map(after)["data"]["operator-keys.json"].get<std::string>()) ==
        Json{{"keys", "b"}});
  CHECK(registry_config_map(before) != registry_config_map(after));
  CHECK(deployment(before) == deployment(after));
  CHECK(deployment(before) != deployment(with_keys(kKubernetes, "a")));
}

TEST_CASE("the issuer's authorities are mounted from a ConfigMap or a Secret") {
  const Json pod = at(deployment(inputs(kOidc)), "/spec/template/spec");
  const Json* volume = named(pod.at("volumes"), "issuer-ca");
  REQUIRE(volume);
  CHECK(volume->at("configMap") ==
        Json{{"name", "issuer-ca"}, {"items", Json::array({{{"key", "bundle.pem"}, {"path", "ca.crt"}}})}});
  const Json* mount = named(pod.at("containers")[0].at("volumeMounts"), "issuer-ca");
  REQUIRE(mount);
  CHECK(mount->at("mountPath") == "/etc/mcp-registry/issuer");
  Json secret = kOidc;
  secret["auth"]["oidc"]["ca"] = {{"secretKeyRef", {{"name", "s"}, {"key", "k"}}}};
  const Json other = at(deployment(inputs(secret)), "/spec/template/spec/volumes");
  CHECK(named(other, "issuer-ca")->at("secret").at("secretName") == "s");
}

TEST_CASE("mode Kubernetes alone gives the pod a token, where the service looks for it") {
  const Json pod = at(deployment(inputs(kKubernetes)), "/spec/template/spec");
  CHECK(pod.at("automountServiceAccountToken") == false);
  REQUIRE(named(pod.at("volumes"), "api-server"));
  const Json& sources = named(pod.at("volumes"), "api-server")->at("projected").at("sources");
  CHECK(sources[0].at("serviceAccountToken").at("path") == "token");
  CHECK(sources[1].at("configMap").at("name") == "kube-root-ca.crt");
  CHECK(named(pod.at("containers")[0].at("volumeMounts"), "api-server")->at("mountPath") ==
        "/var/run/secrets/kubernetes.io/serviceaccount");
  CHECK_FALSE(named(at(deployment(inputs(kOidc)), "/spec/template/spec/volumes"), "api-server"));
}

TEST_CASE("the way out is open to where tokens are asked about, and no further") {
  const auto ports = [](Json spec, const char* issuer) {
    if (issuer) spec["auth"]["oidc"]["issuer"] = issuer;
    return authentication_ports(inputs(spec));
  };
  CHECK(ports(kOidc, nullptr) == std::vector{443, 8443});
  CHECK(ports(kOidc, "https://issuer.example") == std::vector{443});
  CHECK(ports(kOidc, "https://issuer.example/a:9/b") == std::vector{443});
  CHECK(ports(kOidc, "https://[2001:db8::7]/") == std::vector{443});
  CHECK(ports(kOidc, "https://[2001:db8::7]:8443") == std::vector{443, 8443});
  CHECK(ports(kOidc, "https://issuer.example:99999") == std::vector{443});
  CHECK(ports(kKubernetes, nullptr) == std::vector{443, 6443});
  const Json egress = at(network_policy(inputs(kOidc)), "/spec/egress");
  REQUIRE(egress.size() == 2);
  CHECK(egress[1] == Json{{"ports", Json::array({{{"protocol", "TCP"}, {"port", 443}},
                                                 {{"protocol", "TCP"}, {"port", 8443}}})}});
}

TEST_CASE("a spec without which no token would be taken is not accepted until that is there") {
  RegistryObservation no_identity = authenticating(kOidc);
  no_identity.identity = Status(Code::Forbidden, "the Secret x: may not");
  REQUIRE(decide(no_identity, {}).refused);
  CHECK(decide(no_identity, {}).refused->reason == "OperatorIdentityUnavailable");
  CHECK(decide(no_identity, {}).refused->message.find("the Secret x: may not") != std::string::npos);
  RegistryObservation no_ca = authenticating(kOidc);
  no_ca.issuer_ca_missing = true;
  REQUIRE(decide(no_ca, {}).refused);
  CHECK(decide(no_ca, {}).refused->message ==
        "spec.auth.oidc.ca.configMapKeyRef: there is no ConfigMap issuer-ca with a key bundle.pem; create "
        "it, or correct the reference");
  CHECK_FALSE(decide(authenticating(kOidc), {}).refused);
}

TEST_CASE("keys are rotated in what was accepted last, too") {
  RegistryObservation refused = authenticating(kOidc);
  refused.issuer_ca_missing = true;
  refused.inputs.operator_keys = std::make_shared<const Json>(Json{{"keys", "new"}});
  const RegistryPlan plan = decide(refused, with_keys(kOidc, "old"));
  REQUIRE(plan.accepted);
  CHECK(*plan.accepted->operator_keys == Json{{"keys", "new"}});
}

TEST_CASE("a registry that may not ask about tokens is not ready, and the one command is told") {
  RegistryObservation observed = authenticating(kKubernetes);
  observed.token_review_forbidden = true;
  RegistryOutcome outcome;
  outcome.declared = inputs(kKubernetes);
  RegistryReport report = report_of(observed, outcome, WallTime{});
  REQUIRE(report.authentication);
  CHECK(report.authentication->message.ends_with(
      "kubectl create clusterrolebinding mcp-mcp-registry-auth-delegator "
      "--clusterrole=system:auth-delegator --serviceaccount=mcp:mcp-registry"));
  CHECK(look_again(observed, outcome, report) < std::chrono::seconds(60));
  report.storage = report.rollout.settled = ConditionValue::yes("Good", "");
  const Json status = registry_status(Json::object(), report, WallTime{});
  const auto conditions = runtime::Conditions::from_json(status.at("conditions"));
  for (const char* type : {"Ready", "Degraded"})
    CHECK(conditions.find(type)->reason == "TokenReviewForbidden");
  CHECK(conditions.is_true("Degraded"));
  CHECK(conditions.is_true("Accepted"));
}

TEST_CASE("whether a registry may ask about tokens is what the API server says of its service account") {
  Answering denied(Json{{"status", {{"allowed", false}}}}), allowed(Json{{"status", {{"allowed", true}}}}),
      silent((Json()));
  CHECK(lacks_token_review_right({}, denied, {"mcp", "reg"}));
  CHECK(at(denied.asked, "/spec/user") == "system:serviceaccount:mcp:reg");
  CHECK(at(denied.asked, "/spec/resourceAttributes/resource") == "tokenreviews");
  CHECK_FALSE(lacks_token_review_right({}, allowed, {"mcp", "reg"}));
  CHECK_FALSE(lacks_token_review_right({}, silent, {"mcp", "reg"}));
}

TEST_CASE("a tool's registry is asked with a token exactly when it asks for one") {
  CHECK(target_of(mcp_registry()).endpoint.audience.empty());
  CHECK(target_of(mcp_registry({{"spec", kOidc}})).endpoint.audience ==
        "mcp/mcp-registry/uid-of-mcp-registry");
  // What cannot be read may be of a registry that does.
  CHECK_FALSE(target_of(mcp_registry({{"spec", {{"auth", 1}}}})).endpoint.audience.empty());
}

TEST_CASE("another Registry of the same name is reached with tokens of its own") {
  NotingAccess access;
  const kube::Key key{"mcp", "mcp-registry"};
  const auto first = access.open(key, {"a"});
  CHECK(*access.open(key, {"a"}) == *first);
  CHECK(*access.open(key, {"b"}) != *first);
  CHECK(access.made == std::vector<std::string>{"a", "b"});
}

TEST_SUITE_END();
