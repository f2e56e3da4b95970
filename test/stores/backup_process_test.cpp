// Backups beside a registry that serves, and programs that are killed in the middle of a backup or
// a restore.
#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <random>
#include <thread>

#include "../unit/registry/store_fixture.hpp"
#include "backup_fixture.hpp"
#include "loopback.hpp"
#include "registry_client.hpp"

using namespace toolhive::registry;
using namespace toolhive::registry::test;
using namespace std::chrono_literals;

namespace {

constexpr int kWriters = 3;
constexpr int kToolsToKillAt = 1'500;

std::vector<std::string> program(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), TOOLHIVE_BIN_DIR "/mcp-registry");
  return arguments;
}

// A registry that serves a configuration's store.
class Serving {
 public:
  explicit Serving(const std::string& config)
      : port_(free_port()), process_({program({"serve", "--config", config, "--server", write_server()})}) {
    RegistryClient client(port_);
    const auto deadline = std::chrono::steady_clock::now() + 30s;
    for (;;) {
      const auto answer = client.send("GET", "/ready");
      if (answer && answer->status == 200) return;
      REQUIRE(std::chrono::steady_clock::now() < deadline);
      std::this_thread::sleep_for(2ms);
    }
  }
  std::uint16_t port() const { return port_; }

 private:
  std::string write_server() const {
    auto path = folder_.path() + "/server.yaml";
    std::ofstream(path) << "address: 127.0.0.1\nport: " << port_ << "\nthreads: 2\n";
    return path;
  }

  const TemporaryFolder folder_;
  const std::uint16_t port_;
  e2e::Background process_;
};

// Tools as a registry acknowledged them, by name.
struct Acknowledged {
  std::mutex mutex;
  std::map<std::string, std::string> documents;

  std::map<std::string, std::string> so_far() {
    const std::lock_guard lock(mutex);
    return documents;
  }
};

void register_until(const std::stop_token& stop, std::uint16_t port, const std::string& prefix,
                    Acknowledged& acknowledged) {
  RegistryClient client(port);
  for (int i = 0; !stop.stop_requested(); ++i) {
    const auto name = prefix + std::to_string(i);
    const auto answer =
        client.send("POST", "/api/v1/tools",
                    R"({"name":")" + name + R"(","version":"1.0.0","inputSchema":{"type":"object"}})");
    REQUIRE(answer);
    REQUIRE(answer->status == 201);
    const std::lock_guard lock(acknowledged.mutex);
    acknowledged.documents[name] = answer->body;
  }
}

// Ends when the program has ended by itself, or was killed after this time. Whether it was killed.
bool run_and_kill(std::vector<std::string> arguments, std::chrono::microseconds after) {
  e2e::Background running({program(std::move(arguments))});
  std::this_thread::sleep_for(after);
  return running.kill();
}

std::chrono::microseconds some_time(std::mt19937& random, std::chrono::microseconds longest) {
  return std::chrono::microseconds(std::uniform_int_distribution<std::int64_t>(0, longest.count())(random));
}

std::chrono::microseconds time_of(const std::vector<std::string>& arguments) {
  const auto start = std::chrono::steady_clock::now();
  run_registry(arguments, 0);
  return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - start);
}

std::mt19937 seeded_for_backups() {
  const auto seed = std::random_device{}();
  MESSAGE("seed " << seed);
  return std::mt19937(seed);
}

void fill_for_kills(const StoreOptions& options) {
  auto store = open_place(options);
  const std::string text(4'000, 'x');
  for (int i = 0; i < kToolsToKillAt; ++i) {
    store->write(Register{definition("t" + std::to_string(i), text, "1.0.0"), {}},
                 [](const Result<WriteOutcome>& outcome) { CHECK(outcome.ok()); });
  }
}

}  // namespace

TEST_CASE_TEMPLATE("a backup beside a registry under writes has all that was acknowledged before it", Place,
                   FilePlace, DatabasePlace) {
  const Place from;
  const TemporaryFolder folder;
  Acknowledged acknowledged;
  {
    const Serving serving(from.config());
    std::vector<std::jthread> writers;
    for (int writer = 0; writer < kWriters; ++writer) {
      writers.emplace_back([&, prefix = "w" + std::to_string(writer) + "-"](const std::stop_token& stop) {
        register_until(stop, serving.port(), prefix, acknowledged);
      });
    }
    for (int number = 0; number < 4; ++number) {
      CAPTURE(number);
      const auto location = "file://" + folder.path() + "/" + std::to_string(number);
      const auto before = acknowledged.so_far();
      run_registry({"backup", "--config", from.config(), "--to", location}, 0);
      const FilePlace to;
      run_registry({"restore", "--config", to.config(), "--from", location}, 0);
      const auto index = open_place(to.options())->snapshot();
      for (const auto& [name, document] : before) {
        const auto* tool = index->find(name);
        REQUIRE_MESSAGE(tool != nullptr, name);
        CHECK(tool->latest()->document == document);
      }
    }
  }
  CHECK(acknowledged.documents.size() > 4);
}

TEST_CASE("a restore into the files of a registry that serves waits for nothing and changes nothing") {
  const FilePlace from, to;
  const TemporaryFolder folder;
  fill_with_everything(*open_place(from.options()));
  const auto location = "file://" + folder.path() + "/one";
  run_registry({"backup", "--config", from.config(), "--to", location}, 0);
  {
    const Serving serving(to.config());
    const auto said = run_registry({"restore", "--config", to.config(), "--from", location}, 1);
    CHECK(said.err.find("locked") != std::string::npos);
  }
  run_registry({"restore", "--config", to.config(), "--from", location}, 0);
}

TEST_CASE("replicas that serve an empty database show what is restored into it") {
  const FilePlace from;
  const DatabasePlace to;
  const TemporaryFolder folder;
  fill_with_everything(*open_place(from.options()));
  const auto location = "file://" + folder.path() + "/one";
  run_registry({"backup", "--config", from.config(), "--to", location}, 0);
  const Serving serving(to.config());
  run_registry({"restore", "--config", to.config(), "--from", location}, 0);
  RegistryClient client(serving.port());
  const auto deadline = std::chrono::steady_clock::now() + 10s;
  for (;;) {
    const auto answer = client.send("GET", "/api/v1/tools/alpha");
    if (answer && answer->status == 200) break;
    REQUIRE(std::chrono::steady_clock::now() < deadline);
    std::this_thread::sleep_for(5ms);
  }
}

TEST_CASE("a backup killed at any moment is whole or none, and is made when it is repeated") {
  auto random = seeded_for_backups();
  const FilePlace from;
  const TemporaryFolder folder;
  fill_for_kills(from.options());
  const auto told = told_by(from.options());
  const auto command = [&](const std::string& name) {
    return std::vector<std::string>{"backup", "--config", from.config(), "--to",
                                    "file://" + folder.path() + "/" + name};
  };
  const auto whole = time_of(command("whole"));
  int killed = 0;
  for (int kill = 0; kill < 12; ++kill) {
    const auto name = "killed-" + std::to_string(kill);
    CAPTURE(name);
    killed += run_and_kill(command(name), some_time(random, whole)) ? 1 : 0;
    const FilePlace to;
    const auto restore = std::vector<std::string>{"restore", "--config", to.config(), "--from",
                                                  "file://" + folder.path() + "/" + name};
    const bool there = std::filesystem::exists(folder.path() + "/" + name + ".json");
    run_registry(restore, there ? 0 : 3);
    run_registry(command(name), 0);
    run_registry(restore, 0);
    CHECK(told_by(to.options()) == told);
    std::filesystem::remove(folder.path() + "/" + name + ".jsonl");
  }
  CHECK(killed > 0);
}

TEST_CASE_TEMPLATE("a restore killed at any moment has done all or nothing, and is done when it is repeated",
                   Place, FilePlace, DatabasePlace) {
  auto random = seeded_for_backups();
  const FilePlace from;
  const TemporaryFolder folder;
  fill_for_kills(from.options());
  const auto told = told_by(from.options());
  const auto location = "file://" + folder.path() + "/one";
  run_registry({"backup", "--config", from.config(), "--to", location}, 0);
  const auto command = [&](const std::string& config) {
    return std::vector<std::string>{"restore", "--config", config, "--from", location};
  };
  const Place first;
  const auto whole = time_of(command(first.config()));
  int killed = 0;
  for (int kill = 0; kill < 12; ++kill) {
    CAPTURE(kill);
    const Place to;
    killed += run_and_kill(command(to.config()), some_time(random, whole)) ? 1 : 0;
    run_registry(command(to.config()), 0);
    CHECK(told_by(to.options()) == told);
  }
  CHECK(killed > 0);
}
