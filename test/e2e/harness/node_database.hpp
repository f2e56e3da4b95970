// NodeDatabase: a PostgreSQL server on the node, which pods reach at its address.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "test/e2e/harness/process.hpp"

namespace e2e {

// In the cluster's network, with a role and a database `mcp`. Throws std::runtime_error when it
// does not start; it ends with this object.
class NodeDatabase {
 public:
  // What runs a command in the cluster's network.
  using Inside = std::function<Command(std::vector<std::string>)>;

  NodeDatabase();  // in that of Cluster::get()
  explicit NodeDatabase(Inside inside);
  ~NodeDatabase();
  NodeDatabase(const NodeDatabase&) = delete;
  NodeDatabase& operator=(const NodeDatabase&) = delete;

  int port() const { return port_; }
  // One more, of the same role.
  void make_database(const std::string& name);
  // With user and password, as a Secret has it.
  std::string url(const std::string& database = "mcp") const;
  // The certificate authority of its certificate, in PEM.
  std::string authority() const;
  // SIGKILL to all its processes, and to start again on what is on disk.
  void kill();
  void start();

 private:
  void order(const std::string& word);
  void sql(const std::string& text);

  const Inside inside_;
  std::string work_;    // our own folder
  std::string folder_;  // the server's
  int port_ = 0;
  int answers_ = 0;
  std::unique_ptr<Background> process_;
};

}  // namespace e2e
