// Negotiation: how to speak with a server, judged by what it made of `server/discover`.
#pragma once

#include <string>

#include "controller/base/status.hpp"
#include "controller/mcp/client/answer.hpp"

namespace toolhive::mcp {

struct Negotiated {
  enum class Way {
    Modern,      // the answer is a DiscoverResult: go on with `version`
    AskAgain,    // it wants to be asked with `version`, which is modern
    Initialize,  // it is, or wants to be, a legacy server: `initialize` with `version`
  };
  Way way = Way::Initialize;
  std::string version;
};

// Pure. What is no answer of a modern server is a legacy one's (2026-07-28, "Backward
// Compatibility"), which may even answer `server/discover` and list legacy versions only. A Status
// where asking otherwise would not help: who asks is not accepted, too many requests, a server that
// failed, or speaks other versions.
StatusOr<Negotiated> negotiate(const Answer& discovered);

}  // namespace toolhive::mcp
