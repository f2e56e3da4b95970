#include "controller/plugin/comparison_tree.hpp"

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "controller/base/json_access.hpp"
#include "controller/plugin/registry_objects.hpp"

namespace toolhive::plugin {

namespace {

struct Class {
  const char* name;
  Tone tone;
};
constexpr Class kClasses[] = {
    {"breaking", Tone::Bad}, {"review", Tone::Attention}, {"compatible", Tone::Good}};

Tone tone_of_class(std::string_view name) {
  for (const Class& each : kClasses)
    if (name == each.name) return each.tone;
  return Tone::Plain;
}

Node change_node(const Json& change) {
  const std::string name = string_member(change, "change");
  return {.name = string_member(change, "pointer"),
          .state = name,
          .tone = tone_of_class(name),
          .text = string_member(change, "message")};
}

// The changes of one class, in their order.
void append_changes(const Json& comparison, std::string_view name, std::vector<Node>& nodes) {
  const Json* const changes = value_at(comparison, "/changes");
  if (changes == nullptr || !changes->is_array()) return;
  for (const Json& change : *changes)
    if (string_member(change, "change") == name) nodes.push_back(change_node(change));
}

Tone tone_of_waiting(const std::string& state, const std::string& reason) {
  return state == "Rejected" || reason == "Breaking" ? Tone::Bad : Tone::Attention;
}

Node waiting_node(const Json& offered) {
  const std::string state = string_member(offered, "state");
  const std::string reason = string_member(offered, "reason");
  const std::string version = string_member(offered, "version");
  Node node{.name = string_member(offered, "name"), .state = state, .tone = tone_of_waiting(state, reason)};
  node.text = reason;
  if (const std::string message = string_member(offered, "message"); !message.empty())
    node.text += ": " + message;
  node.children.push_back(
      {.name = "registered", .text = version.empty() ? "no version" : "version " + version});
  if (const std::string digest = string_member(offered, "contractDigest"); !digest.empty())
    node.children.push_back({.name = "offered", .text = digest});
  return node;
}

}  // namespace

Node comparison_tree(const Json& comparison) {
  const std::string verdict = string_member(comparison, "verdict");
  Node root{.name = string_member(comparison, "name"),
            .state = verdict,
            .tone = tone_of_class(verdict),
            .text = string_member(comparison, "from") + " to " + string_member(comparison, "to")};
  for (const Class& each : kClasses) append_changes(comparison, each.name, root.children);
  if (root.children.empty()) root.text += ": nothing that callers could notice";
  if (const Json* const total = value_at(comparison, "/total"); total != nullptr)
    root.text += " (the first of " + total->dump() + " changes)";
  return root;
}

Node waiting_tree(const Json& tool) {
  Node root{.name = full_name(tool)};
  const Json* const tools = value_at(tool, "/status/tools");
  if (tools != nullptr && tools->is_array()) {
    for (const Json& offered : *tools) {
      const std::string state = string_member(offered, "state");
      if (!state.empty() && state != "Registered") root.children.push_back(waiting_node(offered));
    }
  }
  root.text = root.children.empty() ? "everything is registered as it is offered"
                                    : "what the registry does not have as it is offered";
  return root;
}

}  // namespace toolhive::plugin
