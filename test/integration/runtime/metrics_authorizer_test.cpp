// Who may read /metrics, by the rules of a real API server.
#include "controller/runtime/serve/metrics_authorizer.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "controller/runtime/serve/endpoints.hpp"
#include "test/integration/kube/cluster.hpp"
#include "test/unit/http/tls_client.hpp"

using namespace toolhive;

using Kind = runtime::AccessDecision::Kind;

namespace {

const kube::ResourceType kClusterRole{"rbac.authorization.k8s.io", "v1", "ClusterRole", "clusterroles",
                                      kube::Scope::Cluster};
const kube::ResourceType kClusterRoleBinding{"rbac.authorization.k8s.io", "v1", "ClusterRoleBinding",
                                             "clusterrolebindings", kube::Scope::Cluster};

const Json kMayRead = Json::array({{{"nonResourceURLs", {"/metrics"}}, {"verbs", {"get"}}}});
// All that whoever serves metrics needs.
const Json kMayAsk = Json::array(
    {{{"apiGroups", {"authentication.k8s.io"}}, {"resources", {"tokenreviews"}}, {"verbs", {"create"}}},
     {{"apiGroups", {"authorization.k8s.io"}},
      {"resources", {"subjectaccessreviews"}},
      {"verbs", {"create"}}}});

// Gives a service account of `ns` cluster-wide rights, until the end of its scope.
class Grant {
 public:
  Grant(kube::Client& client, const std::string& ns, const std::string& account, const Json& rules = kMayRead)
      : client_(client), name_(ns + "-" + account) {
    const Json role = {{"metadata", {{"name", name_}}}, {"rules", rules}};
    const Json binding = {
        {"metadata", {{"name", name_}}},
        {"roleRef", {{"apiGroup", kClusterRole.group}, {"kind", "ClusterRole"}, {"name", name_}}},
        {"subjects", Json::array({{{"kind", "ServiceAccount"}, {"namespace", ns}, {"name", account}}})}};
    for (const auto& made :
         {client_.apply({}, kClusterRole, role), client_.apply({}, kClusterRoleBinding, binding)})
      REQUIRE_MESSAGE(made.ok(), made.status());
  }
  ~Grant() {
    (void)client_.remove({}, kClusterRoleBinding, {"", name_});
    (void)client_.remove({}, kClusterRole, {"", name_});
  }
  Grant(const Grant&) = delete;
  Grant& operator=(const Grant&) = delete;

 private:
  kube::Client& client_;
  const std::string name_;
};

}  // namespace

TEST_SUITE_BEGIN("metrics authorizer");

TEST_CASE("a service account reads the metrics when a ClusterRole lets it, and not otherwise") {
  const test::Namespace ns;
  const auto client = test::client();
  const std::string scraper = "Bearer " + test::service_account_token(ns.name(), "scraper");
  const std::string stranger = "Bearer " + test::service_account_token(ns.name(), "stranger");
  const Grant grant(*client, ns.name(), "scraper");

  // Without a memory of its own: RBAC takes a moment to know the binding.
  runtime::MetricsAuthorizer::Options options;
  options.max_kept = 0;
  runtime::MetricsAuthorizer authorizer(*client, options);
  runtime::AccessDecision decision;
  const Context limit = Context{}.with_timeout(std::chrono::seconds(30));
  do {
    decision = authorizer.authorize({}, scraper);
  } while (decision.kind == Kind::Forbidden && !limit.done() &&
           sleep_for(limit.clock, std::chrono::milliseconds(50), {}));
  CHECK_MESSAGE(decision.kind == Kind::Allowed, decision.cause);
  CHECK(decision.user == "system:serviceaccount:" + ns.name() + ":scraper");

  const runtime::AccessDecision refused = authorizer.authorize({}, stranger);
  CHECK(refused.kind == Kind::Forbidden);
  CHECK(refused.cause.message().find(ns.name() + ":stranger") != std::string::npos);
  CHECK(authorizer.authorize({}, scraper, "/debug/pprof").kind == Kind::Forbidden);
  CHECK(authorizer.authorize({}, "Bearer made.up.token").kind == Kind::Unauthorized);

  // Its own client without the right to ask.
  kube::Config config = test::config();
  config.client_certificate = {};
  config.client_key = {};
  config.token = stranger.substr(7);
  const auto powerless = test::client(config);
  runtime::MetricsAuthorizer unable(*powerless);
  const runtime::AccessDecision unknown = unable.authorize({}, scraper);
  CHECK(unknown.kind == Kind::Unavailable);
  CHECK(unknown.cause.message().find("system:auth-delegator") != std::string::npos);
}

TEST_CASE("metrics are scraped with the token of a service account that is bound to a role, and no other") {
  const test::Namespace ns;
  const auto admin = test::client();
  const Grant may_ask(*admin, ns.name(), "server", kMayAsk);
  kube::Config config = test::config();
  config.client_certificate = {};
  config.client_key = {};
  config.token = test::service_account_token(ns.name(), "server");
  const auto client = test::client(config);
  const runtime::Health health;
  const runtime::Metrics metrics;
  runtime::EndpointOptions options;
  options.metrics_address = "127.0.0.1:0";
  const auto endpoints = runtime::Endpoints::open(options, *client, health, metrics);
  REQUIRE_MESSAGE(endpoints.ok(), endpoints.status());
  const auto status_for = [&](const std::string& header) {
    http_test::TlsClient scraper((*endpoints)->metrics_port());
    scraper.send("GET /metrics HTTP/1.1\r\nHost: a\r\nConnection: close\r\n" + header + "\r\n");
    return scraper.read(SIZE_MAX).substr(0, 12);
  };
  const auto with = [](const std::string& token) { return "Authorization: Bearer " + token + "\r\n"; };

  const std::string stranger = test::service_account_token(ns.name(), "stranger");
  // The rights of the server itself take a moment to be known.
  CHECK(test::eventually([&] { return status_for(with(stranger)) == "HTTP/1.1 403"; }));
  CHECK(status_for("") == "HTTP/1.1 401");
  CHECK(status_for(with("made.up.token")) == "HTTP/1.1 401");
  const Grant may_read(*admin, ns.name(), "scraper");
  const std::string scraper = test::service_account_token(ns.name(), "scraper");
  // Likewise; a refusal is kept for ten seconds.
  CHECK(test::eventually([&] { return status_for(with(scraper)) == "HTTP/1.1 200"; }));
  CHECK(status_for(with(stranger)) == "HTTP/1.1 403");
}

TEST_SUITE_END();
