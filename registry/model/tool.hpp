#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "controller/base/sha256.hpp"
#include "registry/base/result.hpp"
#include "registry/model/json.hpp"
#include "registry/model/lifecycle.hpp"
#include "registry/model/managed_by.hpp"
#include "registry/model/name.hpp"
#include "registry/model/profile.hpp"
#include "registry/model/schema.hpp"
#include "registry/model/version.hpp"

namespace toolhive::registry {

// What the number of a tool's version has to say of its contract.
enum class CompatibilityPolicy {
  None,  // Whatever whoever registers it wants.
  // One that breaks callers of the version before it has a higher major number, below 1.0 a higher
  // minor one (Semantic Versioning 2.0.0, sections 4 and 8).
  Semver,
};

// What a definition may be in this registry.
struct ToolPolicy {
  NamingPolicy naming;
  Profile profile = Profile::Private;
  CompatibilityPolicy compatibility = CompatibilityPolicy::None;
  std::size_t tool_bytes = 256 * 1024;  // Of one definition as sent.
  JsonLimits json;
  SchemaLimits schema;
};

// A tool definition that was checked and is ready to be stored.
struct Definition {
  std::string name;
  std::optional<Version> version;  // Absent: the registry numbers it.
  std::optional<ManagedBy> manager;
  // SHA-256 of the canonical JSON (RFC 8785) of the definition: everything but version and
  // managedBy.
  Sha256 digest = {};
  Sha256 contract_digest = {};  // See digest_of_contract().
  // The members after name and version, compact, in the order sent, without braces:
  // "title":"...","inputSchema":{...}
  std::string members;
};

// Parses and checks the body of a registration. `name` is what the URL says, if it does: the body
// may then leave its own out, and must not differ. Malformed, Invalid with the JSON pointer of the
// member, or TooLarge otherwise.
Result<Definition> parse_definition(std::string_view body, const ToolPolicy& policy,
                                    std::optional<std::string_view> name = std::nullopt);

// The same of a JSON object that has everything but the name, which was checked. Its size and depth
// were, too.
Result<Definition> define_tool(std::string name, Json members, const ToolPolicy& policy);

// SHA-256 of the canonical JSON of what a definition, without version and managedBy, offers to
// clients: all but its tags, _meta and what it says of its server. It stays while only these or the
// version change.
Sha256 digest_of_contract(Json definition);

// The document that is stored and served: the definition with its version, manager, digests and
// time of registration (RFC 3339).
std::string render_document(const Definition& definition, const Version& version,
                            std::string_view registered_at);

}  // namespace toolhive::registry
