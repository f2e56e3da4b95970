// Objects as kubectl prints them.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "controller/base/json.hpp"

namespace toolhive::test {

inline Json condition(const std::string& type, const std::string& status, const std::string& reason,
                      const std::string& message = "") {
  return {{"type", type}, {"status", status}, {"reason", reason}, {"message", message}};
}

inline Json object(const std::string& kind, const std::string& name) {
  return {{"kind", kind},
          {"metadata", {{"namespace", "team"}, {"name", name}, {"resourceVersion", "7"}}},
          {"spec", Json::object()},
          {"status", Json::object()}};
}

inline Json ready_registry(const std::string& name) {
  Json registry = object("Registry", name);
  registry["status"] = {{"conditions", Json::array({condition("Ready", "True", "Serving", "it serves")})},
                        {"url", "http://" + name},
                        {"tools", 2},
                        {"version", "0.1.0"}};
  return registry;
}

// An MCPTool of the registry "main" that has one tool held.
inline Json holding_tool(const std::string& name) {
  Json tool = object("MCPTool", name);
  tool["spec"]["registryRef"]["name"] = "main";
  tool["status"] = {
      {"conditions",
       Json::array({condition("Ready", "True", "Registered"),
                    condition("ContractVerified", "False", "ApprovalNeeded", "1 tool is held")})},
      {"held", 1},
      {"offeredDigest", "sha256:0ffe"},
      {"tools", Json::array({{{"name", "weather.now"}, {"state", "Registered"}, {"version", "1.0.0"}},
                             {{"name", "weather.forecast"},
                              {"state", "Held"},
                              {"reason", "Breaking"},
                              {"message", "/inputSchema/required: has \"place\" added"},
                              {"version", "1.0.0"},
                              {"contractDigest", "sha256:c0de"}}})}};
  return tool;
}

inline Json list_of(std::initializer_list<Json> items) {
  return {{"kind", "List"}, {"items", Json(items)}};
}

}  // namespace toolhive::test
