// What pods and the operator may do.
#include <doctest/doctest.h>

#include "test/e2e/harness/test_namespace.hpp"

namespace {

using namespace e2e;

void check_locked_down(const Json& pod) {
  CAPTURE(pod.at("metadata").at("name").get<std::string>());
  const Json& spec = pod.at("spec");
  const Json pod_context = spec.value("securityContext", Json::object());
  CHECK(pod_context.value("runAsNonRoot", false));
  CHECK_MESSAGE(!pod_context.contains("runAsUser"), "OpenShift assigns the user");
  CHECK(pod_context.value("seccompProfile", Json::object()).value("type", "") == "RuntimeDefault");
  for (const Json& container : spec.at("containers")) {
    const Json& context = container.at("securityContext");
    CHECK(context.at("allowPrivilegeEscalation") == false);
    CHECK(context.at("readOnlyRootFilesystem") == true);
    CHECK(context.at("capabilities").at("drop") == Json::array({"ALL"}));
    CHECK_FALSE(context.contains("runAsUser"));
    CHECK(container.contains("livenessProbe"));
    CHECK(container.contains("readinessProbe"));
    CHECK(container.at("resources").contains("limits"));
  }
}

TEST_CASE("a Registry runs where restricted Pod Security is enforced") {
  const TestNamespace ns("restricted");
  const Output refused = ns.kubectl({"run", "unrestricted", "--image=example.com/any:1"});
  REQUIRE_MESSAGE(refused.err.find("violates PodSecurity") != std::string::npos,
                  "the namespace enforces nothing, so this test shows nothing: " << refused.explain());
  ns.apply(registry());
  ns.wait_ready(kRegistry, "mcp-registry");
  const Json pod = ns.pods_of("mcp-registry").at(0);
  check_locked_down(pod);
  CHECK(pod.at("spec").at("automountServiceAccountToken") == false);
}

TEST_CASE("the operator's pods meet restricted Pod Security") {
  const auto pods = Cluster::get().operator_pods();
  CHECK(pods.size() == 2);
  for (const Json& pod : pods) check_locked_down(pod);
}

TEST_CASE("the operator's metrics are for service accounts that are bound to their reader's role") {
  const Cluster& cluster = Cluster::get();
  const TestNamespace ns("metrics");
  const auto token_of = [&](const std::string& account) {
    ns.kubectl({"create", "serviceaccount", account});
    std::string token = ns.kubectl({"create", "token", account}).out;
    while (token.ends_with('\n')) token.pop_back();
    REQUIRE_FALSE(token.empty());
    return token;
  };
  const std::string url =
      "https://toolhive-operator." + cluster.operator_namespace() + ".svc.cluster.local:8443/metrics";
  const auto scrape = [&](const std::string& token) {
    std::vector<std::string> options = {"--insecure"};
    if (!token.empty()) options.insert(options.end(), {"--header", "Authorization: Bearer " + token});
    return cluster.http("GET", url, nullptr, options);
  };
  const std::string binding = ns.name() + "-scraper";
  const std::string scraper = token_of("scraper");
  cluster.kubectl({"create", "clusterrolebinding", binding, "--clusterrole=toolhive-operator-metrics-reader",
                   "--serviceaccount=" + ns.name() + ":scraper"});
  CHECK(scrape("").status == 401);
  const Answer stranger = scrape(token_of("stranger"));
  CHECK_MESSAGE(stranger.status == 403, stranger.explain());
  wait_until("the scraper may read", [&] {
    const Answer answer = scrape(scraper);
    const bool read =
        answer.ok() && answer.body.find("controller_runtime_reconcile_total") != std::string::npos;
    return read ? std::string() : answer.explain();
  });
  cluster.kubectl({"delete", "clusterrolebinding", binding});
}

TEST_CASE("the operator may do what it needs and no more") {
  const Cluster& cluster = Cluster::get();
  const std::string user =
      "--as=system:serviceaccount:" + cluster.operator_namespace() + ":toolhive-operator";
  const auto can = [&](std::vector<std::string> what) {
    std::vector<std::string> args = {"auth", "can-i", user};
    args.insert(args.end(), what.begin(), what.end());
    return cluster.kubectl(args).out.starts_with("yes");
  };
  // the question is put in the right way
  CHECK(can({"patch", "deployments.apps", "-n", cluster.operator_namespace()}));
  for (const std::vector<std::string>& right : std::vector<std::vector<std::string>>{
           {"list", "secrets", "--all-namespaces"},
           {"get", "secrets", "-n", "default"},
           {"*", "*", "--all-namespaces"},
           {"create", "pods", "-n", "default"},
           {"create", "pods/exec", "-n", "default"},
           {"delete", "namespaces"},
           {"escalate", "clusterroles.rbac.authorization.k8s.io"},
           {"impersonate", "users"},
           {"patch", "customresourcedefinitions.apiextensions.k8s.io"},
       }) {
    CAPTURE(Json(right).dump());
    CHECK_FALSE(can(right));
  }
}

}  // namespace
