#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "registry/base/result.hpp"

namespace toolhive::registry::redis {

// Where a Redis server is that may hold copies of what a database has (the `cache.redis` section of
// the configuration). Files are read anew for each connection. Holds no secret.
struct RedisOptions {
  std::string url;  // redis://user@host:6379/0, or rediss:// for TLS; without a password.
  // A file that holds the URL, which may have a password: a mounted Secret.
  std::string url_file;
  std::string password_file;  // Its one line.
  std::string ca_file;        // PEM; whom to trust with TLS. Empty: the system's authorities.
  std::chrono::milliseconds ttl =
      std::chrono::hours(24);  // After which the server drops what is not kept anew.
  // How long the server may say nothing before it is done without.
  std::chrono::milliseconds timeout{1'000};

  bool used() const { return !url.empty() || !url_file.empty(); }
  // For people: names the field, not what it holds.
  std::string display() const;
};

// A URL, taken apart.
struct Address {
  bool tls = false;
  std::string host;
  std::string port = "6379";
  std::string user, password;  // May be empty.
  std::string database = "0";
};

// Invalid, with the field's name, when the fields contradict each other, or the URL holds a
// password.
Result<void> check(const RedisOptions& options);

// Reads the files. Unavailable, without their text, when they cannot be read or hold something
// else.
Result<Address> address_of(const RedisOptions& options);

}  // namespace toolhive::registry::redis
