#pragma once

#include <cstdint>
#include <string>

#include "registry/base/result.hpp"

namespace toolhive::registry::postgres {

// Where a PostgreSQL database is and who asks (the `database` section of the configuration). Files
// are read anew for each connection, so that a password can be changed without a restart. Holds no
// secret.
struct DatabaseOptions {
  std::string url;       // postgresql://user@host:5432/name; without a password.
  std::string url_file;  // A file that holds the URL, which may have a password: a mounted Secret.
  std::string host;      // A name, an address, several with commas, or the folder of a Unix socket.
  std::uint16_t port = 5432;
  std::string name = "mcp_registry";
  std::string user = "mcp_registry";
  std::string password_file;  // Its one line.
  std::string ssl_mode;       // libpq's sslmode; empty: verify-full with ca_file, else require.
  std::string ca_file;        // PEM; whom to trust to sign the server's certificate.
  // PEM; who the registry is, for a server that asks for a certificate. Both or neither.
  std::string cert_file;
  std::string key_file;

  bool used() const { return !url.empty() || !url_file.empty() || !host.empty(); }
  // "mcp_registry at db:5432", for people.
  std::string display() const;
};

// Invalid, with the field's name, when the fields contradict each other, or the URL holds a
// password.
Result<void> check(const DatabaseOptions& options);

}  // namespace toolhive::registry::postgres
