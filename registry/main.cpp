// mcp-registry: serves MCP tool definitions over HTTP, out of files or a PostgreSQL database.
#include <pthread.h>
#include <signal.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include "controller/base/bounded_executor.hpp"
#include "controller/base/log.hpp"
#include "controller/http/listener/process.hpp"
#include "registry/api/api.hpp"
#include "registry/api/endpoint.hpp"
#include "registry/api/forwarder.hpp"
#include "registry/api/guard.hpp"
#include "registry/backup_arguments.hpp"
#include "registry/commands.hpp"
#include "registry/config/config.hpp"
#include "registry/import_socket.hpp"
#include "registry/metrics/metrics.hpp"
#include "registry/move_command.hpp"
#include "registry/server.hpp"
#include "registry/store/open/open.hpp"
#include "registry/store/writer_lookup.hpp"
#include "registry/upstream/upstreams.hpp"

using namespace toolhive;

namespace {

// More would wait longer than their clients do: each may take a second.
constexpr std::size_t kLongRequestsWaiting = 64;

constexpr int kWrongUsage = 2;

int fail(const registry::Error& error) {
  log(LogLevel::Error, error.field.empty() ? error.detail : error.field + ": " + error.detail);
  return 1;
}

std::string count(std::size_t number) {
  return std::to_string(number);
}

// Opens the store; waits for a database that is not there yet, which is no reason to be restarted.
// Null when a signal came first.
registry::Result<std::unique_ptr<registry::Store>> open_when_reachable(const registry::Config& config,
                                                                       registry::Metrics& metrics,
                                                                       const sigset_t& signals, int& signal) {
  registry::StoreEvents events;
  events.notice = [](bool urgent, std::string_view text) {
    log(urgent ? LogLevel::Error : LogLevel::Info, text);
  };
  events.committed = [&metrics](std::size_t records, std::chrono::nanoseconds time) {
    metrics.committed(records, time);
  };
  std::string told;
  for (timespec pause{1, 0};;) {
    auto store = registry::open_store(config.store, events);
    const bool later =
        !store && config.store.database.used() && store.error().code == registry::Code::Unavailable;
    if (!later) return store;
    if (store.error().detail != told) {
      told = store.error().detail;
      log(LogLevel::Error, "waiting for the database: " + told);
    }
    signal = sigtimedwait(&signals, nullptr, &pause);
    if (signal > 0) return std::unique_ptr<registry::Store>();
  }
}

// Null where imports need none, or cannot have one: everything else goes on without it.
std::unique_ptr<registry::ImportSocket> open_import_socket(const registry::Config& config,
                                                           registry::Store& store) {
  if (!registry::ImportSocket::is_for(config.store)) return nullptr;
  auto socket = registry::ImportSocket::open(config.store.directory, store, config.policy);
  if (socket) return std::move(*socket);
  log(LogLevel::Warn, "imports into the running registry are not possible: " + socket.error().detail);
  return nullptr;
}

// For those who send requests here until they have heard of the end. A second signal ends it.
void wait_before_closing(std::chrono::milliseconds delay, const sigset_t& signals) {
  if (delay.count() == 0) return;
  log(LogLevel::Info, "stopping: requests are still taken",
      {{"milliseconds", std::to_string(delay.count())}});
  const timespec pause{delay.count() / 1000, delay.count() % 1000 * 1'000'000};
  sigtimedwait(&signals, nullptr, &pause);
}

// Where the other replicas reach this one. An address of IPv6 is written in brackets.
std::string replica_address(const std::string& host, std::uint16_t port) {
  const bool bare = host.find(':') != std::string::npos && host.front() != '[';
  return (bare ? "[" + host + "]" : host) + ":" + count(port);
}

registry::ForwarderOptions forwarder_options(const registry::ServerConfig& config) {
  registry::ForwarderOptions options;
  if (!config.tls_replica_authorities.empty())
    options.tls = registry::ReplicaTrust{config.tls_replica_authorities, config.tls_replica_name};
  return options;
}

int serve(const std::string& config_file, const std::string& server_file, const std::string& replica_host) {
  // Before any thread starts, so that all of them leave these to sigwait() below.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  auto config = registry::load_config(config_file);
  const Logging logging(config ? config->log_level : LogLevel::Info);
  if (!config) return fail(config.error());
  auto server_config =
      server_file.empty() ? registry::ServerConfig() : registry::load_server_config(server_file);
  if (!server_config) return fail(server_config.error());
  if (config->store.shared && replica_host.empty())
    return fail({registry::Code::Invalid, "needs --replica-host: where the other replicas reach this one",
                 "storage.shared"});
  if (config->store.shared && !server_config->tls_certificate.empty() &&
      server_config->tls_replica_authorities.empty())
    return fail(
        {registry::Code::Invalid,
         "is missing: with storage.shared replicas ask each other over TLS, and have to trust each other",
         "tls.replicaCAFile"});
  http::init_process(1);

  registry::Metrics metrics(registry::counted_routes());
  registry::Api api(config->policy, metrics);
  // Outlives the store, whose answers to writes may be long.
  BoundedExecutor long_requests(registry::HttpServer::threads(*server_config), kLongRequestsWaiting);
  api.use_executor(long_requests);
  api.serve_mcp(server_config->mcp);
  std::atomic<registry::upstream::Upstreams*> followed{nullptr};
  api.observe_upstreams([&followed] {
    const auto* upstreams = followed.load();
    return upstreams == nullptr ? std::vector<registry::UpstreamFigures>() : upstreams->figures();
  });
  registry::Forwarder forwarder(metrics, forwarder_options(*server_config));
  if (config->store.shared) api.use_forwarder(forwarder);
  std::unique_ptr<registry::Store> store;  // Outlives the server, which reads from it to the end.
  auto guard = registry::Guard::make(config->auth, server_config->rates, config->audit, metrics);
  if (!guard) return fail(guard.error());
  if (*guard != nullptr) api.protect(**guard);
  auto server = registry::HttpServer::open(*server_config, api);
  if (!server) return fail(server.error());
  log(LogLevel::Info, "listening", {{"port", count((*server)->port())}, {"version", TOOLHIVE_VERSION}});

  config->store.replica_address = replica_address(replica_host, (*server)->port());
  int signal = 0;
  auto opened = open_when_reachable(*config, metrics, signals, signal);
  if (!opened) return fail(opened.error());
  store = std::move(*opened);
  if (store == nullptr) {
    log(LogLevel::Info, "stopped");
    return 0;
  }
  if (auto* replicas = store->replicas()) forwarder.start(*replicas);
  api.start(*store);
  const auto index = store->snapshot();
  log(LogLevel::Info, "ready", {{"tools", count(index->tools())}, {"versions", count(index->versions())}});

  auto upstreams = std::make_unique<registry::upstream::Upstreams>(
      config->upstreams, registry::upstream::IntakeRules{config->policy, config->store.limits}, *store,
      registry::open_turn(config->store, *store));
  followed = upstreams.get();

  auto imports = open_import_socket(*config, *store);

  sigwait(&signals, &signal);
  api.begin_stop();
  if (auto* replicas = store->replicas()) replicas->hand_over();
  wait_before_closing(server_config->shutdown_delay, signals);
  log(LogLevel::Info, "stopping: finishing the requests in flight");
  (*server)->close();
  forwarder.close();
  followed = nullptr;
  upstreams.reset();
  imports.reset();
  if (*guard != nullptr) (*guard)->stop();
  long_requests.close();  // From here on nobody comes to the store.
  store.reset();
  log(LogLevel::Info, "stopped");
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"A registry of MCP tools."};
  app.set_version_flag("--version", TOOLHIVE_VERSION);
  app.require_subcommand(1);
  std::string config_file, server_file, replica_host;

  auto* serve_command = app.add_subcommand("serve", "Serve the registry until SIGTERM");
  serve_command
      ->add_option("--config", config_file, "What the registry is: storage, names, limits (YAML or JSON)")
      ->required();
  serve_command->add_option("--server", server_file,
                            "How it serves: port, threads, timeouts, TLS (YAML or JSON)");
  serve_command->add_option("--replica-host", replica_host,
                            "With storage.shared: this machine's name or address for the other replicas");
  const auto command = [&](const char* name, const char* what) {
    auto* made = app.add_subcommand(name, what);
    made->add_option("--config", config_file, "The registry's configuration (YAML or JSON)")->required();
    return made;
  };
  auto* verify_command = command("verify", "Check every record of the store; exit 1 if one is damaged");
  std::string file = "-";
  auto* export_command = command("export", "Write all tools as JSON lines");
  export_command->add_option("--output", file, "A file, or - for stdout (the default)");
  registry::ImportArguments import_arguments;
  auto* import_command =
      command("import", "Add the tools of an export; what is there stays; exit 1 if one is refused");
  import_command->add_option("file", import_arguments.input, "The export, or - for stdin")->required();
  import_command->add_flag("--dry-run", import_arguments.dry_run, "Only say what it would do");
  import_command->add_flag("--progress", import_arguments.progress, "Print how far it is");
  auto* migrate_command =
      command("migrate", "Bring the database's schema to this version; serve does it as well");
  registry::MoveArguments move_arguments;
  auto* move_command = app.add_subcommand(
      "move", "Copy the tools of a registry on files, which does not run, into its empty database");
  move_command->add_option("--from", move_arguments.from, "The folder of the files")->required();
  move_command
      ->add_option("--config", move_arguments.config, "The registry's configuration, with the database")
      ->required();
  move_command->add_option("--report", move_arguments.report, "A file for the outcome as JSON");
  registry::BackupArguments backup_arguments;
  std::function<int()> backup_command;
  registry::add_backup_commands(app, backup_arguments, backup_command);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kWrongUsage;
  }

  if (backup_command) return backup_command();
  if (verify_command->parsed()) return registry::verify(config_file);
  if (export_command->parsed()) return registry::export_to(config_file, file);
  if (import_command->parsed()) return registry::import_from(config_file, import_arguments);
  if (move_command->parsed()) return registry::move_to_database(move_arguments);
  if (migrate_command->parsed()) return registry::migrate(config_file);
  return serve(config_file, server_file, replica_host);
}
