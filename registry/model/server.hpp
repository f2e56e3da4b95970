#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "controller/base/sha256.hpp"
#include "registry/base/result.hpp"
#include "registry/model/json.hpp"
#include "registry/model/lifecycle.hpp"
#include "registry/model/listed_tool.hpp"
#include "registry/model/managed_by.hpp"
#include "registry/model/profile.hpp"
#include "registry/model/tool.hpp"
#include "registry/model/version.hpp"

namespace toolhive::registry {

// A server as its publisher describes it (server.json), checked and ready to be stored.
struct ServerDefinition {
  std::string name;  // "io.example/weather"
  Version version;
  Sha256 digest = {};             // Of the canonical JSON (RFC 8785) of server.json.
  std::string json;               // server.json, compact, members in the order sent.
  std::vector<Definition> tools;  // The tools it brings, to be registered with it.
  LeftOut left_out = {};          // What server.json says of them and they do not have.
};

// What a tool can say of its server, beside its name and version.
inline constexpr std::array<std::string_view, 7> kToldMembers = {
    "description", "title", "repository", "websiteUrl", "icons", "packages", "remotes"};

// What decides which version of a server is the latest. The time is in the form of
// format_microseconds().
struct ServerRank {
  bool deleted = false;
  const Version* version = nullptr;
  std::string_view published_at;
};

// Whether `a` rather than `b` is the latest: what is not deleted, the higher version. Of equal
// precedence the one published first stays, as in the reference registry; of versions that have no
// order the last one is the latest.
bool is_later(const ServerRank& a, const ServerRank& b);

// Where a version of a server was taken in from, when it was not published here.
struct UpstreamOrigin {
  std::string upstream;  // As the configuration calls it.
  std::string url;       // Of the upstream.
  // What the upstream says of the version, in the form of to_rfc3339_micro(); empty for nothing.
  std::string published_at, updated_at;

  bool operator==(const UpstreamOrigin&) const = default;
};

// What the registry keeps of a server's version beside server.json. Times are RFC 3339.
struct ServerRecord {
  std::string published_at, updated_at, status_changed_at;
  Status status;
  std::optional<UpstreamOrigin> origin = std::nullopt;
};

// The document that is stored.
std::string render_server_document(const ServerDefinition& server, const ServerRecord& record);

// Reads a stored document back. Meaningless for anything else.
ServerRecord read_server_record(std::string_view document);

// A member of a stored document that is a string, as it is written there, with its quotes: for
// reads, which need not parse the document. Empty when there is none.
std::string_view server_record_member(std::string_view document, std::string_view member);

// What a stored document says of its origin, as it is written there: an object with name, url,
// publishedAt and updatedAt. Empty for what was published here.
std::string_view server_origin(std::string_view document);

// The bytes of server.json within a stored document.
std::string_view server_json(std::string_view document);

// An upstream as the manager of the servers that were taken in from it.
ManagedBy upstream_as_manager(std::string_view upstream);
bool is_upstream(const std::optional<ManagedBy>& manager);

// The server as the manager of the tools it brings.
ManagedBy server_as_manager(std::string_view name);

// Checks a server's name: a namespace in reverse-DNS form, a slash and a name, each of 2 bytes at
// least, 200 in all.
Result<void> check_server_name(std::string_view name);

}  // namespace toolhive::registry
