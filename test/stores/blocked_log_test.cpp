// The program itself, with a standard output that nobody reads: a stopped container runtime, a full
// disk of the node.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "../e2e/harness/process.hpp"
#include "loopback.hpp"
#include "registry_client.hpp"

using namespace toolhive::registry::test;
using namespace std::chrono_literals;

namespace {

// A pipe with a name, full from the start. Open at both ends as long as it lives.
class FullPipe {
 public:
  explicit FullPipe(std::string path) : path_(std::move(path)) {
    REQUIRE(::mkfifo(path_.c_str(), 0600) == 0);
    descriptor_ = ::open(path_.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC);
    REQUIRE(descriptor_ >= 0);
    while (::write(descriptor_, "\n", 1) == 1) continue;
  }
  ~FullPipe() { ::close(descriptor_); }
  FullPipe(const FullPipe&) = delete;
  FullPipe& operator=(const FullPipe&) = delete;

  const std::string& path() const { return path_; }

  // The lines until one has this message; those there are when nothing comes for ten seconds.
  std::vector<nlohmann::json> read_until(const std::string& message) {
    std::vector<nlohmann::json> lines;
    std::string text;
    pollfd readable{descriptor_, POLLIN, 0};
    while (::poll(&readable, 1, 10'000) > 0) {
      char buffer[4096];
      const ssize_t count = ::read(descriptor_, buffer, sizeof buffer);
      if (count > 0) text.append(buffer, static_cast<std::size_t>(count));
      for (std::size_t end; (end = text.find('\n')) != std::string::npos; text.erase(0, end + 1)) {
        if (end == 0) continue;  // What filled it.
        lines.push_back(nlohmann::json::parse(text.substr(0, end)));
        if (lines.back()["msg"] == message) return lines;
      }
    }
    return lines;
  }

 private:
  const std::string path_;
  int descriptor_ = -1;
};

class RegistryFolder {
 public:
  RegistryFolder() {
    char name[] = "/tmp/blocked-log-XXXXXX";
    REQUIRE(::mkdtemp(name) != nullptr);
    path = name;
  }
  ~RegistryFolder() {
    std::error_code ignored;  // What is left over in /tmp fails no test.
    std::filesystem::remove_all(path, ignored);
  }
  std::string path;
};

e2e::Command serve_into(const std::string& output, const std::string& folder, std::uint16_t port) {
  std::ofstream(folder + "/config.yaml")
      << "storage: {path: " << folder << "/data}\naudit: {output: stdout}\n";
  std::ofstream(folder + "/server.yaml") << "address: 127.0.0.1\nport: " << port << "\nthreads: 2\n";
  return {{"sh", "-c", "exec \"$0\" \"$@\" >" + output, TOOLHIVE_BIN_DIR "/mcp-registry", "serve", "--config",
           folder + "/config.yaml", "--server", folder + "/server.yaml"}};
}

template <class Condition>
bool within(std::chrono::seconds time, Condition condition) {
  const auto deadline = std::chrono::steady_clock::now() + time;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(2ms);
  }
  return true;
}

bool answers(RegistryClient& client, const std::string& target) {
  const auto answer = client.send("GET", target);
  return answer && answer->status == 200;
}

// Writes that are refused, each with two lines of more than a kilobyte.
bool make_lines(RegistryClient& client, int count) {
  const std::string target = "/api/v1/tools/none?reason=" + std::string(1000, 'x');
  for (int i = 0; i < count; ++i) {
    if (!client.send("DELETE", target)) return false;
  }
  return true;
}

std::uint64_t lines_lost(RegistryClient& client) {
  const auto metrics = client.send("GET", "/metrics");
  if (!metrics) return 0;
  const std::string name = "\nmcp_registry_log_lines_lost_total ";
  const auto at = metrics->body.find(name);
  return at == std::string::npos ? 0 : std::stoull(metrics->body.substr(at + name.size()));
}

// More than the queue holds.
constexpr int kManyLines = 3000;

}  // namespace

TEST_CASE(
    "while nobody reads its log, a registry goes on serving, counts the lines it loses, and stops in time") {
  const RegistryFolder folder;
  const FullPipe pipe(folder.path + "/log");
  const auto port = free_port();
  e2e::Background registry(serve_into(pipe.path(), folder.path, port));
  RegistryClient client(port);
  REQUIRE(within(10s, [&] { return answers(client, "/ready"); }));
  REQUIRE(make_lines(client, kManyLines));
  CHECK(answers(client, "/health"));
  CHECK(answers(client, "/api/v1/tools"));
  CHECK(lines_lost(client) > 0);
  REQUIRE(::kill(registry.pid(), SIGTERM) == 0);
  CHECK(within(10s, [&] { return !registry.running(); }));
}

TEST_CASE("once its log is read again, a registry tells how many lines it lost, and its last line comes") {
  const RegistryFolder folder;
  FullPipe pipe(folder.path + "/log");
  const auto port = free_port();
  e2e::Background registry(serve_into(pipe.path(), folder.path, port));
  RegistryClient client(port);
  REQUIRE(within(10s, [&] { return answers(client, "/ready"); }));
  REQUIRE(make_lines(client, kManyLines));
  const auto lost = lines_lost(client);
  const std::string told = "log lines were lost: they came faster than they were read";
  const auto lines = pipe.read_until(told);
  REQUIRE(!lines.empty());
  CHECK(lines.front()["msg"] == "listening");
  CHECK(lines.back()["lines"] == lost);
  REQUIRE(::kill(registry.pid(), SIGTERM) == 0);
  CHECK(pipe.read_until("stopped").back()["msg"] == "stopped");
  CHECK(within(10s, [&] { return !registry.running(); }));
}
