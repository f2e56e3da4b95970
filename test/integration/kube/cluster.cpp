#include "test/integration/kube/cluster.hpp"

#include <doctest/doctest.h>
#include <openssl/crypto.h>

#include <future>
#include <nlohmann/json.hpp>

#include "controller/base/base64.hpp"
#include "controller/kube/transport/runtime.hpp"

using namespace toolhive;

namespace toolhive::test {

namespace {

// cpprestsdk's thread lives until the process ends, when OpenSSL no longer finds what it keeps for
// it: a leak, to those who look for leaks. Made after both, this goes before them.
struct PoolThreadState {
  ~PoolThreadState() {
    std::promise<void> freed;
    kube::run_on_pool([&freed] {
      OPENSSL_thread_stop();
      freed.set_value();
    });
    freed.get_future().wait();
  }
};

}  // namespace

kube::Config config() {
  StatusOr<kube::Config> config = kube::load_config();
  REQUIRE_MESSAGE(config.ok(), config.status());
  return *config;
}

std::shared_ptr<kube::Transport> transport(const kube::Config& config) {
  StatusOr<std::unique_ptr<kube::Transport>> transport = kube::make_transport(config);
  REQUIRE_MESSAGE(transport.ok(), transport.status());
  static const PoolThreadState freed_at_the_end;
  return *std::move(transport);
}

std::unique_ptr<kube::Client> client(const kube::Config& config) {
  return kube::make_client(transport(config));
}

std::string kubeconfig(const Json& user, const std::string& ns) {
  const kube::Config admins = config();
  Json cluster = {{"server", admins.server}};
  if (admins.certificate_authority.file.empty()) {
    cluster["certificate-authority-data"] = encode_base64(admins.certificate_authority.data);
  } else {
    cluster["certificate-authority"] = admins.certificate_authority.file;
  }
  const Json context = {{"cluster", "c"}, {"user", "u"}, {"namespace", ns}};
  return Json{{"apiVersion", "v1"},
              {"kind", "Config"},
              {"current-context", "c"},
              {"contexts", Json::array({{{"name", "c"}, {"context", context}}})},
              {"clusters", Json::array({{{"name", "c"}, {"cluster", cluster}}})},
              {"users", Json::array({{{"name", "u"}, {"user", user}}})}}
      .dump();
}

Namespace::Namespace() {
  const Json document = {
      {"apiVersion", "v1"}, {"kind", "Namespace"}, {"metadata", {{"generateName", "kube-test-"}}}};
  const StatusOr<kube::Object> made = client()->create(Context{}, kNamespace, document);
  REQUIRE_MESSAGE(made.ok(), made.status());
  name_ = made->meta().name;
}

Namespace::~Namespace() {
  const Status removed = client()->remove(Context{}, kNamespace, {"", name_});
  CHECK_MESSAGE(removed.ok(), removed);
}

CustomResource::CustomResource() {
  const std::string group =
      std::to_string(std::chrono::system_clock::now().time_since_epoch().count()).append(".test.dev");
  type_ = {std::string("t").append(group), "v1", "Widget", "widgets"};
  const Json schema = {{"type", "object"}, {"x-kubernetes-preserve-unknown-fields", true}};
  const Json definition = {{"metadata", {{"name", std::string("widgets.").append(type_.group)}}},
                           {"spec",
                            {{"group", type_.group},
                             {"scope", "Namespaced"},
                             {"names", {{"plural", "widgets"}, {"singular", "widget"}, {"kind", "Widget"}}},
                             {"versions", Json::array({{{"name", "v1"},
                                                        {"served", true},
                                                        {"storage", true},
                                                        {"schema", {{"openAPIV3Schema", schema}}}}})}}}};
  const auto client = test::client();
  const StatusOr<kube::Object> made = client->apply(Context{}, kDefinition, definition);
  REQUIRE_MESSAGE(made.ok(), made.status());
  const Context limit = Context{}.with_timeout(std::chrono::seconds(20));
  while (client->list(limit, type_, {.ns = "default"}).status().code() == Code::NotFound)
    REQUIRE(sleep_for(limit.clock, std::chrono::milliseconds(20), {}));
}

CustomResource::~CustomResource() {
  const Status removed =
      client()->remove(Context{}, kDefinition, {"", std::string("widgets.").append(type_.group)});
  CHECK_MESSAGE(removed.ok(), removed);
}

std::string service_account_token(const std::string& ns, const std::string& name) {
  const auto client = test::client();
  const Json account = {{"metadata", {{"namespace", ns}, {"name", name}}}};
  const StatusOr<kube::Object> made = client->apply(Context{}, kServiceAccount, account);
  REQUIRE_MESSAGE(made.ok(), made.status());
  const Json ask = {
      {"apiVersion", "authentication.k8s.io/v1"}, {"kind", "TokenRequest"}, {"spec", Json::object()}};
  const StatusOr<kube::HttpResponse> reply =
      client->raw(Context{}, {.method = "POST",
                              .target = kube::resource_path(kServiceAccount, ns, name, "token"),
                              .content_type = "application/json",
                              .body = ask.dump()});
  REQUIRE_MESSAGE(reply.ok(), reply.status());
  return Json::parse(reply->body)["status"]["token"];
}

bool eventually(const std::function<bool()>& condition) {
  const Context limit = Context{}.with_timeout(std::chrono::seconds(30));
  while (!condition())
    if (limit.done() || !sleep_for(limit.clock, std::chrono::milliseconds(20), {})) return false;
  return true;
}

Json config_map(const std::string& ns, const std::string& name, const std::string& value) {
  return {{"apiVersion", "v1"},
          {"kind", "ConfigMap"},
          {"metadata", {{"namespace", ns}, {"name", name}}},
          {"data", {{"value", value}}}};
}

}  // namespace toolhive::test
