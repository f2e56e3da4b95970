#include "registry/model/tool.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <set>

#include "controller/base/utf8.hpp"
#include "registry/model/server.hpp"
#include "registry/model/server_check.hpp"
#include "registry/model/server_parse.hpp"
#include "registry/model/text.hpp"

namespace toolhive::registry {
namespace {

constexpr std::size_t kTitleChars = 256;
constexpr std::size_t kDescriptionChars = 16 * 1024;
constexpr std::size_t kIcons = 16;
constexpr std::size_t kTags = 64;
constexpr std::size_t kTagChars = 64;
constexpr std::size_t kNullsShown = 200;  // In bytes of their names.

Error invalid(std::string_view field, std::string detail) {
  return Error{Code::Invalid, std::move(detail), std::string(field)};
}

Result<void> check_text(const Json& value, std::string_view field, std::size_t limit) {
  if (!value.is_string()) return invalid(field, "must be a string");
  const auto count = count_characters(value.get_ref<const std::string&>());
  if (count > limit) {
    return invalid(field, "has " + std::to_string(count) + " characters; at most " + std::to_string(limit) +
                              " are allowed");
  }
  return {};
}

Result<void> check_one_of(const Json& value, std::string_view field,
                          std::initializer_list<std::string_view> known) {
  std::string list;
  for (const auto word : known) {
    if (value.is_string() && value.get_ref<const std::string&>() == word) return {};
    list += (list.empty() ? "" : ", ") + std::string(word);
  }
  return invalid(field, "must be one of: " + list);
}

Result<void> check_annotations(const Json& value, std::string_view field) {
  if (!value.is_object()) return invalid(field, "must be an object");
  for (const auto& [name, hint] : value.items()) {
    const auto at = pointer_to(field, name);
    if (name == "title") {
      if (auto ok = check_text(hint, at, kTitleChars); !ok) return ok;
    } else if (name == "readOnlyHint" || name == "destructiveHint" || name == "idempotentHint" ||
               name == "openWorldHint") {
      if (!hint.is_boolean()) return invalid(at, "must be true or false");
    } else {
      return invalid(
          at,
          "unknown field; title, readOnlyHint, destructiveHint, idempotentHint and openWorldHint are known, "
          "and _meta takes what is your own");
    }
  }
  return {};
}

Result<void> check_icon_source(const Json& value, std::string_view field, Profile profile) {
  if (auto ok = check_text(value, field, 64 * 1024); !ok) return ok;
  const auto& uri = value.get_ref<const std::string&>();
  const auto scheme = to_lower(std::string_view(uri).substr(0, uri.find(':') + 1));
  if (scheme == "https:" || scheme == "data:" || (scheme == "http:" && profile == Profile::Private))
    return {};
  return invalid(field, profile == Profile::Public
                            ? "must be an https: or data: URI (validation profile public)"
                            : "must be an https:, http: or data: URI");
}

Result<void> check_icons(const Json& value, std::string_view field, Profile profile) {
  if (!value.is_array() || value.size() > kIcons)
    return invalid(field, "must be an array of at most 16 icons");
  for (std::size_t i = 0; i < value.size(); ++i) {
    const auto at = pointer_to(field, std::to_string(i));
    if (!value[i].is_object()) return invalid(at, "must be an object with src");
    if (!value[i].contains("src")) return invalid(at + "/src", "is missing; give the icon's URI");
    for (const auto& [name, part] : value[i].items()) {
      const auto here = pointer_to(at, name);
      Result<void> ok;
      if (name == "src") {
        ok = check_icon_source(part, here, profile);
      } else if (name == "mimeType") {
        ok = check_text(part, here, 128);
      } else if (name == "theme") {
        ok = check_one_of(part, here, {"light", "dark"});
      } else if (name == "sizes") {
        if (!part.is_array() || part.size() > 16)
          return invalid(here, "must be an array of at most 16 strings such as 48x48");
        for (std::size_t k = 0; ok && k < part.size(); ++k)
          ok = check_text(part[k], pointer_to(here, std::to_string(k)), 32);
      } else {
        return invalid(here, "unknown field; src, mimeType, sizes and theme are known");
      }
      if (!ok) return ok;
    }
  }
  return {};
}

Result<void> check_tags(const Json& value, std::string_view field) {
  if (!value.is_array() || value.size() > kTags)
    return invalid(field, "must be an array of at most 64 strings");
  std::set<std::string_view> seen;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const auto at = pointer_to(field, std::to_string(i));
    if (auto ok = check_text(value[i], at, kTagChars); !ok) return ok;
    const auto& tag = value[i].get_ref<const std::string&>();
    if (tag.empty()) return invalid(at, "is empty; leave it out");
    if (!seen.insert(tag).second) return invalid(at, "occurs twice; keep one");
  }
  return {};
}

Result<void> check_execution(const Json& value, std::string_view field) {
  if (!value.is_object()) return invalid(field, "must be an object");
  for (const auto& [name, part] : value.items()) {
    const auto at = pointer_to(field, name);
    if (name != "taskSupport") return invalid(at, "unknown field; taskSupport is known");
    if (auto ok = check_one_of(part, at, {"forbidden", "optional", "required"}); !ok) return ok;
  }
  return {};
}

Result<void> check_schema_member(const Json& value, std::string_view field, bool input,
                                 const SchemaLimits& limits) {
  if (!value.is_object()) return invalid(field, "must be a JSON Schema object");
  if (input) {
    const auto type = value.find("type");
    if (type == value.end() || *type != "object") {
      return invalid(pointer_to(field, "type"), "must be \"object\": the arguments of a tool are an object");
    }
  }
  return check_schema(value, field, limits);
}

// What is said of the server is served as a server.json, so it is checked as one. What it may leave
// out is filled in. The first thing that is wrong.
Result<void> check_told_server(const Json& told, std::string_view field, Profile profile) {
  Json server = {{"$schema", kServerSchema}, {"description", "A tool"}, {"version", "1.0.0"}};
  server["name"] = told["name"];
  if (told.contains("version")) server["version"] = told["version"];
  for (const auto member : kToldMembers) {
    const std::string name(member);
    if (told.contains(name)) server[name] = told[name];
  }
  for (const auto& issue : check_server(server, profile)) {
    if (!issue.warning) return invalid(std::string(field) + issue.pointer, issue.message);
  }
  return {};
}

// The server that offers the tool, by name, and what a server.json may say of it. Other members are
// the client's own.
Result<void> check_server_reference(const Json& value, std::string_view field, Profile profile) {
  if (!value.is_object()) return invalid(field, "must be an object with the name of the server");
  const auto name = value.find("name");
  if (name == value.end() || !name->is_string())
    return invalid(pointer_to(field, "name"),
                   "is missing; give the name of the server, such as io.example/weather");
  if (auto ok = check_server_name(name->get_ref<const std::string&>()); !ok)
    return invalid(pointer_to(field, "name"), ok.error().detail);
  return check_told_server(value, field, profile);
}

// Checks one member of the definition proper.
Result<void> check_member(const std::string& name, const Json& value, const ToolPolicy& policy) {
  const auto field = pointer_to("", name);
  if (name == "title") return check_text(value, field, kTitleChars);
  if (name == "description") return check_text(value, field, kDescriptionChars);
  if (name == "inputSchema") return check_schema_member(value, field, true, policy.schema);
  if (name == "outputSchema") return check_schema_member(value, field, false, policy.schema);
  if (name == "annotations") return check_annotations(value, field);
  if (name == "icons") return check_icons(value, field, policy.profile);
  if (name == "tags") return check_tags(value, field);
  if (name == "execution") return check_execution(value, field);
  if (name == "server") return check_server_reference(value, field, policy.profile);
  if (name == "_meta") return value.is_object() ? Result<void>() : invalid(field, "must be an object");
  if (name == "digest" || name == "contractDigest" || name == "registeredAt" || name == "statusChangedAt")
    return invalid(field, "is set by the registry; leave it out");
  if (name == "status" || name == "statusMessage" || name == "replacement")
    return invalid(field, "is not part of a definition; PATCH the tool to deprecate it");
  return invalid(field,
                 "unknown field; name, version, title, description, inputSchema, outputSchema, annotations, "
                 "icons, tags, "
                 "execution, server, managedBy and _meta are known, and _meta takes what is your own");
}

// The name in the body or in the URL, checked, and taken out of the body.
Result<std::string> take_name(Json& body, std::optional<std::string_view> from_url,
                              const ToolPolicy& policy) {
  const auto member = body.find("name");
  if (member == body.end() && !from_url)
    return invalid("/name", "is missing; give 1 to 128 of A-Z a-z 0-9 _ . -");
  if (member != body.end() && !member->is_string()) return invalid("/name", "must be a string");
  auto name = member == body.end() ? std::string(*from_url) : member->get<std::string>();
  auto ok = check_tool_name(name);
  if (ok) ok = policy.naming.check(name);
  if (!ok) return invalid("/name", ok.error().detail);
  if (from_url && *from_url != name)
    return invalid("/name", "differs from the name in the URL; make them equal or leave it out of the body");
  body.erase("name");
  return name;
}

// Programs write null for what is not there, mostly for several members: all of them in one
// sentence.
Result<void> check_nulls(const Json& definition) {
  std::string first, all;
  for (const auto& [name, value] : definition.get_ref<const Json::object_t&>()) {
    if (!value.is_null()) continue;
    if (first.empty()) first = pointer_to("", name);
    if (all.size() < kNullsShown) all += (all.empty() ? "" : ", ") + shortened(name, kNullsShown);
  }
  if (first.empty()) return {};
  return invalid(first, "must not be null; leave out what is not there (null here: " + all + ")");
}

}  // namespace

Result<Definition> parse_definition(std::string_view body, const ToolPolicy& policy,
                                    std::optional<std::string_view> name) {
  if (body.size() > policy.tool_bytes) {
    return Error{Code::TooLarge, "the definition has " + std::to_string(body.size()) +
                                     " bytes; this registry takes at most " +
                                     std::to_string(policy.tool_bytes)};
  }
  auto parsed = parse_json(body, policy.json);
  if (!parsed) return parsed.take_error();
  if (!parsed->is_object())
    return Error{Code::Malformed, "the body must be a JSON object that defines one tool"};

  auto checked_name = take_name(*parsed, name, policy);
  if (!checked_name) return checked_name.take_error();
  return define_tool(std::move(*checked_name), std::move(*parsed), policy);
}

Result<Definition> define_tool(std::string name, Json members, const ToolPolicy& policy) {
  if (auto ok = check_nulls(members); !ok) return ok.take_error();
  Definition definition;
  definition.name = std::move(name);
  Json identity = Json::object();  // What the digest is of.
  for (auto& [key, value] : members.get_ref<Json::object_t&>()) {
    const auto field = pointer_to("", key);
    if (key == "version") {
      if (!value.is_string())
        return invalid(field, "must be a string that holds a semantic version such as 1.4.0");
      auto version = Version::parse(value.get_ref<const std::string&>());
      if (!version) return invalid(field, version.error().detail);
      definition.version = std::move(*version);
    } else if (key == "managedBy") {
      auto manager = parse_managed_by(value, field);
      if (!manager) return manager.take_error();
      definition.manager = std::move(*manager);
    } else {
      if (auto ok = check_member(key, value, policy); !ok) return ok.take_error();
      if (!definition.members.empty()) definition.members += ',';
      append_json_string(definition.members, key);
      definition.members += ':';
      definition.members += value.dump();
      identity[key] = std::move(value);
    }
  }
  if (!identity.contains("inputSchema")) {
    return invalid("/inputSchema", "is missing; a tool without arguments has {\"type\":\"object\"}");
  }
  identity["name"] = definition.name;
  definition.digest = sha256(canonical_json(identity));
  definition.contract_digest = digest_of_contract(std::move(identity));
  return definition;
}

Sha256 digest_of_contract(Json definition) {
  for (const char* not_offered : {"tags", "_meta", "server"}) definition.erase(not_offered);
  return sha256(canonical_json(definition));
}

std::string render_document(const Definition& definition, const Version& version,
                            std::string_view registered_at) {
  std::string out;
  out.reserve(definition.members.size() + definition.name.size() + 420);
  out += "{\"name\":";
  append_json_string(out, definition.name);
  out += ",\"version\":";
  append_json_string(out, version.text());
  out += ',';
  out += definition.members;
  if (definition.manager) {
    out += ",\"managedBy\":";
    append_managed_by(out, *definition.manager);
  }
  out += ",\"digest\":\"sha256:";
  out += to_hex(definition.digest);
  out += "\",\"contractDigest\":\"sha256:";
  out += to_hex(definition.contract_digest);
  out += "\",\"registeredAt\":";
  append_json_string(out, registered_at);
  out += '}';
  return out;
}

}  // namespace toolhive::registry
