#include "controller/kube/object/json_pruner.hpp"

#include "controller/kube/object/json_skimmer.hpp"

namespace toolhive::kube {

namespace {

bool append(std::string_view value, std::size_t depth, std::string& out);

// One object or array, with or without names.
bool append_container(std::string_view text, std::size_t depth, std::string& out) {
  const bool object = text.front() == '{';
  JsonSkimmer skimmer(text);
  if (!skimmer.enter(text.front())) return false;
  out += text.front();
  std::string_view key;
  std::string_view value;
  for (bool first = true; object ? skimmer.next_member(key, value) : skimmer.next_element(value);
       first = false) {
    if (!first) out += ',';
    if (object) out.append("\"").append(key).append("\":");
    if (!append(value, depth, out)) return false;
  }
  out += object ? '}' : ']';
  return skimmer.ok();
}

bool append(std::string_view value, std::size_t depth, std::string& out) {
  if (!value.starts_with('{') && !value.starts_with('[')) {
    out += value;
    return true;
  }
  if (depth > 0) return append_container(value, depth - 1, out);
  out += "null";
  return true;
}

}  // namespace

std::optional<std::string> prune_json(std::string_view text, std::size_t depth) {
  std::string out;
  if (!append(text, depth, out)) return std::nullopt;
  return out;
}

}  // namespace toolhive::kube
