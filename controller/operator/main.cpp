// toolhive-operator: runs MCP registries on Kubernetes, and keeps what is registered in them true.
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <chrono>
#include <cstdlib>
#include <random>
#include <thread>

#include "controller/base/log.hpp"
#include "controller/http/listener/process.hpp"
#include "controller/kube/client/client.hpp"
#include "controller/kube/config/config.hpp"
#include "controller/operator/labels.hpp"
#include "controller/operator/mcptool/reconciler.hpp"
#include "controller/operator/registry/reconciler.hpp"
#include "controller/operator/registry_access.hpp"
#include "controller/operator/text.hpp"
#include "controller/runtime/manager/manager.hpp"
#include "controller/runtime/serve/endpoints.hpp"

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
  LogLevel log_level = LogLevel::Info;
  int workers = 4;
};

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

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

int fail(const Status& error) {
  log(LogLevel::Error, "the operator ends", {{"error", error.to_string()}});
  return 1;
}

// Fires once on SIGTERM or SIGINT; a second signal ends the process at once.
class SignalStop {
 public:
  // Before any other thread starts: they inherit the blocked signals, so that only this one gets them.
  SignalStop() {
    sigemptyset(&signals_);
    sigaddset(&signals_, SIGTERM);
    sigaddset(&signals_, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
    thread_ = std::jthread([this](std::stop_token done) { run(done); });
  }

  std::stop_token token() const { return source_.get_token(); }

 private:
  void run(const std::stop_token& done) {
    const timespec tick{0, 200'000'000};
    while (!done.stop_requested()) {
      if (sigtimedwait(&signals_, nullptr, &tick) < 0) continue;
      if (source_.stop_requested()) _exit(1);
      log(LogLevel::Info, "stopping");
      source_.request_stop();
    }
  }

  sigset_t signals_{};
  std::stop_source source_;
  std::jthread thread_;
};

// An API server that cannot be reached at all is an error of the configuration more often than an outage: say
// so soon, rather than wait unready for ever.
Status check_reachable(const std::shared_ptr<kube::Transport>& transport, std::stop_token stop) {
  const auto client = kube::make_client(transport);
  const Context ctx = Context{.stop = std::move(stop)}.with_timeout(std::chrono::seconds(15));
  while (true) {
    kube::HttpRequest request;
    request.method = "GET";
    request.target = "/version";
    Status asked = client->raw(ctx.with_timeout(std::chrono::seconds(5)), request).status();
    const bool answered = asked.ok() || asked.code() == Code::Forbidden;
    if (answered) return {};
    const bool hopeless = asked.code() == Code::Unauthorized || asked.code() == Code::Invalid;
    if (hopeless || !sleep_for(ctx.clock, std::chrono::seconds(1), ctx.stop) || ctx.done()) return asked;
  }
}

std::string identity() {
  std::string name = environment("POD_NAME");
  if (name.empty()) {
    char host[256] = {};
    gethostname(host, sizeof host - 1);
    name = host;
  }
  std::random_device random;
  char suffix[16];
  std::snprintf(suffix, sizeof suffix, "_%08x", random());
  return name + suffix;
}

runtime::ManagerOptions manager_options(const Flags& flags, const std::string& ns) {
  runtime::ManagerOptions options;
  options.name = toolhive::kOperatorName;
  options.namespaces = flags.namespaces;
  if (flags.leader_elect) {
    runtime::LeaderElectionOptions election;
    election.ns = flags.leader_election_namespace.empty() ? ns : flags.leader_election_namespace;
    election.lease_name = toolhive::kOperatorName;
    election.identity = identity();
    options.leader_election = election;
  }
  return options;
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

int run(const Flags& flags, std::stop_token stop) {
  auto config = kube::load_config(flags.kubeconfig, flags.context);
  if (!config.ok()) return fail(config.status());
  config->user_agent = std::string(toolhive::kOperatorName) + "/" + TOOLHIVE_VERSION;
  auto made = kube::make_transport(*config);
  if (!made.ok()) return fail(made.status());
  const std::shared_ptr<kube::Transport> transport = std::move(*made);
  // A connection of its own: a busy one must not cost the lease.
  auto lease_transport = kube::make_transport(*config);
  if (!lease_transport.ok()) return fail(lease_transport.status());
  if (const Status reached = check_reachable(transport, stop); !reached.ok()) {
    return stop.stop_requested() ? 0 : fail(reached);
  }

  runtime::Manager manager(transport, std::shared_ptr<kube::Transport>(std::move(*lease_transport)),
                           manager_options(flags, config->ns));
  toolhive::OperatorOptions options;
  options.registry_image = flags.registry_image;
  options.operator_namespace = config->in_cluster ? config->ns : std::string();
  options.namespaces = flags.namespaces;
  options.workers = flags.workers;
  toolhive::RegistryAccess access(config->in_cluster ? nullptr : transport);
  toolhive::RegistryReconciler registries(manager, access, options);
  toolhive::MCPToolReconciler tools(manager, access, options);
  registries.attach();
  tools.attach();

  auto endpoints = runtime::Endpoints::open(endpoint_options(flags, options.operator_namespace),
                                            manager.client(), manager.health(), manager.metrics());
  if (!endpoints.ok()) return fail(endpoints.status());
  log(LogLevel::Info, "started",
      {{"version", TOOLHIVE_VERSION}, {"server", config->server}, {"origin", config->origin}});
  const Status ended = manager.run(stop);
  if (!ended.ok() && !stop.stop_requested()) return fail(ended);
  log(LogLevel::Info, "stopped");
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Runs MCP registries on Kubernetes, and keeps what is registered in them true."};
  app.set_version_flag("--version", TOOLHIVE_VERSION);
  Flags flags;
  declare(app, flags);
  CLI11_PARSE(app, argc, argv);

  const Logging logging(flags.log_level);
  const SignalStop signals;
  http::init_process(1);
  return run(flags, signals.token());
}
