// toolhive-operator: runs MCP registries on Kubernetes, and keeps what is registered in them true.
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "controller/base/log.hpp"
#include "controller/kube/config/config.hpp"
#include "controller/kube/transport/transport.hpp"
#include "controller/operator/backup/reconciler.hpp"
#include "controller/operator/config_map_value.hpp"
#include "controller/operator/discovery/reconciler.hpp"
#include "controller/operator/identity/operator_identity.hpp"
#include "controller/operator/labels.hpp"
#include "controller/operator/mcptool/reconciler.hpp"
#include "controller/operator/registry/reconciler.hpp"
#include "controller/operator/registry_access.hpp"
#include "controller/operator/server/addresses.hpp"
#include "controller/operator/server/prober.hpp"
#include "controller/operator/text.hpp"
#include "controller/runtime/manager/manager.hpp"
#include "controller/runtime/manager/process.hpp"

using namespace toolhive;

namespace {

struct Flags {
  std::string kubeconfig;
  std::string context;
  std::vector<std::string> namespaces;
  bool leader_elect = false;
  std::string leader_election_namespace;
  std::string health_address = ":8081";
  std::string metrics_address;
  bool metrics_insecure = false;
  std::string metrics_cert_dir;
  std::string registry_image;
  std::string bridge_image;
  std::vector<std::string> server_allow;
  std::vector<std::string> server_deny;
  LogLevel log_level = LogLevel::Info;
  int workers = 4;
};

// An empty name would stand for all namespaces, and one with blanks for none.
std::string check_namespace(const std::string& name) {
  return toolhive::is_dns_label(name) ? "" : "\"" + name + "\" is not the name of a namespace";
}

void declare(CLI::App& app, Flags& flags) {
  app.add_option("--kubeconfig", flags.kubeconfig,
                 "Kubeconfig file; else $KUBECONFIG, the pod's service account, ~/.kube/config");
  app.add_option("--context", flags.context, "Context of the kubeconfig; else its current one");
  app.add_option("--namespaces", flags.namespaces, "Namespaces to look after, comma-separated; else all")
      ->delimiter(',')
      ->check(check_namespace)
      ->envname("WATCH_NAMESPACE");
  app.add_flag("--leader-elect", flags.leader_elect, "Act only while holding the lease toolhive-operator");
  app.add_option("--leader-election-namespace", flags.leader_election_namespace,
                 "Namespace of the lease; else the pod's, or the context's");
  app.add_option("--health-address", flags.health_address,
                 "host:port of /healthz and /readyz; empty serves neither")
      ->capture_default_str();
  app.add_option("--metrics-address", flags.metrics_address,
                 "host:port of /metrics, over TLS for those who may get it; empty serves none");
  app.add_flag("--metrics-insecure", flags.metrics_insecure,
               "Serve /metrics over plain HTTP, without authentication: use a loopback address");
  app.add_option("--metrics-cert-dir", flags.metrics_cert_dir,
                 "Directory with tls.crt and tls.key for /metrics; while it holds neither, a self-signed "
                 "certificate is used");
  app.add_option("--registry-image", flags.registry_image, "Image of a Registry that names none")
      ->envname("RELATED_IMAGE_REGISTRY");
  app.add_option("--server-allow", flags.server_allow,
                 "Addresses that servers of MCPTools may have besides those that they may have anyway, as "
                 "comma-separated CIDR blocks")
      ->delimiter(',');
  app.add_option("--server-deny", flags.server_deny,
                 "Addresses that they may not have, even where they are allowed; the API server's own is "
                 "always one")
      ->delimiter(',');
  app.add_option("--bridge-image", flags.bridge_image,
                 "Image that has mcp-bridge, for servers that speak over stdio")
      ->envname("RELATED_IMAGE_BRIDGE");
  app.add_option("--log-level", flags.log_level, "debug, info, warn or error")
      ->transform(CLI::CheckedTransformer(std::map<std::string, LogLevel>{{"debug", LogLevel::Debug},
                                                                          {"info", LogLevel::Info},
                                                                          {"warn", LogLevel::Warn},
                                                                          {"error", LogLevel::Error}},
                                          CLI::ignore_case));
  app.add_option("--workers", flags.workers, "Resources of a kind that are worked on at one time")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
}

runtime::EndpointOptions endpoint_options(const Flags& flags, const std::string& ns) {
  runtime::EndpointOptions options;
  options.health_address = flags.health_address;
  options.metrics_address = flags.metrics_address;
  options.metrics_secure = !flags.metrics_insecure;
  options.certificate_directory = flags.metrics_cert_dir;
  if (!ns.empty()) {
    const std::string service = std::string(toolhive::kOperatorName) + "." + ns + ".svc";
    options.certificate_names = {service, service + ".cluster.local", "localhost"};
  }
  return options;
}

runtime::ManagerOptions manager_options(const Flags& flags, const std::string& ns) {
  runtime::ManagerOptions options;
  options.name = toolhive::kOperatorName;
  options.owner_label = toolhive::kOwnerLabel;
  options.namespaces = flags.namespaces;
  if (flags.leader_elect) options.leader_election.emplace().ns = flags.leader_election_namespace;
  options.endpoints = endpoint_options(flags, ns);
  return options;
}

// How registries are reached: outside the cluster through the API server, on connections apart from
// the rest.
StatusOr<std::shared_ptr<kube::Transport>> way_to_registries(const kube::Config& config) {
  if (config.in_cluster) return std::shared_ptr<kube::Transport>();
  auto transport = kube::make_transport(config);
  if (!transport.ok()) return transport.status();
  return std::shared_ptr<kube::Transport>(*std::move(transport));
}

StatusOr<toolhive::ProberOptions> prober_options(const Flags& flags, const kube::Config& config) {
  auto addresses = toolhive::server_addresses(config.server, flags.server_allow, flags.server_deny);
  if (!addresses.ok()) return addresses.status();
  toolhive::ProberOptions options;
  options.addresses = *std::move(addresses);
  if (config.in_cluster) options.reader = config.ns + ":" + toolhive::kOperatorName;
  return options;
}

int run(const Flags& flags, const std::stop_token& stop) {
  auto config = kube::load_config(flags.kubeconfig, flags.context);
  if (!config.ok()) return runtime::exit_code(config.status());
  config->user_agent = std::string(toolhive::kOperatorName) + "/" + TOOLHIVE_VERSION;
  const auto way = way_to_registries(*config);
  if (!way.ok()) return runtime::exit_code(way.status());
  const auto probing = prober_options(flags, *config);
  if (!probing.ok()) return runtime::exit_code(probing.status());

  toolhive::OperatorOptions options;
  options.registry_image = flags.registry_image;
  options.bridge_image = flags.bridge_image;
  options.operator_namespace = config->in_cluster ? config->ns : std::string();
  options.namespaces = flags.namespaces;
  options.workers = flags.workers;
  runtime::Manager manager(*config, manager_options(flags, options.operator_namespace));
  toolhive::OperatorIdentity identity(manager.client(), config->ns);
  manager.add_leader_work("identity", [&identity](const Context& ctx) { identity.hand_over(ctx); });
  toolhive::RegistryAccess access(
      *way,
      [&identity](const Context& ctx, const std::string& audience) { return identity.token(ctx, audience); },
      [&manager](const Context& ctx, const kube::Key& config_map, const std::string& key) {
        return toolhive::config_map_value(ctx, manager.client(), config_map, key);
      },
      [&identity](const Context& ctx) { return identity.client_certificate(ctx); });
  toolhive::DiscoveryReports discoveries;
  toolhive::RegistryReconciler registries(manager, access, identity, options, &discoveries);
  const runtime::ControllerHandle registry_controller = registries.attach();
  toolhive::Prober prober(manager.client(), manager.metrics(), manager.clock(), *probing);
  toolhive::MCPToolReconciler tools(manager, access, prober, options, registry_controller);
  tools.attach();
  toolhive::DiscoveryReconciler discovery(manager, discoveries, options, registry_controller);
  discovery.attach();
  toolhive::BackupReconciler backups(manager, options);
  backups.attach();
  log(LogLevel::Info, "starting",
      {{"version", TOOLHIVE_VERSION}, {"server", config->server}, {"origin", config->origin}});
  return runtime::exit_code(manager.run(stop));
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Runs MCP registries on Kubernetes, and keeps what is registered in them true."};
  app.set_version_flag("--version", TOOLHIVE_VERSION);
  Flags flags;
  declare(app, flags);
  CLI11_PARSE(app, argc, argv);

  const Logging logging(flags.log_level);
  return run(flags, runtime::stop_on_signals());
}
