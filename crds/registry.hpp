// Registry: the C++ view of registries.mcpregistry.dev; field by field what
// mcpregistry.dev_registries.yaml says, defaults included, so that a document from before a default
// existed reads the same.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "controller/base/status.hpp"
#include "controller/kube/object/field_reader.hpp"
#include "controller/kube/object/label_selector.hpp"
#include "controller/kube/object/resource.hpp"
#include "crds/backup_schedule.hpp"
#include "crds/gateway_ref.hpp"
#include "crds/pod_settings.hpp"
#include "crds/registry_auth.hpp"
#include "crds/registry_restore.hpp"
#include "crds/registry_stores.hpp"
#include "crds/registry_tls.hpp"
#include "crds/registry_upstream.hpp"

namespace toolhive {

// Each type here says of itself which fields it has; that is what reads it, and what a test holds
// against the CRD's schema.
struct RegistrySpec {
  std::string image;  // empty: the operator's default
  std::string image_pull_policy;
  std::vector<std::string> image_pull_secrets;
  std::int64_t replicas = 1;

  struct Storage {
    enum class Type { Filesystem, PostgreSQL };
    Type type = Type::Filesystem;
    std::optional<PostgreSQLSpec> postgresql;
    // The rest is of files.
    std::string size;                // empty: not said
    std::string storage_class_name;  // empty: the cluster's default
    std::vector<std::string> access_modes = {"ReadWriteOnce"};
    std::string existing_claim;
    bool retain = true;
    bool tool_files = true;  // of files: whether each tool is readable in one of its own as well

    bool is_files() const { return type == Type::Filesystem; }

    template <class Fields>
    void describe(const Fields& fields) {
      fields.read_word("type", type, {{"Filesystem", Type::Filesystem}, {"PostgreSQL", Type::PostgreSQL}});
      fields.read("postgresql", postgresql);
      fields.read_quantity("size", size);
      fields.read("storageClassName", storage_class_name);
      fields.read("accessModes", access_modes);
      fields.read("existingClaim", existing_claim);
      fields.read("retain", retain);
      fields.read("toolFiles", tool_files);
    }
  } storage;

  std::optional<RedisSpec> redis;

  // Of the service's own files, as declared; null: its defaults. The schema says what may stand
  // there.
  JsonPtr config;
  JsonPtr server;
  RegistryAuth auth;
  std::optional<RegistryTls> tls;  // absent: plain HTTP inside the cluster
  std::vector<RegistryUpstream> upstreams;

  struct Exposure {
    enum class Type { Auto, Route, Ingress, HTTPRoute, None };
    Type type = Type::Auto;
    std::string host;
    StringMap annotations;
    std::string ingress_class_name;  // empty: the cluster's default
    std::string tls_secret_name;     // of an Ingress; empty: without TLS
    // Of an HTTPRoute.
    std::vector<GatewayRef> parent_refs;
    std::vector<std::string> hostnames;  // empty: those of the listeners
    std::string path_prefix;             // without a slash at its end; empty: the registry is at the root

    template <class Fields>
    void describe(const Fields& fields) {
      fields.read_word("type", type,
                       {{"Auto", Type::Auto},
                        {"Route", Type::Route},
                        {"Ingress", Type::Ingress},
                        {"HTTPRoute", Type::HTTPRoute},
                        {"None", Type::None}});
      fields.read("host", host);
      fields.read("annotations", annotations);
      fields.read("ingressClassName", ingress_class_name);
      fields.read("tlsSecretName", tls_secret_name);
      for (const Fields& parent : fields.objects("parentRefs")) parent_refs.emplace_back().describe(parent);
      fields.read("hostnames", hostnames);
      fields.read("pathPrefix", path_prefix);
    }
  } exposure;

  bool network_policy = true;
  JsonPtr clients;  // peers that may connect besides, as in a NetworkPolicy
  bool disruption_budget = true;
  bool topology_spread = true;

  struct Autoscaling {
    std::int64_t min_replicas = 2;
    std::int64_t max_replicas = 2;
    std::int64_t target_cpu_percentage = 80;          // of what the container requests
    std::optional<std::int64_t> requests_per_second;  // of a pod; absent: they do not count

    template <class Fields>
    void describe(const Fields& fields) {
      fields.read("minReplicas", min_replicas);
      fields.require("maxReplicas");
      fields.read("maxReplicas", max_replicas);
      fields.read("targetCPUUtilizationPercentage", target_cpu_percentage);
      fields.read("requestsPerSecond", requests_per_second);
    }
  };
  std::optional<Autoscaling> autoscaling;  // absent: replicas is the user's alone

  struct Monitoring {
    bool enabled = true;
    StringMap labels;
    std::string client_certificate;  // Secret with Prometheus' certificate; empty: it shows none

    template <class Fields>
    void describe(const Fields& fields) {
      fields.read("enabled", enabled);
      fields.read("labels", labels);
      fields.object("clientCertificateSecretRef").read("name", client_certificate);
    }
  } monitoring;

  struct AllowedNamespaces {
    enum class From { Same, All, Selector };
    From from = From::Same;
    kube::LabelSelector selector;

    template <class Fields>
    void describe(const Fields& fields) {
      fields.read_word("from", from,
                       {{"Same", From::Same}, {"All", From::All}, {"Selector", From::Selector}});
      fields.read("selector", selector);
    }
  } allowed_namespaces;

  // Where MCP servers are looked for, and what is made of those that are found.
  struct Discovery {
    std::vector<std::string> sources = {"Service"};
    AllowedNamespaces namespaces;
    std::vector<std::string> include = {};  // globs of tools; empty: all
    std::vector<std::string> exclude = {};
    std::string contract_mode;  // empty: the MCPTools' own default

    template <class Fields>
    void describe(const Fields& fields) {
      fields.read("sources", sources);
      fields.read("namespaces", namespaces);
      const Fields made = fields.object("template");
      made.object("tools").read("include", include);
      made.object("tools").read("exclude", exclude);
      made.object("contract").read("mode", contract_mode);
    }
  };
  std::optional<Discovery> discovery;  // absent: none

  std::optional<BackupSchedule> backup;
  std::optional<RestoreSpec> restore_from;
  std::optional<Resources> resources;
  PodTemplate pod_template;

  template <class Fields>
  void describe(const Fields& fields) {
    fields.read("image", image);
    fields.read("imagePullPolicy", image_pull_policy);
    for (const Fields& secret : fields.objects("imagePullSecrets")) {
      secret.require("name");
      secret.read("name", image_pull_secrets.emplace_back());
    }
    fields.read("replicas", replicas);
    fields.read("storage", storage);
    fields.object("cache").read("redis", redis);
    fields.read_object("config", config);
    fields.read_object("server", server);
    fields.read_object("auth", auth.declared);
    fields.read("auth", auth);
    fields.read("tls", tls);
    for (const Fields& upstream : fields.objects("upstreams")) upstreams.emplace_back().describe(upstream);
    fields.read("exposure", exposure);
    fields.object("networkPolicy").read("enabled", network_policy);
    fields.object("networkPolicy").read("from", clients);
    const Fields availability = fields.object("availability");
    availability.object("disruptionBudget").read("enabled", disruption_budget);
    availability.object("topologySpread").read("enabled", topology_spread);
    availability.read("autoscaling", autoscaling);
    fields.read("monitoring", monitoring);
    fields.read("allowedNamespaces", allowed_namespaces);
    fields.read("discovery", discovery);
    fields.read("backup", backup);
    fields.read("restoreFrom", restore_from);
    fields.read("resources", resources);
    fields.read("podTemplate", pod_template);
  }
};

struct Registry {
  RegistrySpec spec;

  // Invalid and terminal, with the field's path, when a field does not fit.
  static StatusOr<Registry> from_text(std::string_view document);
};

const kube::ResourceType& registry_type();

}  // namespace toolhive

template <>
struct toolhive::kube::Resource<toolhive::Registry> {
  static const ResourceType& type() { return toolhive::registry_type(); }
  static StatusOr<toolhive::Registry> from_text(std::string_view document) {
    return toolhive::Registry::from_text(document);
  }
};
