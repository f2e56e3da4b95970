#include "controller/operator/types.hpp"

namespace toolhive {

using kube::ResourceType;
using kube::Scope;

const ResourceType& service_account_type() {
  static const ResourceType type{"", "v1", "ServiceAccount", "serviceaccounts", Scope::Namespaced};
  return type;
}

const ResourceType& config_map_type() {
  static const ResourceType type{"", "v1", "ConfigMap", "configmaps", Scope::Namespaced};
  return type;
}

const ResourceType& secret_type() {
  static const ResourceType type{"", "v1", "Secret", "secrets", Scope::Namespaced};
  return type;
}

const ResourceType& pvc_type() {
  static const ResourceType type{"", "v1", "PersistentVolumeClaim", "persistentvolumeclaims",
                                 Scope::Namespaced};
  return type;
}

const ResourceType& service_type() {
  static const ResourceType type{"", "v1", "Service", "services", Scope::Namespaced};
  return type;
}

const ResourceType& pod_type() {
  static const ResourceType type{"", "v1", "Pod", "pods", Scope::Namespaced};
  return type;
}

const ResourceType& namespace_type() {
  static const ResourceType type{"", "v1", "Namespace", "namespaces", Scope::Cluster};
  return type;
}

const ResourceType& priority_class_type() {
  static const ResourceType type{"scheduling.k8s.io", "v1", "PriorityClass", "priorityclasses",
                                 Scope::Cluster};
  return type;
}

const ResourceType& deployment_type() {
  static const ResourceType type{"apps", "v1", "Deployment", "deployments", Scope::Namespaced};
  return type;
}

const ResourceType& job_type() {
  static const ResourceType type{"batch", "v1", "Job", "jobs", Scope::Namespaced};
  return type;
}

const ResourceType& network_policy_type() {
  static const ResourceType type{"networking.k8s.io", "v1", "NetworkPolicy", "networkpolicies",
                                 Scope::Namespaced};
  return type;
}

const ResourceType& disruption_budget_type() {
  static const ResourceType type{"policy", "v1", "PodDisruptionBudget", "poddisruptionbudgets",
                                 Scope::Namespaced};
  return type;
}

const ResourceType& pod_autoscaler_type() {
  static const ResourceType type{"autoscaling", "v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers",
                                 Scope::Namespaced};
  return type;
}

const ResourceType& service_monitor_type() {
  static const ResourceType type{"monitoring.coreos.com", "v1", "ServiceMonitor", "servicemonitors",
                                 Scope::Namespaced};
  return type;
}

const ResourceType& prometheus_rule_type() {
  static const ResourceType type{"monitoring.coreos.com", "v1", "PrometheusRule", "prometheusrules",
                                 Scope::Namespaced};
  return type;
}

const ResourceType& route_type() {
  static const ResourceType type{"route.openshift.io", "v1", "Route", "routes", Scope::Namespaced};
  return type;
}

const ResourceType& certificate_type() {
  static const ResourceType type{"cert-manager.io", "v1", "Certificate", "certificates", Scope::Namespaced};
  return type;
}

const ResourceType& certificate_request_type() {
  static const ResourceType type{"cert-manager.io", "v1", "CertificateRequest", "certificaterequests",
                                 Scope::Namespaced};
  return type;
}

const ResourceType& ingress_type() {
  static const ResourceType type{"networking.k8s.io", "v1", "Ingress", "ingresses", Scope::Namespaced};
  return type;
}

const ResourceType& http_route_type() {
  static const ResourceType type{"gateway.networking.k8s.io", "v1", "HTTPRoute", "httproutes",
                                 Scope::Namespaced};
  return type;
}

const ResourceType& http_route_beta_type() {
  static const ResourceType type{"gateway.networking.k8s.io", "v1beta1", "HTTPRoute", "httproutes",
                                 Scope::Namespaced};
  return type;
}

const ResourceType& gateway_type() {
  static const ResourceType type{"gateway.networking.k8s.io", "v1", "Gateway", "gateways", Scope::Namespaced};
  return type;
}

const ResourceType& gateway_beta_type() {
  static const ResourceType type{"gateway.networking.k8s.io", "v1beta1", "Gateway", "gateways",
                                 Scope::Namespaced};
  return type;
}

const ResourceType& volume_snapshot_type() {
  static const ResourceType type{"snapshot.storage.k8s.io", "v1", "VolumeSnapshot", "volumesnapshots",
                                 Scope::Namespaced};
  return type;
}

const ResourceType& security_context_constraints_type() {
  static const ResourceType type{"security.openshift.io", "v1", "SecurityContextConstraints",
                                 "securitycontextconstraints", Scope::Cluster};
  return type;
}

}  // namespace toolhive
