// Scenario: what a user does to resources, step by step, and how to see that each step has come to
// its end.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "controller/kube/client/client.hpp"

namespace toolhive::faults {

struct Step {
  std::string what;
  // Throws std::runtime_error when the API server refuses.
  std::function<void(kube::Client&, const std::string& ns)> act;
  // Says what is still missing; empty when the step has come to its end.
  std::function<std::string(kube::Client&, const std::string& ns)> missing;
};

struct Scenario {
  std::string name;
  std::vector<Step> before;  // undisturbed
  std::vector<Step> steps;   // what is tested
  // Of the paths of writes, a regular expression: only at those is the operator killed. Empty: any.
  std::string points = {};
};

// create, change, scale, delete: of a Registry and an MCPTool; deploy, redeploy, hold (and
// approve), withdraw: of an MCPTool with a server; equip, move, spread, hibernate, discover,
// upstream: of a Registry that does more; backup, schedule, restore: of one that is backed up.
const std::vector<Scenario>& scenarios();
// One of them.
const Scenario& scenario(const std::string& name);

// Many steps in a row, for plans.
struct Life {
  std::string name;
  std::vector<Step> steps;
  std::vector<Step> deletion;  // of all that the steps made
};
// of-servers: creation, change and the life of a server; of-data: backups, restore, schedule;
// of-growth: discovery, upstreams, and from files to replicas on a database.
const Life& life(const std::string& name);

}  // namespace toolhive::faults
