// The second step: which MCPTools there are to be for a Registry, and which not. Pure.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "controller/base/json.hpp"
#include "controller/operator/discovery/observe.hpp"
#include "controller/operator/discovery_reports.hpp"

namespace toolhive {

struct DiscoveryPlan {
  struct Tool {
    const Source* source;
    kube::Object owner;  // the object that was found
    JsonPtr intent;
  };
  // Something that the owner of an object should be told of.
  struct Refusal {
    const Source* source;
    kube::Object object;
    std::string reason;
    std::string note;
  };
  std::vector<Tool> apply = {};
  std::vector<kube::Object> remove = {};
  std::vector<Refusal> refused = {};
  std::map<const Source*, DiscoveryCount> counts = {};  // of the sources asked for
  bool too_many = false;                                // there are more servers than are taken
};

// Servers that are taken for one Registry.
inline constexpr std::size_t kMostServers = 1000;

// An MCPTool is made when its server is ready for the first time, and then stays while the object
// that was found does: that the server is away is for its condition to tell. What is not known now
// leaves what was made as it is: then the garbage collector alone takes it, with its owner. Of
// several objects that lead to one URL the one that has its MCPTool already counts, else the first.
DiscoveryPlan decide(const DiscoveryObservation& observed);

}  // namespace toolhive
