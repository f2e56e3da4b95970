// mcp-registry: serves MCP tool definitions over HTTP, out of files.
#include <pthread.h>
#include <signal.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <cstdio>
#include <memory>
#include <string>

#include "controller/http/process.hpp"
#include "registry/api/api.hpp"
#include "registry/config/config.hpp"
#include "registry/log.hpp"
#include "registry/metrics/metrics.hpp"
#include "registry/server.hpp"
#include "registry/store/file_store.hpp"

namespace {

using registry::LogLevel;

int fail(const registry::Error& error) {
  registry::log(LogLevel::Error, error.field.empty() ? error.detail : error.field + ": " + error.detail);
  return 1;
}

std::string count(std::size_t number) {
  return std::to_string(number);
}

int serve(const std::string& config_file, const std::string& server_file) {
  // Before any thread starts, so that all of them leave these to sigwait() below.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  auto config = registry::load_config(config_file);
  registry::start_log(config ? config->log_level : LogLevel::Info);
  if (!config) return fail(config.error());
  auto server_config =
      server_file.empty() ? registry::ServerConfig() : registry::load_server_config(server_file);
  if (!server_config) return fail(server_config.error());
  http::init_process(1);

  registry::Metrics metrics;
  std::unique_ptr<registry::FileStore> store;  // Outlives the server, which reads from it to the end.
  registry::Api api(config->policy, metrics, registry::HttpServer::add_gauges);
  auto server = registry::HttpServer::open(*server_config, api);
  if (!server) return fail(server.error());
  registry::log(LogLevel::Info, "listening",
                {{"port", count((*server)->port())}, {"version", TOOLHIVE_VERSION}});

  registry::FileStoreOptions options;
  options.directory = config->storage_path;
  options.limits = config->limits;
  options.notice = [](bool urgent, std::string_view text) {
    registry::log(urgent ? LogLevel::Error : LogLevel::Info, text);
  };
  options.committed = [&metrics](std::size_t records, std::chrono::nanoseconds time) {
    metrics.committed(records, time);
  };
  auto opened = registry::FileStore::open(registry::posix_file_system(), std::move(options));
  if (!opened) return fail(opened.error());
  store = std::move(*opened);
  api.start(*store);
  const auto index = store->snapshot();
  registry::log(LogLevel::Info, "ready",
                {{"tools", count(index->tools())}, {"versions", count(index->versions())}});

  int signal = 0;
  sigwait(&signals, &signal);
  registry::log(LogLevel::Info, "stopping: finishing the requests in flight");
  api.begin_stop();
  (*server)->close();
  store.reset();
  registry::log(LogLevel::Info, "stopped");
  return 0;
}

int verify(const std::string& config_file) {
  auto config = registry::load_config(config_file);
  if (!config) {
    std::fprintf(stderr, "%s\n", config.error().detail.c_str());
    return 2;
  }
  auto report = registry::verify_store(registry::posix_file_system(), config->storage_path);
  if (!report) {
    std::fprintf(stderr, "%s\n", report.error().detail.c_str());
    return 2;
  }
  for (const auto& problem : report->problems) std::printf("%s\n", problem.c_str());
  if (report->torn_bytes > 0) {
    std::printf("the last write was cut short, %s bytes; it was never acknowledged\n",
                count(report->torn_bytes).c_str());
  }
  std::printf("%s records verify, %s do not; %s tools, %s versions\n", count(report->records).c_str(),
              count(report->problems.size()).c_str(), count(report->tools).c_str(),
              count(report->versions).c_str());
  return report->problems.empty() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"A registry of MCP tools."};
  app.set_version_flag("--version", TOOLHIVE_VERSION);
  app.require_subcommand(1);
  std::string config_file, server_file;

  auto* serve_command = app.add_subcommand("serve", "Serve the registry until SIGTERM");
  serve_command
      ->add_option("--config", config_file, "What the registry is: storage, names, limits (YAML or JSON)")
      ->required();
  serve_command->add_option("--server", server_file,
                            "How it serves: port, threads, timeouts, TLS (YAML or JSON)");
  auto* verify_command =
      app.add_subcommand("verify", "Check every record of the store; exit 1 if one is damaged");
  verify_command->add_option("--config", config_file, "The registry's configuration")->required();
  CLI11_PARSE(app, argc, argv);

  return serve_command->parsed() ? serve(config_file, server_file) : verify(config_file);
}
