#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <string>

#include "registry/api/message.hpp"

namespace toolhive::registry {

// Counts the bytes of the answers that were made for one request each and are not sent yet: clients
// that ask for much and read slowly would fill the memory with them. Thread safe.
class UnsentBytes {
 public:
  explicit UnsentBytes(std::size_t most);

  // Counts the response's body until nobody holds it any more. When there would be too many, the
  // response becomes a 503. A body that somebody else holds as well, the index or a cache, and one
  // that is small cost nothing to keep and are not counted.
  void hold(Response& response);

 private:
  const std::size_t most_;
  const std::shared_ptr<std::atomic<std::size_t>> bytes_;  // Outlives this with the last body.
};

}  // namespace toolhive::registry
