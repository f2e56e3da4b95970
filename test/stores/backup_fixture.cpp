#include "backup_fixture.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "../unit/registry/store_fixture.hpp"
#include "controller/base/sha256.hpp"
#include "registry/model/server_parse.hpp"

namespace toolhive::registry::test {
namespace {

ServerDefinition server_definition(const std::string& version, const std::string& description) {
  auto parsed = parse_server(R"({"$schema":")" + std::string(kServerSchema) +
                                 R"(","name":"io.example/weather","description":")" + description +
                                 R"(","version":")" + version + R"("})",
                             ToolPolicy());
  REQUIRE_MESSAGE(parsed.ok(), (parsed.ok() ? "" : parsed.error().detail));
  return std::move(*parsed);
}

void write_config(const std::string& path, const std::string& text) {
  std::ofstream(path) << "logLevel: error\n" << text << '\n';
}

void must(Store& store, Write write) {
  auto outcome = write_and_wait(store, std::move(write));
  REQUIRE_MESSAGE(outcome.ok(), (outcome.ok() ? "" : outcome.error().detail));
}

void fill_tools(Store& store) {
  const ManagedBy manager{"MCPTool", "default", "weather", "uid-1"};
  must(store, Register{definition("alpha", "one", "1.0.0", manager), {}});
  must(store, Register{definition("alpha", "two", "1.1.0", manager), {}});
  must(store, Register{definition("equal", "first", "1.0.0+z"), {}});
  must(store, Register{definition("equal", "second", "1.0.0+a"), {}});
  must(store, Register{definition("old", "x", "1.0.0"), {}});
  must(store, SetStatus{"old", "1.0.0", {Lifecycle::Deprecated, "use alpha", "alpha"}, std::nullopt, {}});
  must(store, Register{definition("gone", "x", "1.0.0"), {}});
  must(store, Withdraw{"gone", std::nullopt, std::nullopt, {}});
  must(store, Register{definition("half", "x", "1.0.0"), {}});
  must(store, Register{definition("half", "y", "2.0.0"), {}});
  must(store, Withdraw{"half", "2.0.0", std::nullopt, {}});
  must(store, Register{definition("purged", "x", "1.0.0"), {}});
  must(store, Withdraw{"purged", std::nullopt, std::nullopt, {}, true});
}

void fill_servers(Store& store) {
  must(store, PutServer{server_definition("1.0.0", "first")});
  must(store, PutServer{server_definition("1.1.0", "second")});
  must(store, PutServer{server_definition("1.0.0", "edited"), true});
  must(store, SetStatus{"io.example/weather", "1.1.0", {Lifecycle::Deleted, "wrong", ""}, std::nullopt, {}});
}

}  // namespace

TemporaryFolder::TemporaryFolder() {
  char pattern[] = "/tmp/registry-backup-XXXXXX";
  const char* made = ::mkdtemp(pattern);
  REQUIRE(made != nullptr);
  path_ = made;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;  // What is left over in /tmp fails no test.
  std::filesystem::remove_all(path_, ignored);
}

StoreOptions FilePlace::options() const {
  StoreOptions options;
  options.directory = folder_.path() + "/data";
  return options;
}

std::string FilePlace::config() const {
  auto path = folder_.path() + "/config.yaml";
  write_config(path, "storage: {path: " + options().directory + "}");
  return path;
}

StoreOptions DatabasePlace::options() const {
  StoreOptions options;
  options.database = PostgresServer::get().database(database_.name());
  return options;
}

std::string DatabasePlace::config() const {
  auto path = folder_.path() + "/config.yaml";
  const auto& server = PostgresServer::get();
  write_config(path, "database: {host: " + server.folder() + ", port: " + std::to_string(server.port()) +
                         ", name: " + database_.name() + ", user: postgres}");
  return path;
}

std::unique_ptr<Store> open_place(const StoreOptions& options) {
  auto store = open_store(options, {});
  REQUIRE_MESSAGE(store.ok(), (store.ok() ? "" : store.error().detail));
  return std::move(*store);
}

void fill_with_everything(Store& store) {
  fill_tools(store);
  fill_servers(store);
}

std::string told_by(const Index& index) {
  std::string told;
  index.visit_all([&](const Tool& tool) {
    told += tool.name + " changed " + std::string(tool.changed_at()) + '\n';
    for (const auto& each : tool.live) told += "  " + each->document + '\n';
    for (const auto& gone : tool.retired)
      told += "  -" + gone.version.text() + ' ' + to_hex(gone.digest) + ' ' + gone.withdrawn_at + '\n';
  });
  return told;
}

std::string told_by(const StoreOptions& options) {
  return told_by(*open_place(options)->snapshot());
}

e2e::Output run_registry(std::vector<std::string> arguments, int code) {
  arguments.insert(arguments.begin(), TOOLHIVE_BIN_DIR "/mcp-registry");
  auto output = e2e::run({std::move(arguments)});
  CAPTURE(output.explain());
  CHECK(output.code == code);
  return output;
}

std::string read_text(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

}  // namespace toolhive::registry::test
