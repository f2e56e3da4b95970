// Replicas on one folder that serve TLS, with the certificate that they share.
#include <doctest/doctest.h>

#include <array>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "../e2e/harness/process.hpp"
#include "../unit/kube/certificate_maker.hpp"
#include "loopback.hpp"

using namespace toolhive::registry::test;
using namespace std::chrono_literals;
using toolhive::test::Authority;
using toolhive::test::Pem;

namespace {

constexpr const char* kServed = "registry.mcp.svc";
constexpr const char* kWrites = "\"writer\":true";
constexpr const char* kFollows = "\"writer\":false";

class EncryptedReplicas {
 public:
  explicit EncryptedReplicas(bool asks_clients = false) {
    char pattern[] = "/tmp/registry-tls-XXXXXX";
    folder_ = ::mkdtemp(pattern);
    trust(authority_);
    const Pem serving = authority_.issue("registry", std::string("DNS:") + kServed);
    std::ofstream(folder_ + "/tls.crt") << serving.certificate;
    std::ofstream(folder_ + "/tls.key") << serving.key;
    std::ofstream(folder_ + "/clients.crt") << authority_.certificate();
    const Pem client = authority_.issue("client", "DNS:client");
    std::ofstream(folder_ + "/client.pem") << client.certificate << client.key;
    const std::string asks = asks_clients ? ", clientCAFiles: [" + folder_ + "/clients.crt]" : "";
    std::ofstream(folder_ + "/config.yaml")
        << "logLevel: error\nstorage: {path: " << folder_ << "/data, shared: true}\n";
    for (std::size_t i = 0; i < ports_.size(); ++i) {
      ports_[i] = free_port();
      const std::string file = folder_ + "/server-" + std::to_string(i) + ".yaml";
      std::ofstream(file) << "address: 127.0.0.1\nport: " << ports_[i]
                          << "\nthreads: 2\ntls: {certFile: " << folder_ << "/tls.crt, keyFile: " << folder_
                          << "/tls.key, replicaCAFile: " << folder_
                          << "/replicas.crt, replicaServerName: " << kServed << asks << "}\n";
      programs_[i] = std::make_unique<e2e::Background>(
          e2e::Command{{TOOLHIVE_BIN_DIR "/mcp-registry", "serve", "--config", folder_ + "/config.yaml",
                        "--server", file, "--replica-host", "127.0.0.1"}});
    }
  }
  ~EncryptedReplicas() {
    for (auto& program : programs_) program.reset();
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  // By whose word the replicas take each other's certificates.
  void trust(const Authority& authority) const {
    std::ofstream(folder_ + "/new") << authority.certificate();
    std::filesystem::rename(folder_ + "/new", folder_ + "/replicas.crt");
  }
  const Authority& authority() const { return authority_; }

  // The status, and the body before it.
  std::string ask(std::size_t replica, const std::string& path, const std::string& body = {},
                  const std::vector<std::string>& options = {}) const {
    const std::string port = std::to_string(ports_[replica]);
    e2e::Command command{{"curl", "--silent", "--show-error", "--max-time", "20", "--cacert",
                          folder_ + "/clients.crt", "--resolve",
                          std::string(kServed) + ":" + port + ":127.0.0.1", "--write-out", " %{http_code}"}};
    command.argv.insert(command.argv.end(), options.begin(), options.end());
    if (!body.empty()) {
      for (const char* word : {"--header", "Content-Type: application/json", "--data-binary", "@-"})
        command.argv.emplace_back(word);
      command.input = body;
    }
    command.argv.push_back(std::string("https://") + kServed + ":" + port + path);
    return e2e::run(command).out;
  }
  std::vector<std::string> as_client() const { return {"--cert", folder_ + "/client.pem"}; }
  std::size_t which(const std::string& says) const {
    const auto deadline = std::chrono::steady_clock::now() + 40s;
    while (std::chrono::steady_clock::now() < deadline) {
      for (std::size_t i = 0; i < ports_.size(); ++i)
        if (ask(i, "/ready").find(says) != std::string::npos) return i;
      std::this_thread::sleep_for(50ms);
    }
    return ports_.size();
  }

 private:
  const Authority authority_{"the registry's"};
  std::string folder_;
  std::array<std::uint16_t, 2> ports_{};
  std::array<std::unique_ptr<e2e::Background>, 2> programs_;
};

std::string tool_named(const std::string& name) {
  return R"({"name":")" + name + R"(","version":"1.0.0","inputSchema":{"type":"object"}})";
}

}  // namespace

TEST_CASE("replicas that serve TLS send writes on to the one whose certificate they trust, and to no other") {
  const EncryptedReplicas replicas;
  REQUIRE(replicas.which(kWrites) < 2);
  const std::size_t follower = replicas.which(kFollows);
  REQUIRE(follower < 2);
  CHECK(replicas.ask(follower, "/api/v1/tools", tool_named("a-tool")).ends_with(" 201"));

  replicas.trust(Authority("somebody else's"));
  const std::string refused = replicas.ask(follower, "/api/v1/tools", tool_named("b-tool"));
  CHECK_MESSAGE(refused.ends_with(" 503"), refused);
  CHECK_MESSAGE(refused.find("nothing was written") != std::string::npos, refused);

  replicas.trust(replicas.authority());
  CHECK(replicas.ask(follower, "/api/v1/tools/b-tool").ends_with(" 404"));
  CHECK(replicas.ask(follower, "/api/v1/tools", tool_named("b-tool")).ends_with(" 201"));
}

TEST_CASE(
    "a replica takes from another what a client was let in for there, and asks others for a certificate") {
  const EncryptedReplicas replicas(true);
  const std::size_t writer = replicas.which(kWrites);
  REQUIRE(writer < 2);
  REQUIRE(replicas.which(kFollows) == 1 - writer);
  const std::string lie = "Mcp-Registry-Forwarded: " + std::string(64, '0') + " - - -";
  for (const std::size_t replica : {writer, 1 - writer}) {
    const std::string tool = tool_named("tool-" + std::to_string(replica));
    CHECK(replicas.ask(replica, "/api/v1/tools", tool).ends_with(" 403"));
    CHECK(replicas.ask(replica, "/api/v1/tools", tool, {"--header", lie}).ends_with(" 403"));
    CHECK(replicas.ask(replica, "/api/v1/tools", tool, replicas.as_client()).ends_with(" 201"));
  }
}

TEST_CASE("a replica that is to serve TLS without being told whom to trust does not start, and says why") {
  char pattern[] = "/tmp/registry-tls-XXXXXX";
  const std::string folder = ::mkdtemp(pattern);
  const Pem serving = Authority("any").issue("registry", std::string("DNS:") + kServed);
  std::ofstream(folder + "/tls.crt") << serving.certificate;
  std::ofstream(folder + "/tls.key") << serving.key;
  std::ofstream(folder + "/config.yaml") << "storage: {path: " << folder << "/data, shared: true}\n";
  std::ofstream(folder + "/server.yaml")
      << "port: 0\ntls: {certFile: " << folder << "/tls.crt, keyFile: " << folder << "/tls.key}\n";
  const e2e::Output output =
      e2e::run({{TOOLHIVE_BIN_DIR "/mcp-registry", "serve", "--config", folder + "/config.yaml", "--server",
                 folder + "/server.yaml", "--replica-host", "127.0.0.1"}});
  std::filesystem::remove_all(folder);
  CHECK(output.code == 1);
  CHECK_MESSAGE((output.out + output.err).find("tls.replicaCAFile") != std::string::npos, output.explain());
}
