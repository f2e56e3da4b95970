// ServingRegistry: a real mcp-registry that serves the store of a configuration.
#pragma once

#include <cstdint>
#include <string>

#include "../e2e/harness/process.hpp"
#include "backup_fixture.hpp"

namespace toolhive::registry::test {

class ServingRegistry {
 public:
  // `config`: the path of the configuration. Returns when the registry is ready; the test ends where it
  // is not within 30 s.
  explicit ServingRegistry(const std::string& config);

  std::uint16_t port() const { return port_; }

 private:
  std::string write_server() const;

  const TemporaryFolder folder_;
  const std::uint16_t port_;
  e2e::Background process_;
};

}  // namespace toolhive::registry::test
