// What the tests of the kube library share: a client of the cluster that $KUBECONFIG names.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "controller/base/json.hpp"
#include "controller/kube/client/client.hpp"
#include "controller/kube/config/config.hpp"

namespace toolhive::test {

inline const kube::ResourceType kConfigMap{"", "v1", "ConfigMap", "configmaps"};
inline const kube::ResourceType kSecret{"", "v1", "Secret", "secrets"};
inline const kube::ResourceType kNamespace{"", "v1", "Namespace", "namespaces", kube::Scope::Cluster};
inline const kube::ResourceType kDeployment{"apps", "v1", "Deployment", "deployments"};
inline const kube::ResourceType kDefinition{"apiextensions.k8s.io", "v1", "CustomResourceDefinition",
                                            "customresourcedefinitions", kube::Scope::Cluster};
inline const kube::ResourceType kServiceAccount{"", "v1", "ServiceAccount", "serviceaccounts"};

kube::Config config();
std::shared_ptr<kube::Transport> transport(const kube::Config& config);
std::unique_ptr<kube::Client> client(const kube::Config& config = test::config());

// A kubeconfig, in JSON, for the same cluster and the namespace `ns`; `user` is what it says of who
// asks, such as a token.
std::string kubeconfig(const Json& user, const std::string& ns = "default");

// A namespace of its own for one test, deleted at the end.
class Namespace {
 public:
  Namespace();
  ~Namespace();
  Namespace(const Namespace&) = delete;
  Namespace& operator=(const Namespace&) = delete;
  const std::string& name() const { return name_; }

 private:
  std::string name_;
};

// A resource defined for one test: `widgets` of a group of its own, with any spec.
class CustomResource {
 public:
  CustomResource();
  ~CustomResource();
  CustomResource(const CustomResource&) = delete;
  CustomResource& operator=(const CustomResource&) = delete;
  const kube::ResourceType& type() const { return type_; }

 private:
  kube::ResourceType type_;
};

// A token of the service account `name`, which is made if it does not exist and may do nothing.
std::string service_account_token(const std::string& ns, const std::string& name);

// Asks again until it holds; false when it does not within 30 s.
bool eventually(const std::function<bool()>& condition);

Json config_map(const std::string& ns, const std::string& name, const std::string& value);

}  // namespace toolhive::test
