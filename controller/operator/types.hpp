// The resource types that the operator reads and writes, besides its own (crds/).
#pragma once

#include "controller/kube/object/resource.hpp"

namespace toolhive {

const kube::ResourceType& service_account_type();
const kube::ResourceType& config_map_type();
const kube::ResourceType& secret_type();
const kube::ResourceType& pvc_type();  // PersistentVolumeClaim
const kube::ResourceType& service_type();
const kube::ResourceType& pod_type();
const kube::ResourceType& namespace_type();
const kube::ResourceType& priority_class_type();
const kube::ResourceType& deployment_type();
const kube::ResourceType& job_type();
const kube::ResourceType& network_policy_type();
const kube::ResourceType& disruption_budget_type();
const kube::ResourceType& pod_autoscaler_type();  // HorizontalPodAutoscaler
const kube::ResourceType& route_type();
const kube::ResourceType& certificate_type();          // of cert-manager
const kube::ResourceType& certificate_request_type();  // of cert-manager
const kube::ResourceType& ingress_type();
// Of the Gateway API, as its releases from 1.0 on offer it, and as those before did.
const kube::ResourceType& http_route_type();
const kube::ResourceType& http_route_beta_type();
const kube::ResourceType& gateway_type();
const kube::ResourceType& gateway_beta_type();
// Of CSI drivers and the snapshot controller.
const kube::ResourceType& volume_snapshot_type();
// Of the Prometheus Operator.
const kube::ResourceType& service_monitor_type();
const kube::ResourceType& prometheus_rule_type();
// Offered by OpenShift only, where it assigns users and groups to pods.
const kube::ResourceType& security_context_constraints_type();

}  // namespace toolhive
