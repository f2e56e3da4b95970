// The resources that the scenarios are about, and a registry's own HTTP.
#pragma once

#include <array>
#include <nlohmann/json.hpp>
#include <string>

#include "controller/kube/client/client.hpp"

namespace toolhive::faults {

inline const kube::ResourceType kRegistry{"mcpregistry.dev", "v1alpha1", "Registry", "registries"};
inline const kube::ResourceType kMcpTool{"mcpregistry.dev", "v1alpha1", "MCPTool", "mcptools"};
inline const kube::ResourceType kRegistryBackup{"mcpregistry.dev", "v1alpha1", "RegistryBackup",
                                                "registrybackups"};
inline const kube::ResourceType kSecret{"", "v1", "Secret", "secrets"};
inline const kube::ResourceType kServiceAccount{"", "v1", "ServiceAccount", "serviceaccounts"};
inline const kube::ResourceType kConfigMap{"", "v1", "ConfigMap", "configmaps"};
inline const kube::ResourceType kService{"", "v1", "Service", "services"};
inline const kube::ResourceType kClaim{"", "v1", "PersistentVolumeClaim", "persistentvolumeclaims"};
inline const kube::ResourceType kPod{"", "v1", "Pod", "pods"};
inline const kube::ResourceType kDeployment{"apps", "v1", "Deployment", "deployments"};
inline const kube::ResourceType kReplicaSet{"apps", "v1", "ReplicaSet", "replicasets"};
inline const kube::ResourceType kNetworkPolicy{"networking.k8s.io", "v1", "NetworkPolicy", "networkpolicies"};
inline const kube::ResourceType kDisruptionBudget{"policy", "v1", "PodDisruptionBudget",
                                                  "poddisruptionbudgets"};
inline const kube::ResourceType kIngress{"networking.k8s.io", "v1", "Ingress", "ingresses"};
inline const kube::ResourceType kAutoscaler{"autoscaling", "v2", "HorizontalPodAutoscaler",
                                            "horizontalpodautoscalers"};
inline const kube::ResourceType kJob{"batch", "v1", "Job", "jobs"};
inline const kube::ResourceType kServiceMonitor{"monitoring.coreos.com", "v1", "ServiceMonitor",
                                                "servicemonitors"};
inline const kube::ResourceType kPrometheusRule{"monitoring.coreos.com", "v1", "PrometheusRule",
                                                "prometheusrules"};
inline const kube::ResourceType kNamespace{"", "v1", "Namespace", "namespaces", kube::Scope::Cluster};

inline const std::array<const kube::ResourceType*, 17> kEndStateTypes = {
    &kRegistry, &kMcpTool,    &kRegistryBackup,   &kServiceAccount, &kConfigMap,     &kService,
    &kClaim,    &kPod,        &kDeployment,       &kReplicaSet,     &kJob,           &kNetworkPolicy,
    &kIngress,  &kAutoscaler, &kDisruptionBudget, &kServiceMonitor, &kPrometheusRule};

// What a registry answers through the API server's proxy of its Service. `body` null when it is not
// JSON.
struct Answer {
  int status = 0;
  Json body;
};
Answer ask_registry(kube::Client& client, const std::string& ns, const std::string& registry,
                    const std::string& path);
// The same for POST, of a document.
Answer tell_registry(kube::Client& client, const std::string& ns, const std::string& registry,
                     const std::string& path, const Json& document);

// The condition of the current generation; status "" when there is none.
struct ConditionView {
  std::string status;
  std::string reason;
  std::string message;
};
ConditionView condition(const Json& object, const std::string& type);

}  // namespace toolhive::faults
