// Databases on a PostgreSQL server on the node, which starts when the first is asked for and ends
// with the program. Thread-safe.
#pragma once

#include <string>

namespace toolhive::faults {

struct Database {
  std::string url;        // as a Secret has it
  std::string authority;  // of the server's certificate, in PEM
  int port = 0;
};
// That of the namespace, made when it is asked for the first time. Throws std::runtime_error.
Database database_of(const std::string& ns);

}  // namespace toolhive::faults
