#include "controller/plugin/status_tree.hpp"

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>

#include "controller/base/json_access.hpp"
#include "controller/plugin/condition.hpp"
#include "controller/plugin/operand_state.hpp"

namespace toolhive::plugin {

namespace {

Node condition_node(const Condition& condition) {
  return {.name = condition.type,
          .state = condition.status,
          .tone = tone_of(condition),
          .text = cause_of(condition)};
}

// The object named `name`, with the word and the cause of its condition `type`.
Node headed(const std::string& name, const Json& object, const std::string& type) {
  const Condition condition = condition_of(object, type);
  return {.name = name,
          .state = condition.holds() ? type : "Not" + type,
          .tone = tone_of(condition),
          .text = cause_of(condition)};
}

Node group(const std::string& name, std::vector<Node> children) {
  return {.name = name, .children = std::move(children)};
}

template <class Items, class Make>
std::vector<Node> nodes_of(const Items& items, Make make) {
  std::vector<Node> nodes;
  std::transform(items.begin(), items.end(), std::back_inserter(nodes), make);
  return nodes;
}

Node operand_node(const Json& object) {
  const OperandState state = operand_state(object);
  const char* const word = state.tone == Tone::Bad ? "bad" : state.tone == Tone::Attention ? "waits" : "ok";
  return {.name = string_member(object, "kind") + " " + text_at(object, "/metadata/name"),
          .state = word,
          .tone = state.tone == Tone::Plain ? Tone::Good : state.tone,
          .text = state.text};
}

Node backup_node(const Json& backup) {
  Node node = headed(text_at(backup, "/metadata/name"), backup, "Complete");
  if (node.tone == Tone::Good)
    node.text = std::to_string(number_at(backup, "/status/tools")) + " tools, " +
                std::to_string(number_at(backup, "/status/bytes")) + " bytes, " +
                text_at(backup, "/status/completedAt");
  return node;
}

Tone tone_of_state(const std::string& state) {
  if (state == "Registered") return Tone::Good;
  return state == "Rejected" ? Tone::Bad : Tone::Attention;
}

Node offered_node(const Json& tool) {
  const std::string state = string_member(tool, "state");
  const std::string message = string_member(tool, "message");
  return {.name = string_member(tool, "name"),
          .state = state,
          .tone = tone_of_state(state),
          .text = string_member(tool, "reason") + (message.empty() ? "" : ": " + message)};
}

bool needs_words(const Json& tool) {
  const std::string state = string_member(tool, "state");
  return !state.empty() && state != "Registered";
}

std::string registry_text(const Json& registry) {
  std::string text = cause_of(condition_of(registry, "Ready"));
  text += "; " + std::to_string(number_at(registry, "/status/tools")) + " tools";
  if (const std::string version = text_at(registry, "/status/version"); !version.empty())
    text += "; version " + version;
  if (const std::string url = text_at(registry, "/status/url"); !url.empty()) text += "; " + url;
  return text;
}

}  // namespace

Node tool_node(const Json& tool) {
  Node node = headed(full_name(tool), tool, "Ready");
  const Condition server = condition_of(tool, "ServerAvailable");
  const Condition contract = condition_of(tool, "ContractVerified");
  for (const Condition* condition : {&server, &contract})
    if (condition->reason != "NotSeen" && !condition->holds())
      node.children.push_back(condition_node(*condition));
  const Json* const tools = value_at(tool, "/status/tools");
  if (tools == nullptr || !tools->is_array()) return node;
  for (const Json& each : *tools)
    if (needs_words(each)) node.children.push_back(offered_node(each));
  return node;
}

Node status_tree(const RegistryObjects& objects) {
  Node root = headed("Registry " + full_name(*objects.registry), *objects.registry, "Ready");
  root.text = registry_text(*objects.registry);
  root.children.push_back(group("conditions", nodes_of(conditions_of(*objects.registry), condition_node)));
  root.children.push_back(group("operands", nodes_of(objects.operands, operand_node)));
  root.children.push_back(group("MCPTools", nodes_of(objects.tools, tool_node)));
  root.children.push_back(group("backups", nodes_of(objects.backups, backup_node)));
  root.children.push_back(group("not read", nodes_of(objects.gaps, [](const std::string& gap) {
                                  return Node{.name = "-", .text = gap};
                                })));
  std::erase_if(root.children, [](const Node& each) { return each.children.empty(); });
  return root;
}

}  // namespace toolhive::plugin
