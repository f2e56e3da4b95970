// Hearing: whether an MCPTool's server is listened to.
#pragma once

#include "controller/base/status.hpp"

namespace toolhive {

struct Hearing {
  enum class State {
    Unknown,     // nothing was tried yet
    Listening,   // changes are told, or will be again within seconds
    NotOffered,  // the server does not tell of changes
    Broken,      // it cannot be listened to, which is tried again
    Flooding,    // it told so much that it is not listened to for some time
    Full,        // as many servers are listened to as may be
  };
  State state = State::Unknown;
  Status failure;  // of Broken and Flooding
};

}  // namespace toolhive
