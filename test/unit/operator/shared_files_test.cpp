// A Registry whose pods share files: what is declared, what is refused, and when a pod may come
// before another goes.
#include "controller/operator/registry/shared_files.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "controller/operator/registry/decide.hpp"
#include "controller/operator/registry/tls.hpp"
#include "controller/operator/registry/validation.hpp"
#include "controller/operator/types.hpp"
#include "registry/config/config.hpp"
#include "test/unit/operator/make.hpp"

namespace {

using namespace toolhive;
using namespace toolhive::test;

Json shared_by(int replicas, const Json& more = Json::object()) {
  Json spec = {{"replicas", replicas}, {"storage", {{"accessModes", {"ReadWriteMany"}}}}};
  spec.merge_patch(more);
  return spec;
}

const Json kSelfSigned = {{"tls", {{"source", "SelfSigned"}}}};
const Json kExisting = {{"storage", {{"existingClaim", "old"}}}};

std::string strategy_type(const RegistryInputs& given) {
  return at(deployment(given), "/spec/strategy/type");
}

// Of the Deployment that is made for `spec`.
Json pod_made_for(const Json& spec, const char* phase = "Running") {
  Json pod = {{"apiVersion", "v1"}, {"kind", "Pod"}, {"status", {{"phase", phase}}}};
  pod["metadata"] = registry_pod_metadata("a");
  pod["spec"] = at(deployment(inputs(spec)), "/spec/template/spec");
  return pod;
}

RegistryPlan plan_beside(const Json& spec, const std::vector<Json>& pods,
                         const std::optional<RegistryInputs>& accepted = {}) {
  RegistryObservation seen{.object = mcp_registry(),
                           .status = std::make_shared<const Json>(Json::object()),
                           .inputs = inputs(spec)};
  Json running = deployment(inputs(spec));
  running["apiVersion"] = "apps/v1";
  running["kind"] = "Deployment";
  running["metadata"]["uid"] = "uid-of-the-deployment";
  seen.running.push_back({deployment_type(), *kube::Object::from(running)});
  seen.claim = *kube::Object::from({{"apiVersion", "v1"},
                                    {"kind", "PersistentVolumeClaim"},
                                    {"metadata", {{"name", pvc_name(seen.inputs)}}},
                                    {"spec", {{"accessModes", {"ReadWriteMany"}}}},
                                    {"status", {{"phase", "Bound"}}}});
  for (const Json& pod : pods) seen.pods.push_back(*kube::Object::from(pod));
  return decide(seen, accepted);
}

}  // namespace

TEST_SUITE_BEGIN("files that several pods share");

TEST_CASE("several pods on files need ReadWriteMany, and one does not") {
  CHECK_FALSE(refuse(inputs(shared_by(3)), nullptr));
  CHECK_FALSE(refuse(inputs(shared_by(3, kSelfSigned)), nullptr));
  const auto sole = refuse(inputs({{"replicas", 2}}), nullptr);
  REQUIRE(sole);
  CHECK(sole->message.find("for more name ReadWriteMany in spec.storage.accessModes") != std::string::npos);
}

TEST_CASE("pods that share files and serve TLS trust each other as clients trust them") {
  const RegistryInputs encrypted = inputs(shared_by(3, kSelfSigned));
  CHECK(tls_section(encrypted).at("replicaCAFile") == "/etc/mcp-registry/authority/ca.crt");
  CHECK(tls_section(encrypted).at("replicaServerName") == "mcp-registry.mcp.svc");
  const Json pod = at(deployment(encrypted), "/spec/template/spec");
  const Json mount = {
      {"name", "authority"}, {"mountPath", "/etc/mcp-registry/authority"}, {"readOnly", true}};
  const Json& mounts = at(pod, "/containers/0/volumeMounts");
  CHECK(std::find(mounts.begin(), mounts.end(), mount) != mounts.end());
  const Json volume = {
      {"name", "authority"},
      {"configMap",
       {{"name", "mcp-registry-ca"}, {"items", Json::array({{{"key", "ca.crt"}, {"path", "ca.crt"}}})}}}};
  const Json& volumes = at(pod, "/volumes");
  CHECK(std::find(volumes.begin(), volumes.end(), volume) != volumes.end());

  const RegistryInputs alone = inputs({{"tls", {{"source", "SelfSigned"}}}});
  CHECK_FALSE(tls_section(alone).contains("replicaCAFile"));
  CHECK(at(deployment(alone), "/spec/template/spec").dump().find("authority") == std::string::npos);
}

TEST_CASE("several pods are refused a claim that one node has, and one pod is not") {
  const auto refusal = [](int replicas, const char* mode) {
    const Json claim = {{"spec", {{"accessModes", {mode}}}}};
    return refuse(inputs(shared_by(replicas, kExisting)), &claim);
  };
  CHECK_FALSE(refusal(3, "ReadWriteMany"));
  CHECK_FALSE(refusal(1, "ReadWriteOnce"));
  const auto refused = refusal(3, "ReadWriteOnce");
  REQUIRE(refused);
  CHECK(refused->message ==
        "spec.storage.existingClaim: the claim old has [\"ReadWriteOnce\"], and pods on several nodes cannot "
        "have that; name one with ReadWriteMany, or set spec.replicas to 1");
}

TEST_CASE("pods that share files say where they are, roll and spread, and one alone is replaced") {
  const Json several = deployment(inputs(shared_by(3)));
  CHECK(at(several, "/spec/strategy") ==
        Json{{"type", "RollingUpdate"}, {"rollingUpdate", {{"maxSurge", 1}, {"maxUnavailable", 0}}}});
  CHECK(at(several, "/spec/replicas") == 3);
  const Json& pod = at(several, "/spec/template/spec");
  CHECK(pod.contains("topologySpreadConstraints"));
  CHECK_FALSE(
      at(deployment(inputs(shared_by(3, {{"availability", {{"topologySpread", {{"enabled", false}}}}}}))),
         "/spec/template/spec")
          .contains("topologySpreadConstraints"));
  const Json& args = at(pod, "/containers/0/args");
  REQUIRE(args.size() > 2);
  CHECK(args.at(args.size() - 2) == "--replica-host");
  CHECK(args.back() == "$(POD_IP)");
  CHECK(at(pod, "/containers/0/env/0/name") == "POD_IP");
  CHECK(at(pod, "/containers/0/env/0/valueFrom/fieldRef/fieldPath") == "status.podIP");

  const Json one = deployment(inputs(shared_by(1)));
  CHECK(at(one, "/spec/strategy") == Json{{"type", "Recreate"}});
  // So that scaling makes no pod anew.
  CHECK(at(one, "/spec/template") == at(several, "/spec/template"));
}

TEST_CASE("a pod that has its files alone is made as ever") {
  for (const Json& spec : {Json::object(), kSelfSigned}) {
    const Json alone = deployment(inputs(spec));
    CHECK(alone.dump().find("--replica-host") == std::string::npos);
    CHECK_FALSE(has(alone, "/spec/template/spec/containers/0/env"));
    CHECK_FALSE(has(alone, "/spec/template/spec/topologySpreadConstraints"));
    CHECK(registry_config_map(inputs(spec)).dump().find("shared") == std::string::npos);
    CHECK(server_config_map(inputs(spec)).dump().find("shutdownDelay") == std::string::npos);
  }
}

TEST_CASE("the service is told that its files are shared, and takes requests for a while when it goes") {
  const Json settings = registry_config_map(inputs(shared_by(3)));
  const auto config = registry::parse_config(at(settings, "/data/registry.json").get<std::string>());
  REQUIRE(config.ok());
  CHECK(config->store.shared);
  const Json serving = server_config_map(inputs(shared_by(3)));
  const auto server = registry::parse_server_config(at(serving, "/data/server.json").get<std::string>());
  REQUIRE(server.ok());
  CHECK(server->shutdown_delay.count() > 0);
}

TEST_CASE("the NetworkPolicy lets replicas that share files reach each other at their port, and no others") {
  const auto to_replicas = [](const Json& spec) -> Json {
    const Json policy = network_policy(inputs(spec)).at("spec");
    for (const Json& rule : policy.at("egress"))
      if (rule.contains("to") && rule.at("to") == Json::array({{{"podSelector", policy.at("podSelector")}}}))
        return rule.at("ports");
    return nullptr;
  };
  CHECK(to_replicas(shared_by(3)) == Json::array({{{"protocol", "TCP"}, {"port", 8080}}}));
  CHECK(to_replicas(Json::object()).is_null());
}

TEST_CASE("pods that share files come once no pod is left that does not share these, and roll from then on") {
  const Json wanted = shared_by(3, kExisting);
  const Json others = shared_by(3, {{"storage", {{"existingClaim", "older"}}}});
  for (const Json& before : {kExisting, others}) {
    CAPTURE(before.dump());
    CHECK(strategy_type(plan_beside(wanted, {pod_made_for(wanted), pod_made_for(before)}).wanted) ==
          "Recreate");
    CHECK(strategy_type(plan_beside(wanted, {pod_made_for(wanted), pod_made_for(before, "Failed")}).wanted) ==
          "RollingUpdate");
    // Of what was accepted before it is asked as well.
    const auto refused = plan_beside({{"replicas", 2}}, {pod_made_for(before)}, inputs(wanted));
    REQUIRE(refused.refused);
    CHECK(strategy_type(*refused.accepted) == "Recreate");
  }
  CHECK(strategy_type(plan_beside(wanted, {pod_made_for(wanted)}).wanted) == "RollingUpdate");
  CHECK(strategy_type(plan_beside(wanted, {}).wanted) == "RollingUpdate");
}

TEST_CASE("a strategy is repaired where pods are replaced, and left where they roll") {
  CHECK_FALSE(plan_beside(shared_by(3), {pod_made_for(shared_by(3))}).repair);
  CHECK(plan_beside(shared_by(3), {pod_made_for(Json::object())}).repair);
  CHECK_FALSE(plan_beside(shared_by(1), {pod_made_for(shared_by(1))}).repair);
}

TEST_SUITE_END();
