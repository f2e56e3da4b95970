// Sighting: what was last seen of an MCPTool's server.
#pragma once

#include <memory>
#include <string>

#include "controller/base/status.hpp"
#include "controller/mcp/client/offer.hpp"

namespace toolhive {

struct Sighting {
  // What the last look that succeeded saw. Null: not seen yet, not since the operator started or
  // the spec changed; or dropped, when `digest` still says which one it was.
  std::shared_ptr<const mcp::Offer> offer;
  // Of the last look; ok: it succeeded. reason() is that of the condition ServerAvailable.
  Status failure;
  bool restricted = false;  // it answered 401 or 403: alive, and not for us to read
  bool looked = false;      // some look has ended
  std::string digest;       // of what the last look that succeeded saw, see offer_digest()
};

}  // namespace toolhive
