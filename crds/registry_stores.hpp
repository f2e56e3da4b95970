// What a Registry says of the services that it keeps its data in: PostgreSQL, and Redis as a cache.
// Their addresses and passwords are in Secrets of the Registry's namespace.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace toolhive {

// One value of a Secret, under a key that has a default.
template <const char* kDefaultKey>
struct SecretKey {
  std::string name;
  std::string key = kDefaultKey;

  template <class Fields>
  void describe(const Fields& fields) {
    fields.require("name");
    fields.read("name", name);
    fields.read("key", key);
  }
};

// The keys under which CloudNativePG and cert-manager write these.
inline constexpr char kUrlKey[] = "uri";
inline constexpr char kAuthorityKey[] = "ca.crt";
using UrlSecret = SecretKey<kUrlKey>;
using AuthoritySecret = SecretKey<kAuthorityKey>;

struct PostgreSQLSpec {
  UrlSecret url;
  std::optional<AuthoritySecret> authority;  // absent: the server's certificate is not checked
  std::string client_certificate;            // a Secret of the type kubernetes.io/tls; empty: none
  std::int64_t port = 5432;                  // that the NetworkPolicy lets the pods reach

  template <class Fields>
  void describe(const Fields& fields) {
    fields.require("secretRef");
    fields.read("secretRef", url);
    fields.read("caSecretRef", authority);
    fields.object("clientCertificateSecretRef").read("name", client_certificate);
    fields.read("port", port);
  }
};

struct RedisSpec {
  UrlSecret url;
  std::optional<AuthoritySecret> authority;  // absent: those that the image trusts
  std::int64_t port = 6379;                  // that the NetworkPolicy lets the pods reach
  std::int64_t ttl_seconds = 86400;          // after which Redis drops what no replica kept anew

  template <class Fields>
  void describe(const Fields& fields) {
    fields.require("secretRef");
    fields.read("secretRef", url);
    fields.read("caSecretRef", authority);
    fields.read("port", port);
    fields.read("ttlSeconds", ttl_seconds);
  }
};

}  // namespace toolhive
