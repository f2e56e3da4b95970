// Bringing one tool of a server into a registry, whatever is there.
#pragma once

#include <optional>
#include <string>

#include "controller/base/context.hpp"
#include "controller/operator/live/selected_offer.hpp"
#include "controller/operator/registry_client.hpp"

namespace toolhive {

struct LiveRegistration {
  const OfferedTool& offered;
  const std::string& server_version;
  // The version that the registry has, or had, of this very content; empty: of none.
  std::string version;
  const ManagedBy& manager;
  const std::string& server;  // as the registry lists it; empty: it does not
};

// Registers what is offered, and makes it the latest version: later ones, from which the server has
// gone back, are withdrawn. Repeating it is harmless. Errors are those of RegistryApi.
StatusOr<RegistryEntry> register_live(const Context& ctx, RegistryApi& registry,
                                      const LiveRegistration& wanted);

}  // namespace toolhive
