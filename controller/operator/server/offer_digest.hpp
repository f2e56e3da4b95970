// offer_digest: what tells whether a server offers something else than before.
#pragma once

#include <string>

#include "controller/mcp/client/offer.hpp"

namespace toolhive {

// In hexadecimal: over the tools, whatever their order, and over the server's name, title, version,
// protocol and whether the list depends on who asks. For comparing within one process only.
std::string offer_digest(const mcp::Offer& offer);

}  // namespace toolhive
