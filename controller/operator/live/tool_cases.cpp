#include "controller/operator/live/tool_cases.hpp"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string_view>

#include "controller/operator/live/contract.hpp"

namespace toolhive {

namespace {

// One side's tools by their names.
template <class T>
std::map<std::string_view, const T*> by_name(const std::vector<T>& tools) {
  std::map<std::string_view, const T*> named;
  for (const T& tool : tools) named.emplace(tool.name, &tool);
  return named;
}

template <class T>
const T* found(const std::map<std::string_view, const T*>& tools, std::string_view name) {
  const auto at = tools.find(name);
  return at == tools.end() ? nullptr : at->second;
}

}  // namespace

std::vector<ToolCase> tool_cases(const OfferTask& task, const SelectedOffer& selected,
                                 const std::vector<RegistryEntry>& registered) {
  const auto entries = by_name(registered);
  const auto lines = by_name(task.before.tools);
  const auto offered = by_name(selected.tools);
  const auto rejected = by_name(selected.rejected);
  std::vector<ToolCase> cases;
  for (const OfferedTool& tool : selected.tools) {
    cases.push_back({tool.name, &tool, found(entries, tool.name), found(lines, tool.name), nullptr});
    if (!task.declared || tool.offered_name != task.declared_name) continue;
    cases.back().declared = std::make_shared<const Json>(contract_of(*task.declared, tool.name));
    std::swap(cases.front(), cases.back());
  }
  std::set<std::string_view> gone;
  for (const auto& [name, entry] : entries) gone.insert(name);
  for (const auto& [name, line] : lines) gone.insert(name);
  for (const std::string_view name : gone)
    if (!offered.contains(name) && !(rejected.contains(name) && !entries.contains(name)))
      cases.push_back({std::string(name), nullptr, found(entries, name), found(lines, name), nullptr});
  return cases;
}

}  // namespace toolhive
