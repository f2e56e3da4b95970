// The objects that are kept for an MCPTool whose server the operator runs.
#include <doctest/doctest.h>

#include <set>

#include "controller/operator/types.hpp"
#include "controller/operator/workload/operands.hpp"
#include "controller/operator/workload/validation.hpp"
#include "test/unit/operator/make.hpp"

using namespace toolhive;
using namespace toolhive::test;

namespace {

WorkloadInputs workload(Json spec = Json::object()) {
  if (!spec.contains("image")) spec["image"] = "example.com/weather:1";
  Status error;
  const std::string text = spec.dump();
  WorkloadInputs made;
  made.key = {"mcp", "weather"};
  made.uid = "uid-of-weather";
  made.spec.describe(kube::FieldReader::root(text, error));
  REQUIRE(error.ok());
  made.bridge_image = "example.com/mcp-bridge:1";
  made.operator_namespace = "toolhive-system";
  return made;
}

WorkloadInputs stdio_workload() {
  return workload({{"transport", "Stdio"}, {"command", {"python", "-m", "weather"}}, {"args", {"--fast"}}});
}

Json container(const WorkloadInputs& inputs) {
  return at(workload_deployment(inputs), "/spec/template/spec/containers/0");
}

std::string refusal(const WorkloadInputs& inputs) {
  const auto refused = refuse_workload(inputs);
  return refused ? refused->message : "";
}

}  // namespace

TEST_SUITE_BEGIN("workloads");

TEST_CASE("a workload's objects have its MCPTool's name with -mcp, and are found by its labels") {
  const WorkloadInputs inputs = workload();
  for (const WorkloadOperand& operand : workload_operands()) {
    const Json intent = operand.intent(inputs);
    CAPTURE(operand.type().kind);
    CHECK(at(intent, "/metadata/name") == "weather-mcp");
    CHECK(operand.name(inputs) == "weather-mcp");
    CHECK(at(intent, "/metadata/namespace") == "mcp");
    CHECK(at(intent, "/metadata/labels/app.kubernetes.io~1managed-by") == "toolhive-operator");
  }
  const Json labels = {{"app.kubernetes.io/name", "mcp-server"}, {"app.kubernetes.io/instance", "weather"}};
  CHECK(at(workload_service(inputs), "/spec/selector") == labels);
  CHECK(at(workload_deployment(inputs), "/spec/selector/matchLabels") == labels);
  CHECK(workload_url(inputs) == "http://weather-mcp.mcp.svc:8080/mcp");
  CHECK(workload_url(workload({{"port", 9000}, {"path", "/a"}})) == "http://weather-mcp.mcp.svc:9000/a");
}

TEST_CASE("a server runs without rights, as the restricted Pod Security Standard asks") {
  const Json deployment = workload_deployment(stdio_workload());
  const Json pod = at(deployment, "/spec/template/spec");
  CHECK(pod.at("automountServiceAccountToken") == false);
  CHECK(at(pod, "/securityContext/runAsNonRoot") == true);
  CHECK(at(pod, "/securityContext/seccompProfile/type") == "RuntimeDefault");
  CHECK_FALSE(has(pod, "/securityContext/runAsUser"));
  for (const char* list : {"containers", "initContainers"}) {
    const Json security = pod.at(list).at(0).at("securityContext");
    CHECK(security.at("allowPrivilegeEscalation") == false);
    CHECK(security.at("readOnlyRootFilesystem") == true);
    CHECK(at(security, "/capabilities/drop") == Json::array({"ALL"}));
  }
  const Json as_user =
      workload_deployment(workload({{"runAsUser", 1000}, {"readOnlyRootFilesystem", false}}));
  CHECK(at(as_user, "/spec/template/spec/securityContext/runAsUser") == 1000);
  CHECK(at(as_user, "/spec/template/spec/containers/0/securityContext/readOnlyRootFilesystem") == false);
}

TEST_CASE("a server that speaks HTTP runs as its image says, or as the spec does") {
  const Json as_is = container(workload());
  CHECK_FALSE(as_is.contains("command"));
  CHECK_FALSE(as_is.contains("args"));
  CHECK(at(as_is, "/readinessProbe/tcpSocket/port") == "mcp");
  const Json env = Json::array({{{"name", "A"}, {"value", "b"}}});
  const Json told = container(workload({{"command", {"serve"}}, {"args", {"--port=8080"}}, {"env", env}}));
  CHECK(told.at("command") == Json::array({"serve"}));
  CHECK(told.at("args") == Json::array({"--port=8080"}));
  CHECK(told.at("env") == env);
}

TEST_CASE("a stdio server runs behind the bridge, which an init container brings") {
  const WorkloadInputs inputs = stdio_workload();
  const Json server = container(inputs);
  CHECK(server.at("command") == Json::array({"/opt/mcp-bridge/mcp-bridge", "--port", "8080", "--path", "/mcp",
                                             "--session", "shared", "--", "python", "-m", "weather"}));
  CHECK(server.at("args") == Json::array({"--fast"}));
  CHECK(at(server, "/readinessProbe/httpGet/path") == "/ready");
  CHECK(at(server, "/livenessProbe/httpGet/path") == "/healthz");
  const Json pod = at(workload_deployment(inputs), "/spec/template/spec");
  CHECK(at(pod, "/initContainers/0/image") == "example.com/mcp-bridge:1");
  CHECK(at(pod, "/initContainers/0/args") == Json::array({"--copy-to", "/opt/mcp-bridge"}));
  CHECK_FALSE(at(workload_deployment(workload()), "/spec/template/spec").contains("initContainers"));
}

TEST_CASE("Secrets and ConfigMaps are files, and every mount has its volume") {
  const Json pod =
      at(workload_deployment(workload({{"files",
                                        {{{"mountPath", "/etc/key"}, {"secretRef", {{"name", "key"}}}},
                                         {{"mountPath", "/etc/more"}, {"configMapRef", {{"name", "more"}}}}}},
                                       {"writablePaths", {"/home/node", "/tmp"}}})),
         "/spec/template/spec");
  std::set<std::string> volumes;
  for (const Json& volume : pod.at("volumes")) CHECK(volumes.insert(volume.at("name")).second);
  std::set<std::string> paths;
  for (const Json& mount : at(pod, "/containers/0/volumeMounts")) {
    CHECK(volumes.erase(mount.at("name")) == 1);
    CHECK(paths.insert(mount.at("mountPath")).second);
  }
  CHECK(volumes.empty());
  CHECK(paths == std::set<std::string>{"/tmp", "/home/node", "/etc/key", "/etc/more"});
  CHECK(pod.dump().find(R"("secret":{"secretName":"key"})") != std::string::npos);
  CHECK(pod.dump().find(R"("configMap":{"name":"more"})") != std::string::npos);
}

TEST_CASE("only the operator, and whom the spec names, may connect to a server") {
  const Json policy = workload_network_policy(workload()).at("spec");
  CHECK(policy.at("policyTypes") == Json::array({"Ingress"}));
  REQUIRE(at(policy, "/ingress/0/from").size() == 1);
  CHECK(at(policy, "/ingress/0/from/0/podSelector/matchLabels/app.kubernetes.io~1name") ==
        "toolhive-operator");
  const Json agents = {{"podSelector", {{"matchLabels", {{"app", "agent"}}}}}};
  const Json more = workload_network_policy(workload({{"networkPolicy", {{"from", {agents}}}}})).at("spec");
  CHECK(at(more, "/ingress/0/from").size() == 2);
  WorkloadInputs outside = workload();
  outside.operator_namespace.clear();
  const Json closed = workload_network_policy(outside).at("spec");
  CHECK(closed.at("policyTypes") == Json::array({"Ingress"}));
  CHECK_FALSE(closed.contains("ingress"));
  const WorkloadInputs open = workload({{"networkPolicy", {{"enabled", false}}}});
  for (const WorkloadOperand& operand : workload_operands())
    if (operand.type() == network_policy_type()) CHECK(operand.presence(open, {}) == Presence::Removed);
}

TEST_CASE("what no object could be made of is refused with the field to correct") {
  CHECK(refusal(workload()).empty());
  CHECK(refusal(stdio_workload()).empty());
  WorkloadInputs long_name = workload();
  long_name.key.name = std::string(60, 'a');
  CHECK(refusal(long_name).starts_with("metadata.name: "));
  long_name.key.name = "1st";
  CHECK(refusal(long_name).starts_with("metadata.name: "));
  CHECK(refusal(workload({{"transport", "Stdio"}})).starts_with("spec.server.workload.command: "));
  WorkloadInputs no_bridge = stdio_workload();
  no_bridge.bridge_image.clear();
  CHECK(refusal(no_bridge).find("--bridge-image") != std::string::npos);
  CHECK(refusal(workload({{"podTemplate", {{"metadata", {{"labels", {{"app.kubernetes.io/name", "x"}}}}}}}}))
            .starts_with("spec.server.workload.podTemplate.metadata.labels[app.kubernetes.io/name]: "));
}

TEST_SUITE_END();
