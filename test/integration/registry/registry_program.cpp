#include "test/integration/registry/registry_program.hpp"

#include <doctest/doctest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

#include "test/integration/kube/cluster.hpp"
#include "test/stores/loopback.hpp"
#include "test/stores/registry_client.hpp"

using namespace toolhive;

namespace toolhive::test {

Scratch::Scratch() {
  char pattern[] = "/tmp/registry-it-XXXXXX";
  REQUIRE(::mkdtemp(pattern) != nullptr);
  path_ = pattern;
}

Scratch::~Scratch() {
  std::error_code ignored;  // What is left over in /tmp fails no test.
  std::filesystem::remove_all(path_, ignored);
}

std::string Scratch::write(const std::string& name, const std::string& content) const {
  std::ofstream(path_ + "/" + name) << content;
  return path_ + "/" + name;
}

RegistryProgram::RegistryProgram(const Scratch& scratch, const std::string& config) {
  const auto port = registry::test::free_port();
  url_ = "http://127.0.0.1:" + std::to_string(port);
  const auto config_file =
      scratch.write("config.yaml", "logLevel: warn\nstorage: {path: " + scratch.path() + "/data}\n" + config);
  const auto server_file =
      scratch.write("server.yaml", "address: 127.0.0.1\nthreads: 2\nport: " + std::to_string(port) + "\n");
  process_ = std::make_unique<e2e::Background>(e2e::Command{
      {TOOLHIVE_BIN_DIR "/mcp-registry", "serve", "--config", config_file, "--server", server_file}});
  REQUIRE(eventually([this] { return status("", "GET", "/ready") == 200; }));
}

WebAnswer RegistryProgram::send(const std::string& token, const std::string& method,
                                const std::string& target, const std::string& body) const {
  WebCall call{method, url_ + target, body, {"Content-Type: application/json"}, {}};
  if (!token.empty()) call.headers.push_back("Authorization: Bearer " + token);
  return web(call);
}

int RegistryProgram::add(const std::string& token, const std::string& name) const {
  return status(token, "POST", "/api/v1/tools",
                R"({"name":")" + name + R"(","version":"1.0.0","inputSchema":{"type":"object"}})");
}

}  // namespace toolhive::test
