#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "registry/base/result.hpp"

namespace toolhive::registry {

struct Endpoint;

// Where a request leads: an endpoint, and what its path names there.
struct Route {
  enum class Kind {
    Tools,
    Tool,
    Versions,
    Version,
    History,
    Diff,
    Compare,
    Health,
    Ready,
    Metrics,
    Program,
    OpenApi,
    Mcp,
    ResourceMetadata,
    ManagedSettings,
    AiCatalog,
    Page,
    PageFile,
    // The official registry API, at /v0.1 and /v0.
    Servers,
    ServerVersions,
    ServerVersion,
    ServerStatus,
    ServerVersionStatus,
    Publish,
    Validate,
    Login,
    ServersHealth,
    ServersPing,
    ServersProgram,
    Unknown
  };

  Kind kind = Kind::Unknown;
  const Endpoint* endpoint = nullptr;  // Null for Unknown.
  std::string name;                    // Of the tool, the server or the page's file, decoded.
  std::string version;                 // Decoded.
};

// Finds the resource of a raw path. The path is split at its slashes before anything is decoded, so
// that %2F never separates. Malformed for broken escapes, NUL, segments that are . or .. once
// decoded, and bytes that are not UTF-8.
Result<Route> route_path(std::string_view raw_path);

// Decodes %XX, and + as a space if asked to. None for a broken escape, an escaped NUL or what is
// not UTF-8.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space = false);

// A query's parameters. Each may be given once.
class Query {
 public:
  // Malformed when a name is none of `known`, occurs twice, or cannot be decoded. In the values of
  // those in `text`, + is a space.
  static Result<Query> parse(std::string_view raw_query, std::initializer_list<std::string_view> known,
                             std::initializer_list<std::string_view> text = {});

  // Takes every parameter that can be decoded, with + as a space, and of several of one name the
  // first.
  static Result<Query> parse_any(std::string_view raw_query);

  // The value of a flag, `true` or `false`; false when it was not given. Malformed for anything
  // else.
  Result<bool> flag(std::string_view name) const;

  // The value of a number from 1 to `most`; `otherwise` when it was not given. Malformed for
  // anything else.
  Result<std::size_t> number(std::string_view name, std::size_t otherwise, std::size_t most) const;

  // Null when it was not given.
  const std::string* find(std::string_view name) const;

 private:
  std::vector<std::pair<std::string, std::string>> parameters_;
};

}  // namespace toolhive::registry
