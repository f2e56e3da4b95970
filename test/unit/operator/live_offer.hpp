// Offers of servers, as tests write them.
#pragma once

#include <initializer_list>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "controller/mcp/client/offer.hpp"

namespace toolhive::test {

// A tool with one argument of that name.
inline Json live_tool(const std::string& name, const std::string& argument = "city",
                      const std::string& description = "Tells.") {
  return {
      {"name", name},
      {"description", description},
      {"inputSchema",
       {{"type", "object"}, {"properties", {{argument, {{"type", "string"}}}}}, {"required", {argument}}}}};
}

inline std::shared_ptr<const mcp::Offer> live_offer(const std::string& version, std::vector<Json> tools) {
  auto offer = std::make_shared<mcp::Offer>();
  offer->server.version = version;
  for (Json& tool : tools) offer->list.tools.push_back(std::make_shared<const Json>(std::move(tool)));
  return offer;
}

}  // namespace toolhive::test
