#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "registry/store/index.hpp"

namespace toolhive::registry {

namespace auth {
class Permit;
}

// Part of the entity tags of a server.json that is put together of what tools say, and of the lists
// that such may be on. To be raised when another one is made of the same tools: else clients that
// ask whether their copy is still good keep what the earlier program made.
inline constexpr std::string_view kToldVersion = "2";

// The member of `_meta`, beside that of the official registry, which says where a version was taken
// in from.
inline constexpr std::string_view kUpstreamMeta = "mcpregistry.dev/upstream";

// One version of a server as the official registry API shows it: published, or told of by tools
// that name it. Refers to the Tool it was made of, which must outlive it.
struct ServerVersion {
  const Tool* server = nullptr;
  const Version* version = nullptr;
  const Registration* published = nullptr;  // Null when only tools tell of it.
  // Those that do, when it was not published.
  std::span<const ServerMention> mentions;
  Lifecycle lifecycle = Lifecycle::Active;
  std::string_view published_at, updated_at;
  bool latest = false;
};

// `permit` is what the reader may do, null for everything: versions of which tools tell that it may
// not read are not there for it, and of a published server the tools that it may not read are left
// out.

// All versions of a server, in the order of their texts.
std::vector<ServerVersion> versions_of(const Tool& server, const auth::Permit* permit);

// One of them, or the `latest`. None when there is no such version, or no server.
std::optional<ServerVersion> find_version(const Tool* server, std::string_view version,
                                          const auth::Permit* permit);

// Differs whenever what append_server() writes does. Without quotes.
std::string entity_tag(const ServerVersion& version, const auth::Permit* permit);

// The server.json: the one that was published, or one that is made of what tools tell.
std::string server_json_of(const ServerVersion& version, const auth::Permit* permit);

// Appends `{"server":...,"_meta":...}` with the shapes of the official API.
void append_server(std::string& out, const ServerVersion& version, const auth::Permit* permit);

}  // namespace toolhive::registry
