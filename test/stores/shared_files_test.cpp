// Three registries on one folder, over loopback: the one that writes is killed and stopped while
// clients write to all of them and read from all of them. The folder is of one machine; what it
// takes for a network file system, registry/store/README.md says.
#include <doctest/doctest.h>
#include <signal.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <thread>

#include "../e2e/harness/process.hpp"
#include "loopback.hpp"
#include "registry_client.hpp"

using namespace toolhive::registry::test;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t kReplicas = 3;
using ReplicaPorts = std::array<std::uint16_t, kReplicas>;

struct SharedRun {
  std::string folder;
  ReplicaPorts ports{};
  std::array<std::unique_ptr<e2e::Background>, kReplicas> programs;

  SharedRun() {
    char pattern[] = "/tmp/registry-shared-XXXXXX";
    folder = ::mkdtemp(pattern);
    std::ofstream(folder + "/config.yaml")
        << "logLevel: error\nstorage: {path: " << folder << "/data, shared: true}\n";
    for (std::size_t i = 0; i < kReplicas; ++i) {
      ports[i] = free_port();
      std::ofstream(server_file(i)) << "address: 127.0.0.1\nport: " << ports[i] << "\nthreads: 2\n";
    }
  }
  ~SharedRun() {
    for (auto& program : programs) program.reset();
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
  }
  std::string server_file(std::size_t i) const { return folder + "/server-" + std::to_string(i) + ".yaml"; }
  void start(std::size_t i) {
    programs[i] = std::make_unique<e2e::Background>(
        e2e::Command{{TOOLHIVE_BIN_DIR "/mcp-registry", "serve", "--config", folder + "/config.yaml",
                      "--server", server_file(i), "--replica-host", "127.0.0.1"}});
  }
};

bool says(std::uint16_t port, const std::string& wanted) {
  RegistryClient client(port);
  const auto answer = client.send("GET", "/ready");
  return answer && answer->status == 200 && answer->body.find(wanted) != std::string::npos;
}

// Which replica writes; kReplicas when none says so in time. `but` is not asked: it may be stopped.
std::size_t writer_of(const ReplicaPorts& ports, std::size_t but = kReplicas) {
  const auto deadline = std::chrono::steady_clock::now() + 40s;
  while (std::chrono::steady_clock::now() < deadline) {
    for (std::size_t i = 0; i < kReplicas; ++i)
      if (i != but && says(ports[i], "\"writer\":true")) return i;
    std::this_thread::sleep_for(20ms);
  }
  return kReplicas;
}

bool comes_up(std::uint16_t port) {
  const auto deadline = std::chrono::steady_clock::now() + 40s;
  while (std::chrono::steady_clock::now() < deadline) {
    if (says(port, "ready")) return true;
    std::this_thread::sleep_for(10ms);
  }
  return false;
}

// What clients were promised, and when.
struct SharedPromises {
  struct Promise {
    std::string document;
    std::chrono::steady_clock::time_point when;
  };
  std::mutex mutex;
  std::map<std::string, Promise> made;
  std::size_t unknown = 0;
  std::size_t read = 0, reads_failed = 0;
  // Whether a replica is stopped, or was a moment ago: it shows what it had until it has looked.
  std::array<std::atomic<bool>, kReplicas> stopped{};
};

void write_to(std::uint16_t port, const std::string& prefix, SharedPromises& promises,
              const std::stop_token& stop) {
  RegistryClient client(port);
  for (int i = 0; !stop.stop_requested(); ++i) {
    const auto name = prefix + std::to_string(i);
    const auto answered =
        client.send("POST", "/api/v1/tools",
                    R"({"name":")" + name + R"(","version":"1.0.0","inputSchema":{"type":"object"}})");
    {
      std::lock_guard guard(promises.mutex);
      if (answered && answered->status == 201)
        promises.made[name] = {answered->body, std::chrono::steady_clock::now()};
      else
        ++promises.unknown;
      if (answered) CHECK_MESSAGE((answered->status == 201 || answered->status == 503), answered->body);
    }
    // Who asks a port again and again at which nobody listens may be connected to itself.
    if (!answered) std::this_thread::sleep_for(20ms);
  }
}

// Reads what was promised a second ago or earlier, which every replica has by then. A connection
// that is lost with the process is tried again.
void read_from(std::uint16_t port, std::size_t replica, SharedPromises& promises,
               const std::stop_token& stop) {
  RegistryClient client(port);
  for (std::size_t turn = replica; !stop.stop_requested(); turn += 7919) {
    std::string name, document;
    {
      std::lock_guard guard(promises.mutex);
      if (!promises.made.empty()) {
        auto it = promises.made.begin();
        std::advance(it, static_cast<std::ptrdiff_t>(turn % promises.made.size()));
        if (std::chrono::steady_clock::now() - it->second.when > 1s) {
          name = it->first;
          document = it->second.document;
        }
      }
    }
    if (name.empty()) {
      std::this_thread::sleep_for(1ms);
      continue;
    }
    const auto found = client.send("GET", "/api/v1/tools/" + name);
    // A process that was killed, or has not yet read its files.
    if (!found || found->status == 503 || promises.stopped[replica]) {
      std::this_thread::sleep_for(20ms);
      continue;
    }
    std::lock_guard guard(promises.mutex);
    ++promises.read;
    if (found->status != 200 || found->body != document) {
      ++promises.reads_failed;
      MESSAGE("replica " << port << ", " << name << ": " << found->status);
    }
    std::this_thread::sleep_for(1ms);
  }
}

std::size_t lost_on(std::uint16_t port, const SharedPromises& promises) {
  RegistryClient client(port);
  std::size_t lost = 0;
  for (const auto& [name, promise] : promises.made) {
    const auto found = client.send("GET", "/api/v1/tools/" + name);
    if (!found || found->status != 200 || found->body != promise.document) ++lost;
  }
  return lost;
}

}  // namespace

TEST_CASE(
    "of three replicas on one folder the writer is killed and stopped, and nothing acknowledged is lost") {
  SharedRun run;
  for (std::size_t i = 0; i < kReplicas; ++i) run.start(i);
  for (const auto port : run.ports) REQUIRE(comes_up(port));
  SharedPromises promises;
  std::vector<std::jthread> clients;
  for (std::size_t i = 0; i < kReplicas; ++i) {
    const auto port = run.ports[i];
    clients.emplace_back([&promises, port, i](const std::stop_token& stop) {
      write_to(port, "w" + std::to_string(i) + "-", promises, stop);
    });
    clients.emplace_back(
        [&promises, port, i](const std::stop_token& stop) { read_from(port, i, promises, stop); });
  }
  const auto acknowledged = [&] {
    std::lock_guard guard(promises.mutex);
    return promises.made.size();
  };

  auto writer = writer_of(run.ports);
  REQUIRE(writer < kReplicas);
  REQUIRE(run.programs[writer]->kill());
  auto next = writer_of(run.ports, writer);
  REQUIRE(next < kReplicas);
  CHECK(next != writer);
  run.start(writer);
  REQUIRE(comes_up(run.ports[writer]));
  const auto before_stop = acknowledged();

  // Stopped for longer than the lease, it goes on where it was, and has to find out.
  promises.stopped[next] = true;
  REQUIRE(::kill(run.programs[next]->pid(), SIGSTOP) == 0);
  const auto third = writer_of(run.ports, next);
  ::kill(run.programs[next]->pid(), SIGCONT);
  REQUIRE(third < kReplicas);
  CHECK(third != next);
  const auto follows = std::chrono::steady_clock::now() + 40s;
  while (!says(run.ports[next], "\"writer\":false") && std::chrono::steady_clock::now() < follows)
    std::this_thread::sleep_for(10ms);
  CHECK(says(run.ports[next], "\"writer\":false"));
  promises.stopped[next] = false;
  CHECK(acknowledged() >= before_stop);

  // And one that is asked to end gives the writing away.
  const auto asked = std::chrono::steady_clock::now();
  REQUIRE(::kill(run.programs[third]->pid(), SIGTERM) == 0);
  const auto fourth = writer_of(run.ports, third);
  CHECK(fourth < kReplicas);
  MESSAGE("handed over in " << std::chrono::duration_cast<std::chrono::milliseconds>(
                                   std::chrono::steady_clock::now() - asked)
                                   .count()
                            << " ms");
  run.programs[third].reset();
  run.start(third);
  REQUIRE(comes_up(run.ports[third]));
  std::this_thread::sleep_for(500ms);  // For writes to the new one: nothing waits for this.
  for (auto& client : clients) client.request_stop();
  clients.clear();

  REQUIRE(promises.made.size() > 100);
  std::this_thread::sleep_for(1s);
  for (const auto port : run.ports) CHECK(lost_on(port, promises) == 0);
  CHECK(promises.reads_failed == 0);
  CHECK(promises.read > 100);
  MESSAGE(promises.made.size() << " writes acknowledged, " << promises.unknown << " not, " << promises.read
                               << " reads");
  const auto verified =
      e2e::run({{TOOLHIVE_BIN_DIR "/mcp-registry", "verify", "--config", run.folder + "/config.yaml"}});
  CHECK_MESSAGE(verified.ok(), verified.explain());
}
