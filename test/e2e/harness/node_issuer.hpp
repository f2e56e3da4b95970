// NodeIssuer: an OpenID Connect issuer on the node, which pods reach at its address.
#pragma once

#include <memory>
#include <string>

#include "test/e2e/harness/process.hpp"

namespace e2e {

// That of test/integration/issuer, in the cluster's network, with a certificate of its own: clients
// ada (groups team-a) and root (groups admins). It ends with this object. Throws std::runtime_error
// when it does not start.
class NodeIssuer {
 public:
  explicit NodeIssuer(int port);
  ~NodeIssuer();
  NodeIssuer(const NodeIssuer&) = delete;
  NodeIssuer& operator=(const NodeIssuer&) = delete;

  std::string url() const;
  // The certificate authority of its certificate, in PEM.
  std::string authority() const;
  // `scope` as the issuer's own words in test/integration/issuer/main.go.
  std::string token(const std::string& client, const std::string& scope = {}) const;
  // Signs with another key from now on, of ES256 or RS256, and publishes that alone.
  void rotate(const std::string& algorithm) const;
  // SIGKILL; started again it has other keys.
  void stop();
  void start();

 private:
  const int port_;
  std::string folder_;
  std::unique_ptr<Background> process_;
};

}  // namespace e2e
