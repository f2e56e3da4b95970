#include <doctest/doctest.h>

#include "controller/kube/config/config.hpp"
#include "controller/kube/config/in_cluster.hpp"
#include "test/unit/kube/temporary_folder.hpp"

using namespace toolhive;

using kube::Config;
using test::TemporaryFolder;

namespace {

constexpr const char* kComplete = R"(apiVersion: v1
kind: Config
current-context: main
unknown-field: {is: ignored}
clusters:
- name: c1
  cluster: {server: "https://one:6443", certificate-authority: pki/ca.crt, tls-server-name: api}
- name: c2
  cluster: {server: "https://two:6443", insecure-skip-tls-verify: true, proxy-url: "http://proxy:3128"}
users:
- name: u1
  user: {client-certificate-data: Y2VydA==, client-key-data: a2V5}
- name: u2
  user: {token: secret, as: jane, as-groups: [a, b], as-user-extra: {reason: [x, y]}}
- name: u3
  user:
    exec:
      apiVersion: client.authentication.k8s.io/v1
      command: bin/login
      args: [get, token]
      env: [{name: A, value: b}]
      installHint: install it
contexts:
- name: main
  context: {cluster: c1, user: u1, namespace: shop}
- name: other
  context: {cluster: c2, user: u2}
- name: plugin
  context: {cluster: c1, user: u3}
- name: nobody
  context: {cluster: c1}
)";

Config load(const std::string& path, const std::string& context = {}) {
  const StatusOr<Config> config = kube::load_kubeconfig({path}, context);
  REQUIRE_MESSAGE(config.ok(), config.status());
  return *config;
}

std::string refusal(const std::string& text) {
  const TemporaryFolder folder;
  const StatusOr<Config> config = kube::load_kubeconfig({folder.write("config", text)});
  CHECK(config.status().code() == Code::Invalid);
  std::string message = config.status().message();
  // The folder's name differs each time.
  const std::string name = folder.path("config");
  for (std::size_t at = message.find(name); at != std::string::npos; at = message.find(name))
    message.replace(at, name.size(), "FILE");
  return message;
}

// A file whose only context is made of these two.
std::string file(const std::string& cluster, const std::string& user) {
  return "current-context: x\ncontexts: [{name: x, context: {cluster: x, user: x}}]\nclusters: [{name: x, "
         "cluster: " +
         cluster + "}]\nusers: [{name: x, user: " + user + "}]\n";
}

const std::string kServer = "{server: 'https://x'}";

}  // namespace

TEST_CASE("the current context is taken, or the one that is asked for") {
  const TemporaryFolder folder;
  const std::string path = folder.write("config", kComplete);
  const Config main = load(path);
  CHECK(main.server == "https://one:6443");
  CHECK(main.certificate_authority.file == folder.path("pki/ca.crt"));
  CHECK(main.tls_server_name == "api");
  CHECK(main.client_certificate.data == "cert");
  CHECK(main.client_key.data == "key");
  CHECK(main.ns == "shop");
  CHECK(main.origin == path + " (context \"main\")");

  const Config other = load(path, "other");
  CHECK(other.server == "https://two:6443");
  CHECK(other.insecure_skip_tls_verify);
  CHECK(other.proxy_url == "http://proxy:3128");
  CHECK(other.token == "secret");
  CHECK(other.impersonate_user == "jane");
  CHECK(other.impersonate_groups == std::vector<std::string>{"a", "b"});
  CHECK(other.impersonate_extra.at("reason") == std::vector<std::string>{"x", "y"});
  CHECK(other.ns == "default");

  const Config plugin = load(path, "plugin");
  REQUIRE(plugin.exec);
  CHECK(plugin.exec->command == "bin/login");
  CHECK(plugin.exec->args == std::vector<std::string>{"get", "token"});
  CHECK(plugin.exec->env.at("A") == "b");
  CHECK(plugin.exec->install_hint == "install it");

  CHECK(load(path, "nobody").token.empty());
}

TEST_CASE("of several files the first that has a value wins, and missing ones are skipped") {
  const TemporaryFolder folder;
  const std::string first = folder.write(
      "a", "current-context: main\nclusters: [{name: c1, cluster: {server: 'https://first'}}]\n");
  const std::string second = folder.write("b", kComplete);
  const StatusOr<Config> config = kube::load_kubeconfig({folder.path("none"), first, second});
  REQUIRE_MESSAGE(config.ok(), config.status());
  CHECK(config->server == "https://first");
  CHECK(config->client_certificate.data == "cert");
  const Status none = kube::load_kubeconfig({folder.path("x"), folder.path("y")}).status();
  CHECK(none.code() == Code::NotFound);
  CHECK(none.message().find(folder.path("y")) != std::string::npos);
}

TEST_CASE("what is wrong is named by file, entry and field") {
  CHECK(refusal("[1, 2]") == "FILE: is not a kubeconfig: its top level must be a mapping");
  CHECK(refusal("a: [").starts_with("FILE: line 1, column "));
  CHECK(refusal("clusters: []\n---\n, a").starts_with("FILE: line 3: a character that begins no value"));
  CHECK(refusal("clusters: []\n---\nusers: []").starts_with("FILE: line 3: another YAML document begins"));
  CHECK(refusal("clusters: []") == "FILE: current-context is not set; set it, or choose a context");
  CHECK(refusal("current-context: x") == "FILE: there is no context \"x\"");
  CHECK(refusal("current-context: x\ncontexts: 7") == "FILE.contexts: must be a list");
  CHECK(refusal("current-context: x\ncontexts: [{name: x}]") == "FILE: contexts[\"x\"]: has no context");
  CHECK(refusal("current-context: x\ncontexts: [{name: x, context: {cluster: y}}]") ==
        "FILE: contexts[\"x\"].cluster: there is no cluster \"y\"");
  CHECK(refusal(file("{server: ''}", "{}")) ==
        "FILE: clusters[\"x\"].server: must be the URL of the API server");
  CHECK(refusal(file("{server: 'x:6443'}", "{}"))
            .starts_with("FILE: clusters[\"x\"].server: must begin with https://"));
  CHECK(refusal(file("{server: 'https://x', certificate-authority-data: '***'}", "{}")) ==
        "FILE: clusters[\"x\"].certificate-authority-data: is not base64");
  CHECK(refusal(file("{server: 'https://x', insecure-skip-tls-verify: maybe}", "{}")) ==
        "FILE: clusters[\"x\"].insecure-skip-tls-verify: must be true or false");
  CHECK(refusal(file(kServer, "{token: [1]}")) == "FILE: users[\"x\"].token: must be a string");
  CHECK(refusal(file(kServer, "{client-certificate-data: eA==}")) ==
        "FILE: users[\"x\"].client-key: is missing: a client certificate and its key come together");
  CHECK(refusal(file(kServer, "{as-groups: [a]}")).starts_with("FILE: users[\"x\"].as: must be set"));
  CHECK(refusal(file(kServer, "{auth-provider: {name: gcp}}")).find("use an exec plugin") !=
        std::string::npos);
  CHECK(refusal(file(kServer, "{username: a, password: b}")).find("basic authentication") !=
        std::string::npos);
  CHECK(refusal(file(kServer, "{exec: {apiVersion: client.authentication.k8s.io/v1alpha1, command: x}}"))
            .find("exec.apiVersion") != std::string::npos);
  CHECK(refusal(file(kServer, "{exec: {apiVersion: client.authentication.k8s.io/v1}}"))
            .find("exec.command: must name a program") != std::string::npos);
}

TEST_CASE("a secret never shows in an error") {
  CHECK(refusal(file(kServer, "{token: hunter2, client-key-data: '%hunter2'}")).find("hunter2") ==
        std::string::npos);
}

TEST_CASE("the service account of a pod is found, and a missing one is explained") {
  const TemporaryFolder folder;
  CHECK(kube::in_cluster_config(folder.path(""), "", "").status().code() == Code::NotFound);
  const Status missing = kube::in_cluster_config(folder.path(""), "10.0.0.1", "443").status();
  CHECK(missing.code() == Code::NotFound);
  CHECK(missing.message().find("automountServiceAccountToken") != std::string::npos);
  folder.write("token", "t");
  folder.write("ca.crt", "c");
  folder.write("namespace", "shop\n");
  const StatusOr<Config> config = kube::in_cluster_config(folder.path(""), "fd00::1", "443");
  REQUIRE_MESSAGE(config.ok(), config.status());
  CHECK(config->server == "https://[fd00::1]:443");
  CHECK(config->ns == "shop");
  CHECK(config->in_cluster);
  CHECK(config->token.empty());
}
