#include "serving_registry.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <fstream>
#include <thread>

#include "loopback.hpp"
#include "registry_client.hpp"

namespace toolhive::registry::test {

using namespace std::chrono_literals;

ServingRegistry::ServingRegistry(const std::string& config)
    : port_(free_port()),
      process_(
          {{TOOLHIVE_BIN_DIR "/mcp-registry", "serve", "--config", config, "--server", write_server()}}) {
  RegistryClient client(port_);
  const auto deadline = std::chrono::steady_clock::now() + 30s;
  for (;;) {
    const auto answer = client.send("GET", "/ready");
    if (answer && answer->status == 200) return;
    REQUIRE(std::chrono::steady_clock::now() < deadline);
    std::this_thread::sleep_for(2ms);
  }
}

std::string ServingRegistry::write_server() const {
  auto path = folder_.path() + "/server.yaml";
  std::ofstream(path) << "address: 127.0.0.1\nport: " << port_ << "\nthreads: 2\n";
  return path;
}

}  // namespace toolhive::registry::test
