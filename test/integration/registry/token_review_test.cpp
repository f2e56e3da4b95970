// The registry and a real API server: tokens of service accounts, for this audience and for others,
// good ones and ones that end with their object.
#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "test/integration/kube/cluster.hpp"
#include "test/integration/registry/registry_program.hpp"
#include "test/stores/loopback.hpp"
#include "test/stores/registry_client.hpp"

using namespace toolhive;

using test::RegistryProgram;
using test::Scratch;

namespace {

const kube::ResourceType kBinding{"rbac.authorization.k8s.io", "v1", "ClusterRoleBinding",
                                  "clusterrolebindings", kube::Scope::Cluster};
const std::string kReviewedTools = "/api/v1/tools";

// Lets a service account ask for reviews, until the end of its scope.
class Delegation {
 public:
  Delegation(const std::string& ns, const std::string& account) : name_(ns + "-" + account) {
    const Json binding = {
        {"metadata", {{"name", name_}}},
        {"roleRef",
         {{"apiGroup", kBinding.group}, {"kind", "ClusterRole"}, {"name", "system:auth-delegator"}}},
        {"subjects", Json::array({{{"kind", "ServiceAccount"}, {"namespace", ns}, {"name", account}}})}};
    const auto made = client_->apply(Context{}, kBinding, binding);
    REQUIRE_MESSAGE(made.ok(), made.status());
  }
  ~Delegation() { (void)client_->remove(Context{}, kBinding, {"", name_}); }
  Delegation(const Delegation&) = delete;
  Delegation& operator=(const Delegation&) = delete;

 private:
  const std::unique_ptr<kube::Client> client_ = test::client();
  const std::string name_;
};

// A token of an account that exists, for an audience; bound to a Secret if one is given.
std::string token_for(const std::string& ns, const std::string& account, const std::string& audience,
                      const kube::Object* bound_to = nullptr) {
  Json spec = {{"audiences", {audience}}};
  if (bound_to != nullptr) {
    spec["boundObjectRef"] = {{"kind", "Secret"},
                              {"apiVersion", "v1"},
                              {"name", bound_to->meta().name},
                              {"uid", bound_to->meta().uid}};
  }
  const Json ask = {{"apiVersion", "authentication.k8s.io/v1"}, {"kind", "TokenRequest"}, {"spec", spec}};
  const auto reply = test::client()->raw(
      Context{}, {.method = "POST",
                  .target = kube::resource_path(test::kServiceAccount, ns, account, "token"),
                  .content_type = "application/json",
                  .body = ask.dump()});
  REQUIRE_MESSAGE(reply.ok(), reply.status());
  return Json::parse(reply->body)["status"]["token"];
}

std::string config_for(const std::string& ns, const std::string& server, const std::string& ca_file,
                       const std::string& token_file) {
  return "auth:\n  mode: kubernetes\n  kubernetes: {server: '" + server + "', caFile: " + ca_file +
         ", tokenFile: " + token_file +
         ", cache: 2s}\n  rules:\n    - {subjects: ['system:serviceaccount:" + ns +
         ":writer'], right: write}\n" + "    - {groups: ['system:serviceaccounts:" + ns +
         "'], right: read}\n";
}

}  // namespace

TEST_SUITE_BEGIN("registry token review");

TEST_CASE(
    "tokens of service accounts are judged by the API server, until they end with what they are bound to") {
  const test::Namespace ns;
  const auto kube_config = test::config();
  const Scratch scratch;
  const auto ca_file = kube_config.certificate_authority.file.empty()
                           ? scratch.write("ca.pem", kube_config.certificate_authority.data)
                           : kube_config.certificate_authority.file;
  const auto token_file = scratch.write("token", test::service_account_token(ns.name(), "registry") + "\n");
  for (const char* account : {"writer", "reader"}) (void)test::service_account_token(ns.name(), account);
  const RegistryProgram registry(scratch, config_for(ns.name(), kube_config.server, ca_file, token_file));

  // Without the right to ask, nobody can be judged.
  const auto writer = token_for(ns.name(), "writer", "mcp-registry");
  CHECK(registry.add(writer, "a") == 503);
  const auto ready = Json::parse(registry.send("", "GET", "/ready").body);
  CHECK(ready["authentication"].get<std::string>().find("system:auth-delegator") != std::string::npos);
  const Delegation delegation(ns.name(), "registry");
  CHECK(test::eventually([&] { return registry.add(writer, "a") == 201; }));
  CHECK_FALSE(Json::parse(registry.send("", "GET", "/ready").body).contains("authentication"));

  const auto reader = token_for(ns.name(), "reader", "mcp-registry");
  CHECK(registry.status(reader, "GET", kReviewedTools + "/a") == 200);
  CHECK(registry.add(reader, "b") == 403);
  const auto for_others =
      registry.send(test::service_account_token(ns.name(), "writer"), "GET", kReviewedTools);
  CHECK(for_others.status == 401);
  CHECK(registry.status("made.up.token", "GET", kReviewedTools) == 401);
  CHECK(registry.status("", "GET", kReviewedTools) == 401);

  const auto client = test::client();
  const Json secret = {
      {"apiVersion", "v1"}, {"kind", "Secret"}, {"metadata", {{"namespace", ns.name()}, {"name", "bound"}}}};
  const auto bound_to = client->create(Context{}, test::kSecret, secret);
  REQUIRE_MESSAGE(bound_to.ok(), bound_to.status());
  const auto bound = token_for(ns.name(), "writer", "mcp-registry", &*bound_to);
  CHECK(registry.add(bound, "c") == 201);
  REQUIRE(client->remove(Context{}, test::kSecret, {ns.name(), "bound"}).ok());
  CHECK(test::eventually([&] { return registry.status(bound, "GET", kReviewedTools) == 401; }));
  CHECK(registry.status(writer, "GET", kReviewedTools) == 200);

  // The registry's own token is read again: one that may not ask, then the right one.
  scratch.write("token", test::service_account_token(ns.name(), "reader"));
  CHECK(registry.status(token_for(ns.name(), "reader", "mcp-registry"), "GET", kReviewedTools) == 503);
  scratch.write("token", test::service_account_token(ns.name(), "registry"));
  CHECK(registry.status(token_for(ns.name(), "reader", "mcp-registry"), "GET", kReviewedTools) == 200);
}

TEST_CASE("with the API server away tokens get 503 and a time, and what needs none is served") {
  const Scratch scratch;
  const auto ca_file = scratch.write("ca.pem", test::config().certificate_authority.data);
  const auto server = "https://127.0.0.1:" + std::to_string(registry::test::free_port());
  const RegistryProgram registry(scratch, config_for("any", server, ca_file, scratch.write("token", "t\n")));
  const auto answer = registry.send("some.bearer.token", "GET", kReviewedTools);
  CHECK(answer.status == 503);
  CHECK(answer.headers.at("retry-after") == "1");
  CHECK(answer.body.find("some.bearer.token") == std::string::npos);
  CHECK(registry.status("", "GET", kReviewedTools) == 401);
  CHECK(registry.status("", "GET", "/metrics") == 200);
}

TEST_SUITE_END();
