// Where a registry answers inside its cluster.
#pragma once

#include <string>
#include <string_view>

#include "controller/kube/object/resource.hpp"

namespace toolhive {

// At which port a registry serves, and how.
struct ServedPort {
  int number;
  const char* name;          // of the port, and what it speaks
  const char* probe_scheme;  // as a probe has it
};

// With TLS, or with plain HTTP: a registry serves one of the two.
const ServedPort& served_port(bool tls);

// By whose word the certificate of a registry is trusted: a value of a ConfigMap beside it, in PEM.
struct AuthorityRef {
  std::string config_map;
  std::string key;
  bool operator==(const AuthorityRef&) const = default;
};

// The DNS name of its Service.
std::string internal_host(const kube::Key& registry);
// The URL that pods use.
std::string internal_url(const kube::Key& registry, bool tls);
// What tokens for this registry alone are for. With the uid, so that one for a Registry that is
// gone is good for no other of its name.
std::string registry_audience(const kube::Key& registry, std::string_view uid);

}  // namespace toolhive
