// Backups beside a registry that serves, and programs that are killed in the middle of a backup or
// a restore.
#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <thread>

#include "../unit/registry/store_fixture.hpp"
#include "backup_fixture.hpp"
#include "loopback.hpp"
#include "registry/store/fill.hpp"
#include "registry_client.hpp"
#include "serving_registry.hpp"
#include "step_killer.hpp"

using namespace toolhive::registry;
using namespace toolhive::registry::test;
using namespace std::chrono_literals;

namespace {

constexpr int kWriters = 3;
constexpr int kToolsToKillAt = 600;  // of 4 kB: some pieces of 1 MiB
constexpr int kMostKills = 32;
constexpr int kFewestKills = 8;

std::vector<std::string> program(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), TOOLHIVE_BIN_DIR "/mcp-registry");
  return arguments;
}

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

int all_steps(const std::vector<std::string>& arguments) {
  const auto steps = run_to_step(program(arguments), kNoStep);
  REQUIRE_FALSE(steps.killed);
  REQUIRE(steps.taken > 1);
  return steps.taken;
}

bool ends_as_an_export_does(const std::string& path) {
  const auto text = read_text(path);
  const auto last = text.rfind('\n', text.size() - 2);
  return last != std::string::npos && text.ends_with("}\n") &&
         text.compare(last + 1, 11, R"({"records":)") == 0;
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
    const ServingRegistry serving(from.config());
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
    const ServingRegistry serving(to.config());
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
  const ServingRegistry serving(to.config());
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

TEST_CASE("a backup killed before any of its steps is whole or none, and is made when it is repeated") {
  const FilePlace from;
  const TemporaryFolder folder;
  fill_for_kills(from.options());
  const auto told = told_by(from.options());
  const auto command = [&](const std::string& name) {
    return std::vector<std::string>{"backup", "--config", from.config(), "--to",
                                    "file://" + folder.path() + "/" + name};
  };
  int none = 0, incomplete = 0, whole = 0;
  for (const int step : steps_to_kill_at(all_steps(command("whole")), kMostKills)) {
    CAPTURE(step);
    const auto name = "killed-" + std::to_string(step);
    const auto path = folder.path() + "/" + name;
    REQUIRE(run_to_step(program(command(name)), step).killed);
    const bool content = std::filesystem::exists(path + ".jsonl");
    const bool there = std::filesystem::exists(path + ".json");
    ++(there ? whole : content ? incomplete : none);
    if (content) CHECK(ends_as_an_export_does(path + ".jsonl"));
    const FilePlace to;
    const std::vector<std::string> restore{"restore", "--config", to.config(), "--from", "file://" + path};
    run_registry(restore, there ? 0 : 3);
    run_registry(command(name), 0);
    run_registry(restore, 0);
    CHECK((told_by(to.options()) == told));
    std::filesystem::remove(path + ".jsonl");
  }
  // Killed between any two states that others can see.
  CHECK(none > 0);
  CHECK(incomplete > 0);
  CHECK(whole > 0);
}

TEST_CASE_TEMPLATE(
    "a restore killed before any of its steps has done all or nothing, and is done when it is repeated",
    Place, FilePlace, DatabasePlace) {
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
  int killed = 0, nothing = 0, all = 0;
  const auto kill_before = [&](int step) {
    CAPTURE(step);
    const Place to;
    const bool was_killed = run_to_step(program(command(to.config())), step).killed;
    killed += was_killed ? 1 : 0;
    const auto left = read_store(to.options(), [](std::string_view) {});
    if (!left || is_blank(*left)) {
      ++nothing;
    } else {
      ++all;
      CHECK((told_by(*left) == told));
    }
    run_registry(command(to.config()), 0);
    CHECK((told_by(to.options()) == told));
    return was_killed;
  };
  const int steps = all_steps(command(first.config()));
  for (const int step : steps_to_kill_at(steps, kMostKills)) kill_before(step);
  // What goes to a database may take some more pieces, or fewer: on to the end of a whole run.
  for (int step = steps; kill_before(step);) ++step;
  CHECK(killed >= kFewestKills);
  CHECK(nothing > 0);
  CHECK(all > 0);
}
