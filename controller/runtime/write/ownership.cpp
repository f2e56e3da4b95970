#include "controller/runtime/write/ownership.hpp"

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "controller/base/json_access.hpp"

namespace toolhive::runtime {

using kube::Object;

namespace {

constexpr std::size_t kMaxLabelValue = 63;

// FNV-1a. The value is stored in the cluster, so it must be the same in every build.
std::uint64_t stable_hash(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const unsigned char byte : text) hash = (hash ^ byte) * 0x100000001b3ULL;
  return hash;
}

}  // namespace

Ownership ownership_by_reference(const Object& object, const Object& owner) {
  const kube::OwnerReference* controller = object.meta().controller();
  if (!controller) return Ownership::Foreign;
  if (controller->uid == owner.meta().uid) return Ownership::Ours;
  const bool same_name = controller->kind == owner.kind() && controller->name == owner.meta().name &&
                         controller->api_version == owner.api_version();
  return same_name ? Ownership::Former : Ownership::Foreign;
}

Ownership ownership_by_label(const Object& object, const Object& owner, const char* label) {
  if (object.meta().controller()) return Ownership::Foreign;
  const bool named = object.meta().labels.get(label) == owner_label_value(owner);
  return named ? Ownership::Ours : Ownership::Foreign;
}

bool is_orphan_of(const Object& object, const Json& intent) {
  const Json* labels = value_at(intent, "/metadata/labels");
  if (object.meta().controller() || !labels || !labels->is_object() || labels->empty()) return false;
  return std::all_of(labels->items().begin(), labels->items().end(), [&](const auto& label) {
    return label.value() == Json(object.meta().labels.get(label.key()).value_or(""));
  });
}

Json owner_reference(const Object& owner, bool blocks) {
  return {{"apiVersion", owner.api_version()}, {"kind", owner.kind()}, {"name", owner.meta().name},
          {"uid", owner.meta().uid},           {"controller", true},   {"blockOwnerDeletion", blocks}};
}

std::string owner_label_value(const Object& owner) {
  std::string value(owner.kind());
  std::transform(value.begin(), value.end(), value.begin(), [](unsigned char c) { return std::tolower(c); });
  value += '.';
  value += owner.meta().name;
  if (value.size() <= kMaxLabelValue) return value;
  char hash[20];
  const int length =
      std::snprintf(hash, sizeof hash, "-%016llx", static_cast<unsigned long long>(stable_hash(value)));
  return value.substr(0, kMaxLabelValue - static_cast<std::size_t>(length)) + hash;
}

}  // namespace toolhive::runtime
