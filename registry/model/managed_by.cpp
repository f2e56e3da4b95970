#include "registry/model/managed_by.hpp"

#include <nlohmann/json.hpp>

namespace toolhive::registry {
namespace {

Result<void> check_part(std::string_view part, std::string_view what, bool required,
                        const std::string& field) {
  if (part.empty() && required)
    return Error{Code::Invalid, std::string(what) + " is missing; name the managing resource", field};
  if (part.size() > 253) return Error{Code::Invalid, std::string(what) + " is longer than 253 bytes", field};
  for (const char c : part) {
    if (static_cast<unsigned char>(c) <= 0x20 || c == '/' || c == 0x7f) {
      return Error{Code::Invalid, std::string(what) + " holds a space, a control character or a slash",
                   field};
    }
  }
  return {};
}

}  // namespace

std::string ManagedBy::display() const {
  return kind + " " + (namespace_.empty() ? name : namespace_ + "/" + name);
}

Result<ManagedBy> parse_managed_by(const Json& value, std::string_view field) {
  const std::string at(field);
  if (!value.is_object())
    return Error{Code::Invalid, "must be an object with kind, namespace, name and uid", at};
  ManagedBy manager;
  for (const auto& [name, part] : value.items()) {
    const auto here = pointer_to(field, name);
    std::string* target = name == "kind"        ? &manager.kind
                          : name == "namespace" ? &manager.namespace_
                          : name == "name"      ? &manager.name
                          : name == "uid"       ? &manager.uid
                                                : nullptr;
    if (target == nullptr)
      return Error{Code::Invalid, "unknown field; kind, namespace, name and uid are known", here};
    if (!part.is_string()) return Error{Code::Invalid, "must be a string", here};
    *target = part.get<std::string>();
    if (auto ok = check_part(*target, "the " + name, false, here); !ok) return ok.error();
  }
  if (auto ok = check_part(manager.kind, "the kind", true, at + "/kind"); !ok) return ok.error();
  if (auto ok = check_part(manager.name, "the name", true, at + "/name"); !ok) return ok.error();
  return manager;
}

Result<ManagedBy> parse_managed_by(std::string_view parameter) {
  const std::string field = "managedBy";
  std::string_view parts[4];
  std::size_t count = 0;
  for (auto rest = parameter;; ++count) {
    const auto slash = rest.find('/');
    if (count < 4) parts[count] = rest.substr(0, slash);
    if (slash == rest.npos) break;
    rest.remove_prefix(slash + 1);
  }
  ++count;
  if (count != 3 && count != 4) {
    return Error{Code::Invalid, "must be <kind>/<namespace>/<name> or <kind>/<namespace>/<name>/<uid>",
                 field};
  }
  const char* what[] = {"the kind", "the namespace", "the name", "the uid"};
  for (std::size_t i = 0; i < 4; ++i) {
    if (auto ok = check_part(parts[i], what[i], i == 0 || i == 2, field); !ok) return ok.error();
  }
  return ManagedBy{std::string(parts[0]), std::string(parts[1]), std::string(parts[2]),
                   std::string(parts[3])};
}

void append_managed_by(std::string& out, const ManagedBy& manager) {
  out += "{\"kind\":";
  append_json_string(out, manager.kind);
  if (!manager.namespace_.empty()) {
    out += ",\"namespace\":";
    append_json_string(out, manager.namespace_);
  }
  out += ",\"name\":";
  append_json_string(out, manager.name);
  if (!manager.uid.empty()) {
    out += ",\"uid\":";
    append_json_string(out, manager.uid);
  }
  out += '}';
}

}  // namespace toolhive::registry
