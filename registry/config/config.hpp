#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "controller/base/log_level.hpp"
#include "registry/auth/settings.hpp"
#include "registry/base/result.hpp"
#include "registry/model/tool.hpp"
#include "registry/store/open/options.hpp"
#include "registry/upstream/settings.hpp"

namespace toolhive::registry {

// What the registry is (`--config`). docs/registry-configuration.md lists the fields of the file.
struct Config {
  LogLevel log_level = LogLevel::Info;
  StoreOptions store;
  ToolPolicy policy;
  auth::AuthSettings auth;
  auth::AuditSettings audit;
  std::vector<upstream::UpstreamSettings> upstreams;
};

// How it serves (`--server`).
struct ServerConfig {
  std::string address = "+";  // "+" is every address of IPv4 and IPv6.
  std::uint16_t port = 8080;
  unsigned threads = 0;  // 0: as many as there are processors, 2 at least.
  std::uint64_t body_limit = 1 << 20;
  std::size_t connections = 4096;
  bool mcp = true;  // Whether /mcp is there.
  std::chrono::milliseconds header_timeout{10'000}, body_timeout{30'000}, write_timeout{30'000},
      idle_timeout{75'000}, drain_timeout{10'000};
  // For which requests are taken as before after SIGTERM, while /ready says 503 already.
  std::chrono::milliseconds shutdown_delay{0};
  std::uint32_t access_log_one_in = 0;  // Of the reads that went well, one in so many is logged; 0 for none.
  auth::RateSettings rates;
  // Below which a proxy serves the registry, taking it off; begins with a slash, or is empty.
  std::string path_prefix;
  std::string tls_certificate, tls_key;             // PEM files; both or neither.
  std::vector<std::string> tls_client_authorities;  // PEM files; none: clients need no certificate.
  // With several replicas on the same files: who signed their certificate, as a PEM file, and the
  // name that it is for. Both or neither.
  std::string tls_replica_authorities, tls_replica_name;
};

// Reads YAML, which JSON is part of. Every field is optional. Invalid with the field's path
// ("limits.toolBytes") for an unknown or repeated field and for a value that is not acceptable;
// Malformed with the line for what is not YAML.
Result<Config> parse_config(const std::string& text);
Result<ServerConfig> parse_server_config(const std::string& text);

// The same from a file, which the error names.
Result<Config> load_config(const std::string& path);
Result<ServerConfig> load_server_config(const std::string& path);

}  // namespace toolhive::registry
