#include "registry/model/listed_tool.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <span>
#include <utility>

namespace toolhive::registry {
namespace {

using Names = std::span<const std::string_view>;

// `version`, `server` and `managedBy` are known, and refused: what they say is not theirs to say.
constexpr std::array<std::string_view, 13> kToolMembers = {
    "name", "title",     "description", "inputSchema", "outputSchema", "annotations", "icons",
    "tags", "execution", "_meta",       "version",     "server",       "managedBy"};
constexpr std::array<std::string_view, 5> kAnnotationMembers = {"title", "readOnlyHint", "destructiveHint",
                                                                "idempotentHint", "openWorldHint"};
constexpr std::array<std::string_view, 4> kIconMembers = {"src", "mimeType", "sizes", "theme"};
constexpr std::array<std::string_view, 1> kExecutionMembers = {"taskSupport"};

// What is no object is left to be refused.
Json only(const Json& object, Names known, std::string_view at, LeftOut& left_out) {
  if (!object.is_object()) return object;
  Json kept = Json::object();
  for (const auto& [name, value] : object.get_ref<const Json::object_t&>()) {
    if (value.is_null()) continue;
    if (std::find(known.begin(), known.end(), name) != known.end())
      append_member(kept, name, value);
    else
      left_out.add(pointer_to(at, name));
  }
  return kept;
}

}  // namespace

Json without_unknown_members(const Json& listed, std::string_view at, LeftOut& left_out) {
  Json tool = only(listed, kToolMembers, at, left_out);
  if (!tool.is_object()) return tool;
  for (const auto& [name, known] : {std::pair(std::string("annotations"), Names(kAnnotationMembers)),
                                    {"execution", Names(kExecutionMembers)}}) {
    if (const auto part = tool.find(name); part != tool.end())
      *part = only(*part, known, pointer_to(at, name), left_out);
  }
  const auto icons = tool.find("icons");
  if (icons == tool.end() || !icons->is_array()) return tool;
  for (std::size_t i = 0; i < icons->size(); ++i) {
    auto& icon = (*icons)[i];
    icon = only(icon, kIconMembers, pointer_to(pointer_to(at, "icons"), std::to_string(i)), left_out);
  }
  return tool;
}

}  // namespace toolhive::registry
