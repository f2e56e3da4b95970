// Registration: bringing one definition into a registry, whatever is there.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "controller/base/context.hpp"
#include "controller/base/json.hpp"
#include "controller/operator/condition_value.hpp"
#include "controller/operator/registry_client.hpp"
#include "crds/mcptool.hpp"

namespace toolhive {

// One line of status.tools.
struct RegisteredTool {
  std::string name;
  std::string version;
  std::string digest;
  std::string registered_at;
  bool operator==(const RegisteredTool&) const = default;
};

struct WantedTool {
  std::string name;
  std::string version;  // as declared; empty: to be numbered
  std::int64_t generation = 0;
  JsonPtr definition;
  ManagedBy manager;
};

struct RegistrationOutcome {
  // Whether the registry takes the definition at all.
  ConditionValue accepted = ConditionValue::yes("Accepted", "the definition is in order");
  ConditionValue registered;
  std::optional<RegisteredTool> tool;  // what is registered now; absent: nothing, or unknown
  bool wrote = false;                  // something was registered in this pass
  // Versions that were served in place of this one, and were withdrawn.
  std::vector<std::string> withdrawn = {};
  // Such a version is served still: try again. In contrast to `unavailable` that is always told.
  bool overridden = false;
  bool unavailable = false;  // the registry could not be asked; try again
  bool busy = false;         // as `unavailable`, and only for as long as other calls take
  Duration not_before{};     // when to try again, at the earliest
};

// `known` is what was registered when last seen, and `known_generation` the generation it was for.
// What is served afterwards is what is wanted: versions that come before it in the registry's order
// are withdrawn, for whoever reaches a registry without authentication can register them under this
// manager. So it is with what stays registered while what is wanted is refused. A settled tool
// costs one GET.
RegistrationOutcome register_tool(const Context& ctx, RegistryApi& registry, const WantedTool& wanted,
                                  const std::optional<RegisteredTool>& known, std::int64_t known_generation);

// The body to register: the definition with name, version (none when empty) and manager.
Json registration_body(const WantedTool& wanted, const std::string& version);
// Whether an entry of the registry has the content that is wanted.
bool same_definition(const Json& entry, const WantedTool& wanted);
// The version for a definition that declares none: 0.<generation>.0; the one it had when the
// registry lost it; empty, which leaves it to the registry, when a higher one was registered
// before.
std::string numbered_version(std::int64_t generation, const std::optional<RegisteredTool>& known,
                             std::int64_t known_generation);

}  // namespace toolhive
