#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "registry/auth/algorithm.hpp"
#include "registry/auth/right.hpp"

namespace toolhive::registry::auth {

// Who a bearer token is believed from.
enum class Mode {
  None,        // Tokens are not looked at; everybody may do everything.
  Oidc,        // An OpenID Connect issuer signs them.
  Kubernetes,  // The API server is asked about each (TokenReview).
};

// Gives a right to subjects and groups. Of the rules that fit somebody, the highest right to a name
// counts.
struct Rule {
  std::vector<std::string> subjects, groups;  // Globs (model/name.hpp); one of either must match.
  Right right = Right::None;
  std::vector<std::string> names;  // Globs of tools' and servers' names; none for all.
  // Globs of `Kind/namespace/name` that may be given as managedBy.
  std::vector<std::string> managers;
};

struct OidcSettings {
  // As tokens and the discovery document write it, to the letter.
  std::string issuer;
  std::vector<std::string> audiences;  // One of which a token must be for.
  std::string ca_file;  // PEM: who signed the issuer's certificate; empty for the system's roots.
  std::vector<Algorithm> algorithms = {Algorithm::RS256, Algorithm::ES256};
  std::string username_claim = "sub", username_prefix;
  std::string groups_claim = "groups", groups_prefix;
  std::chrono::milliseconds leeway{30'000};  // By how much the clocks may differ.
  // How often the keys are fetched without being missed.
  std::chrono::milliseconds refresh{600'000};
};

struct KubernetesSettings {
  std::string server;  // https://host:port of the API server.
  std::string token_file = "/var/run/secrets/kubernetes.io/serviceaccount/token";
  std::string ca_file = "/var/run/secrets/kubernetes.io/serviceaccount/ca.crt";
  std::vector<std::string> audiences = {"mcp-registry"};
  std::chrono::milliseconds cache{30'000};  // How long an accepted token is not asked about again.
  std::chrono::milliseconds timeout{5'000};
};

// The operator that keeps the tools of MCPTools registered here. Its tokens are believed beside
// those of the mode.
struct OperatorSettings {
  std::string audience;   // What its tokens must be for: this registry alone.
  std::string jwks_file;  // Its public keys, a JWK Set (RFC 7517); followed when it changes.
};

struct AuthSettings {
  Mode mode = Mode::None;
  // Whether reading needs no token. Without meaning in mode None.
  bool anonymous_read = false;
  // Globs of the names that may be read without a token, where not all may.
  std::vector<std::string> anonymous_names;
  Right metrics_right = Right::None;  // What /metrics asks for; None: nothing.
  std::string resource;  // The registry's URL as clients know it; empty: as each request names it.
  OidcSettings oidc;
  KubernetesSettings kubernetes;
  std::optional<OperatorSettings> operator_settings;
  std::vector<Rule> rules;
};

// The log of writes.
struct AuditSettings {
  enum class Output { Default, Off, Stdout, File };
  Output output = Output::Default;  // Stdout unless the mode is None.
  // Appended to; opened for each line, so that it can be moved away.
  std::string file;
};

// How much each client may ask for. A rate of 0 is no limit.
struct RateSettings {
  struct Limit {
    unsigned per_second = 0;
    unsigned burst = 0;  // 0: twice the rate.
  };
  Limit reads, writes;
  unsigned trusted_proxies =
      0;  // How many of the last entries of X-Forwarded-For are not the client's own words.

  bool limited() const { return reads.per_second != 0 || writes.per_second != 0; }
};

}  // namespace toolhive::registry::auth
