#include "controller/operator/server/offer_digest.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "controller/base/sha256.hpp"

namespace toolhive {

namespace {

// A server's texts were cleaned, but those within its tools are as they were sent.
std::string dumped(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

// Servers that keep their tools in a hash table list them in another order each time.
std::string offer_digest(const mcp::Offer& offer) {
  std::vector<std::string> tools;
  for (const JsonPtr& tool : offer.list.tools) tools.push_back(sha256_hex(dumped(*tool)));
  std::sort(tools.begin(), tools.end());
  const mcp::ServerInfo& server = offer.server;
  const Json all = {server.name,           server.title, server.version, server.protocol_version,
                    offer.list.is_private, tools};
  return sha256_hex(dumped(all));
}

}  // namespace toolhive
