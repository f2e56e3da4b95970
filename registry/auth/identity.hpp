#pragma once

#include <string>
#include <vector>

namespace toolhive::registry::auth {

// Who a token was given to.
struct Identity {
  std::string subject;  // With the configured prefix; never empty.
  std::vector<std::string> groups;
  bool is_operator = false;  // What it may do is not said by rules.
};

}  // namespace toolhive::registry::auth
