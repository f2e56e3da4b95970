#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "registry/base/result.hpp"
#include "registry/model/name.hpp"

namespace toolhive::registry::upstream {

inline constexpr std::size_t kMostUpstreams = 16;

// A header that goes with each request, whose value is in a file.
struct SecretHeader {
  std::string name;
  std::string value_file;
};

// Another registry, whose servers are taken in.
struct UpstreamSettings {
  std::string name;    // What it is called here: of a-z, 0-9 and -, at most 63.
  std::string url;     // Its root, below which /v0.1/servers is; without a slash at its end.
  NamingPolicy names;  // Which of its servers.
  std::chrono::milliseconds interval{std::chrono::minutes(15)};     // Between two looks at what changed.
  std::chrono::milliseconds full_interval{std::chrono::hours(24)};  // Between two looks at everything.
  std::size_t versions = 50'000;                                    // That one look may list.
  std::string ca_file;     // PEM: who signed its certificate; empty for the system's roots.
  std::string token_file;  // A bearer token; empty for none.
  std::vector<SecretHeader> headers;
  // Blocks of addresses (CIDR) that may be connected to beside those that anybody may: loopback and
  // link-local ones are refused otherwise.
  std::vector<std::string> addresses;
};

// Invalid, with the field, for what cannot work.
Result<void> check(const UpstreamSettings& settings);

}  // namespace toolhive::registry::upstream
