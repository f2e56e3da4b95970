// The program itself, killed with SIGKILL while clients write over HTTP. KILLS says how often
// (default 10). What a kill cannot show, the loss of what was not synced,
// test/unit/registry/crash_test.cpp shows on a disk of its own.
#include <doctest/doctest.h>
#include <signal.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <random>
#include <set>
#include <thread>
#include <vector>

#include "../e2e/harness/process.hpp"
#include "loopback.hpp"
#include "postgres_server.hpp"
#include "registry_client.hpp"

using namespace toolhive::registry::test;
using namespace std::chrono_literals;

namespace {

constexpr int kWriters = 4;
constexpr int kKillsOnOneStore = 100;  // Then the next begins empty, so that starts stay short.

int kills_wanted(int divisor) {
  const char* text = std::getenv("KILLS");
  return std::max(2, (text == nullptr ? 10 : std::atoi(text)) / divisor);
}

// What clients know, by the tool's name.
struct Promises {
  std::mutex mutex;
  std::map<std::string, std::string> documents;  // As acknowledged; empty when its withdrawal was.
  std::set<std::string> unknown;                 // The last write had no answer.
  std::size_t acknowledged = 0;
};

// Registers and withdraws until the server is gone.
void write_until_killed(std::uint16_t port, const std::string& prefix, Promises& promises) {
  RegistryClient client(port);
  for (int i = 0;; ++i) {
    const auto name = prefix + std::to_string(i);
    const auto answered =
        client.send("POST", "/api/v1/tools",
                    R"({"name":")" + name + R"(","version":"1.0.0","inputSchema":{"type":"object"}})");
    {
      std::lock_guard guard(promises.mutex);
      if (!answered) {
        promises.unknown.insert(name);
        return;
      }
      CHECK(answered->status == 201);
      promises.documents[name] = answered->body;
      ++promises.acknowledged;
    }
    if (i % 4 != 3) continue;
    const auto gone = client.send("DELETE", "/api/v1/tools/" + name);
    std::lock_guard guard(promises.mutex);
    if (!gone) {
      promises.unknown.insert(name);
      return;
    }
    CHECK(gone->status == 204);
    promises.documents[name].clear();
    ++promises.acknowledged;
  }
}

std::size_t count_broken(std::uint16_t port, Promises& promises) {
  RegistryClient client(port);
  std::size_t broken = 0;
  for (const auto& [name, document] : promises.documents) {
    if (promises.unknown.contains(name)) continue;
    const auto found = client.send("GET", "/api/v1/tools/" + name);
    const bool kept =
        found && (document.empty() ? found->status == 404 : found->status == 200 && found->body == document);
    broken += kept ? 0 : 1;
  }
  return broken;
}

bool wait_until_ready(std::uint16_t port) {
  RegistryClient client(port);
  const auto deadline = std::chrono::steady_clock::now() + 30s;
  while (std::chrono::steady_clock::now() < deadline) {
    const auto answer = client.send("GET", "/ready");
    if (answer && answer->status == 200) return true;
    std::this_thread::sleep_for(2ms);
  }
  return false;
}

// Kills a registry with the configuration's `storage` this many times, and checks after each.
void kill_and_check(const std::string& folder, const std::string& storage, int kills, std::mt19937& random,
                    std::size_t& acknowledged) {
  const auto port = free_port();
  std::ofstream(folder + "/config.yaml") << "logLevel: error\n" << storage << '\n';
  std::ofstream(folder + "/server.yaml") << "address: 127.0.0.1\nport: " << port << "\nthreads: 2\n";
  const std::string program_path = TOOLHIVE_BIN_DIR "/mcp-registry";
  const e2e::Command serve{
      {program_path, "serve", "--config", folder + "/config.yaml", "--server", folder + "/server.yaml"}};
  const auto pause = [&](int longest) {
    std::this_thread::sleep_for(
        std::chrono::microseconds(std::uniform_int_distribution<>(0, longest)(random)));
  };
  Promises promises;
  for (int kill = 0; kill < kills; ++kill) {
    CAPTURE(kill);
    if (kill % 10 == 9) {  // One in ten dies while it starts.
      e2e::Background starting(serve);
      pause(60'000);
      ::kill(starting.pid(), SIGKILL);
    }
    e2e::Background program(serve);
    REQUIRE(wait_until_ready(port));
    REQUIRE(count_broken(port, promises) == 0);
    promises.documents.clear();
    promises.unknown.clear();
    std::vector<std::jthread> writers;
    for (int writer = 0; writer < kWriters; ++writer) {
      writers.emplace_back([&, prefix = "k" + std::to_string(kill) + "-w" + std::to_string(writer) + "-"] {
        write_until_killed(port, prefix, promises);
      });
    }
    pause(100'000);
    ::kill(program.pid(), SIGKILL);
    writers.clear();
  }
  {
    e2e::Background program(serve);
    REQUIRE(wait_until_ready(port));
    CHECK(count_broken(port, promises) == 0);
  }
  const auto verified = e2e::run({{program_path, "verify", "--config", folder + "/config.yaml"}});
  CHECK_MESSAGE(verified.ok(), verified.explain());
  acknowledged += promises.acknowledged;
}

struct Folder {
  Folder() {
    char pattern[] = "/tmp/registry-kills-XXXXXX";
    path = ::mkdtemp(pattern);
  }
  ~Folder() {
    std::error_code ignored;  // What is left over in /tmp fails no test.
    std::filesystem::remove_all(path, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string path;
};

// Stops every thread of a process where it is, for as long as this lives.
class Frozen {
 public:
  explicit Frozen(pid_t pid) : pid_(pid) {
    ::kill(pid_, SIGSTOP);
    const auto deadline = std::chrono::steady_clock::now() + 10s;
    while (!all_stopped() && std::chrono::steady_clock::now() < deadline) std::this_thread::sleep_for(1ms);
    CHECK(all_stopped());
  }
  ~Frozen() { ::kill(pid_, SIGCONT); }
  Frozen(const Frozen&) = delete;
  Frozen& operator=(const Frozen&) = delete;

 private:
  bool all_stopped() const {
    for (const auto& task : std::filesystem::directory_iterator("/proc/" + std::to_string(pid_) + "/task")) {
      std::ifstream file(task.path() / "status");
      for (std::string line; std::getline(file, line);)
        if (line.starts_with("State:") && line.find("T (stopped)") == line.npos) return false;
    }
    return true;
  }
  const pid_t pid_;
};

// What is acknowledged by now, by the tool's name; of what is about to be withdrawn nothing is
// known.
std::map<std::string, std::string> acknowledged_by_now(Promises& promises) {
  std::map<std::string, std::string> documents;
  std::lock_guard guard(promises.mutex);
  for (const auto& [name, document] : promises.documents) {
    const int number = std::stoi(name.substr(name.rfind('-') + 1));
    if (number % 4 != 3 || document.empty()) documents.emplace(name, document);
  }
  return documents;
}

std::mt19937 seeded() {
  const auto seed = std::random_device{}();
  MESSAGE("seed " << seed);
  return std::mt19937(seed);
}

}  // namespace

TEST_CASE("a registry on files, killed at random moments under writes, has all that it acknowledged") {
  auto random = seeded();
  std::size_t acknowledged = 0;
  const int wanted = kills_wanted(1);
  for (int done = 0; done < wanted; done += kKillsOnOneStore) {
    const Folder folder;
    kill_and_check(folder.path, "storage: {path: " + folder.path + "/data}",
                   std::min(kKillsOnOneStore, wanted - done), random, acknowledged);
  }
  MESSAGE(wanted << " kills, " << acknowledged << " acknowledged writes");
}

// As a driver's snapshot of the volume has it: all files as they were at one moment, under writes.
TEST_CASE(
    "a copy of the data folder of one moment under writes opens with all that was acknowledged by then") {
  auto random = seeded();
  const Folder folder;
  const auto port = free_port();
  const std::string program_path = TOOLHIVE_BIN_DIR "/mcp-registry";
  const auto config_of = [&](const std::string& data) {
    const std::string file = folder.path + "/" + data + ".yaml";
    std::ofstream(file) << "logLevel: error\nstorage: {path: " << folder.path << "/" << data << "}\n";
    return file;
  };
  std::ofstream(folder.path + "/server.yaml") << "address: 127.0.0.1\nport: " << port << "\nthreads: 2\n";
  const auto serve = [&](const std::string& data) {
    return e2e::Command{
        {program_path, "serve", "--config", config_of(data), "--server", folder.path + "/server.yaml"}};
  };
  constexpr int kCopies = 5;
  std::map<std::string, std::map<std::string, std::string>> known;  // by the copy
  {
    e2e::Background program(serve("data"));
    REQUIRE(wait_until_ready(port));
    Promises promises;
    std::vector<std::jthread> writers;
    for (int writer = 0; writer < kWriters; ++writer)
      writers.emplace_back(
          [&, prefix = "w" + std::to_string(writer) + "-"] { write_until_killed(port, prefix, promises); });
    for (int copy = 0; copy < kCopies; ++copy) {
      std::this_thread::sleep_for(
          std::chrono::microseconds(std::uniform_int_distribution<>(20'000, 150'000)(random)));
      const std::string name = "copy" + std::to_string(copy);
      known[name] = acknowledged_by_now(promises);
      const Frozen frozen(program.pid());
      std::filesystem::copy(folder.path + "/data", folder.path + "/" + name,
                            std::filesystem::copy_options::recursive);
    }
    ::kill(program.pid(), SIGKILL);
  }
  for (const auto& [name, documents] : known) {
    CAPTURE(name);
    CHECK_FALSE(documents.empty());
    e2e::Background program(serve(name));
    REQUIRE(wait_until_ready(port));
    Promises promises;
    promises.documents = documents;
    CHECK(count_broken(port, promises) == 0);
    program.kill();
    const auto verified = e2e::run({{program_path, "verify", "--config", config_of(name)}});
    CHECK_MESSAGE(verified.ok(), verified.explain());
  }
}

TEST_CASE("a registry on PostgreSQL, killed at random moments under writes, has all that it acknowledged") {
  auto random = seeded();
  std::size_t acknowledged = 0;
  const int wanted = kills_wanted(5);
  for (int done = 0; done < wanted; done += kKillsOnOneStore) {
    const Folder folder;
    const PostgresDatabase database;
    const auto& server = PostgresServer::get();
    kill_and_check(folder.path,
                   "database: {host: " + server.folder() + ", port: " + std::to_string(server.port()) +
                       ", name: " + database.name() + ", user: postgres}",
                   std::min(kKillsOnOneStore, wanted - done), random, acknowledged);
  }
  MESSAGE(wanted << " kills, " << acknowledged << " acknowledged writes");
}
