#pragma once

#include <string>
#include <vector>

namespace toolhive::registry::auth {

// Who a token was given to.
struct Identity {
  std::string subject;  // With the configured prefix; never empty.
  std::vector<std::string> groups;
};

}  // namespace toolhive::registry::auth
