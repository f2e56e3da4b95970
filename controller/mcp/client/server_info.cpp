#include "controller/mcp/client/server_info.hpp"

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "controller/base/json_access.hpp"
#include "controller/base/text.hpp"
#include "controller/mcp/message/protocol.hpp"

namespace toolhive::mcp {

namespace {

constexpr std::size_t kLongestVersion = 64;

bool is_true(const Json* value) {
  return value != nullptr && value->is_boolean() && value->get<bool>();
}

// `implementation` is the document's, null where it tells none.
ServerInfo server_of(const Json& result, const Json* implementation, std::size_t longest_text) {
  ServerInfo server;
  if (implementation != nullptr && implementation->is_object()) {
    server.name = cleaned(string_member(*implementation, "name"), longest_text);
    server.title = cleaned(string_member(*implementation, "title"), longest_text);
    server.version = cleaned(string_member(*implementation, "version"), longest_text);
  }
  server.instructions = cleaned(string_member(result, "instructions"), longest_text);
  const Json* const capabilities = value_at(result, "/capabilities");
  const bool told = capabilities != nullptr && capabilities->is_object();
  server.capabilities = std::make_shared<const Json>(told ? *capabilities : Json::object());
  server.tools = server.capabilities->contains("tools");
  server.tools_list_changed = is_true(value_at(*server.capabilities, "/tools/listChanged"));
  return server;
}

}  // namespace

ServerInfo discovered_server(const Json& result, const std::string& version, std::size_t longest_text) {
  const Json* implementation = nullptr;
  if (const Json* const meta = value_at(result, "/_meta"); meta != nullptr && meta->is_object()) {
    const auto found = meta->find(kMetaServerInfo);
    if (found != meta->end()) implementation = &*found;
  }
  ServerInfo server = server_of(result, implementation, longest_text);
  server.protocol_version = version;
  return server;
}

StatusOr<ServerInfo> initialized_server(const Json& result, std::size_t longest_text) {
  const std::string version = string_member(result, "protocolVersion");
  if (std::find(kLegacyVersions.begin(), kLegacyVersions.end(), version) == kLegacyVersions.end())
    return Status(Code::Invalid, "the server chose the protocol version \"" +
                                     cleaned(version, kLongestVersion) +
                                     "\", which this client does not speak");
  ServerInfo server = server_of(result, value_at(result, "/serverInfo"), longest_text);
  server.protocol_version = version;
  return server;
}

}  // namespace toolhive::mcp
