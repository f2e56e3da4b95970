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
};

// create, change, scale, delete: of a Registry and an MCPTool; deploy, redeploy, hold (and approve),
// withdraw: of an MCPTool with a server.
const std::vector<Scenario>& scenarios();
// One of them.
const Scenario& scenario(const std::string& name);
// Creation, change and the life of a server in a row.
const Scenario& whole_life();
// What follows whole_life().
const std::vector<Step>& deletion();

}  // namespace toolhive::faults
