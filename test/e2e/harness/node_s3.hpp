// NodeS3: an S3 server on the node, which pods reach at its address.
#pragma once

#include <memory>
#include <string>

#include "test/e2e/harness/process.hpp"

namespace e2e {

// That of test/stores/s3, in the cluster's network, with the bucket `backups`. It ends with this
// object, and what it holds with it.
class NodeS3 {
 public:
  static constexpr const char* kAccessKeyId = "an-id-of-the-test";
  static constexpr const char* kSecretAccessKey = "a-key-of-the-test";

  NodeS3();

  std::string endpoint() const;

 private:
  std::unique_ptr<Background> process_;
};

}  // namespace e2e
