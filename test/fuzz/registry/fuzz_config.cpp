// Configurations. What is taken is within its limits; what is not says why.
#include <cstdint>
#include <string>

#include "registry/config/config.hpp"
#include "test/fuzz/require.hpp"

using namespace toolhive::registry;
using toolhive::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  if (auto config = parse_config(text)) {
    require(config->store.limits.tools > 0 && config->store.limits.versions_per_tool > 0);
    require(config->auth.mode == auth::Mode::None || !config->auth.rules.empty());
  } else {
    require(!config.error().detail.empty());
  }
  if (auto server = parse_server_config(text)) {
    require(server->connections > 0 && server->body_limit > 0);
    require(server->tls_certificate.empty() == server->tls_key.empty());
  } else {
    require(!server.error().detail.empty());
  }
  return 0;
}
