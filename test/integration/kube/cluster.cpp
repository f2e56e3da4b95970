#include "test/integration/kube/cluster.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

using kube::Context;
using kube::Json;

namespace test {

kube::Config config() {
  kube::StatusOr<kube::Config> config = kube::load_config();
  REQUIRE_MESSAGE(config.ok(), config.status());
  return *config;
}

std::shared_ptr<kube::Transport> transport(const kube::Config& config) {
  kube::StatusOr<std::unique_ptr<kube::Transport>> transport = kube::make_transport(config);
  REQUIRE_MESSAGE(transport.ok(), transport.status());
  return *std::move(transport);
}

std::unique_ptr<kube::Client> client(const kube::Config& config) {
  return kube::make_client(transport(config));
}

Namespace::Namespace() {
  const Json document = {
      {"apiVersion", "v1"}, {"kind", "Namespace"}, {"metadata", {{"generateName", "kube-test-"}}}};
  const kube::StatusOr<kube::Object> made = client()->create(Context{}, kNamespace, document);
  REQUIRE_MESSAGE(made.ok(), made.status());
  name_ = made->meta().name;
}

Namespace::~Namespace() {
  const kube::Status removed = client()->remove(Context{}, kNamespace, {"", name_});
  CHECK_MESSAGE(removed.ok(), removed);
}

Json config_map(const std::string& ns, const std::string& name, const std::string& value) {
  return {{"apiVersion", "v1"},
          {"kind", "ConfigMap"},
          {"metadata", {{"namespace", ns}, {"name", name}}},
          {"data", {{"value", value}}}};
}

}  // namespace test
