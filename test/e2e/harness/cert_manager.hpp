// CertManager: cert-manager in the cluster, without its webhook.
#pragma once

#include <memory>
#include <optional>

#include "test/e2e/harness/offered_api.hpp"
#include "test/e2e/harness/process.hpp"

namespace e2e {

// Its API, and on the node its own controllers for Issuers of the kinds CA and SelfSigned
// (test/e2e/cert-manager) with the rights of an administrator. Both end with this object. Throws
// std::runtime_error when they cannot be built, which takes minutes the first time.
class CertManager {
 public:
  CertManager();

 private:
  std::optional<OfferedApi> api_;
  std::unique_ptr<Background> process_;
};

}  // namespace e2e
