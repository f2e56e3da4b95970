#include "registry/store/record_names.hpp"

#include <nlohmann/json.hpp>
#include <string_view>

#include "registry/model/json.hpp"

namespace toolhive::registry {
namespace {

// Of the tool or server that a payload is about. What this program writes begins with it; what was
// imported need not.
std::string name_of_payload(std::string_view payload) {
  constexpr std::string_view kBegin = R"({"name":")";
  if (payload.starts_with(kBegin)) {
    payload.remove_prefix(kBegin.size());
    return std::string(payload.substr(0, payload.find('"')));
  }
  const auto document = parse_stored_json(payload);
  return document ? document->value("name", std::string()) : std::string();
}

}  // namespace

std::vector<std::string> tools_of(const std::vector<NewRecord>& records) {
  std::vector<std::string> names;
  for (const auto& record : records) {
    auto name = name_of_payload(record.payload);
    if (!name.empty() && !is_server_name(name)) names.push_back(std::move(name));
  }
  return names;
}

}  // namespace toolhive::registry
