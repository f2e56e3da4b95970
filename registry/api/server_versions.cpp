#include "registry/api/server_versions.hpp"

#include <algorithm>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <unordered_set>

#include "controller/base/utf8.hpp"
#include "registry/auth/permit.hpp"
#include "registry/model/json.hpp"
#include "registry/model/server.hpp"
#include "registry/model/server_parse.hpp"
#include "registry/model/text.hpp"
#include "registry/store/store.hpp"

namespace toolhive::registry {
namespace {

// As much as a published server.json has by default. Those of whom more is said are read no
// further.
constexpr std::size_t kSaidBytes = 256 * 1024;
constexpr std::size_t kDescriptionBytes = 100;

// What its publisher published comes before what tools tell of it.
bool is_later(const ServerVersion& a, const ServerVersion& b) {
  if ((a.published != nullptr) != (b.published != nullptr)) return a.published != nullptr;
  const auto rank = [](const ServerVersion& each) {
    return ServerRank{each.lifecycle == Lifecycle::Deleted, each.version, each.published_at};
  };
  return is_later(rank(a), rank(b));
}

// A server that tools tell of tells of them: who may not read these may not read it either.
bool may_read(const ServerVersion& each, const auth::Permit* permit) {
  return permit == nullptr ||
         (permit->may(auth::Right::Read, each.server->name) &&
          std::all_of(each.mentions.begin(), each.mentions.end(), [permit](const ServerMention& mention) {
            return permit->may(auth::Right::Read, mention.tool);
          }));
}

ServerVersion published_version(const Tool& server, const Registration& registration) {
  return {&server,
          &registration.version,
          &registration,
          {},
          registration.lifecycle,
          registration.registered_at,
          registration.changed_at(),
          false};
}

// It is active while one of the tools is, as old as the oldest, and changed with each.
ServerVersion mentioned_version(const Tool& server, std::span<const ServerMention> mentions) {
  ServerVersion version{&server, &mentions.front().version, nullptr, mentions, Lifecycle::Deprecated, {}, {},
                        false};
  for (const auto& each : mentions) {
    const auto& tool = *each.registration;
    if (tool.lifecycle == Lifecycle::Active) version.lifecycle = Lifecycle::Active;
    if (version.published_at.empty() || tool.registered_at < version.published_at)
      version.published_at = tool.registered_at;
    version.updated_at = std::max(version.updated_at, std::string_view(tool.changed_at()));
  }
  return version;
}

// Those that speak for a version, by the name of the tool: of several versions of a tool the
// latest.
std::vector<const ServerMention*> speakers_of(std::span<const ServerMention> mentions) {
  std::vector<const ServerMention*> speakers;
  for (const auto& each : mentions) {
    if (speakers.empty() || speakers.back()->tool != each.tool) speakers.push_back(&each);
  }
  return speakers;
}

// What they say of the server: of each member what the last of them says of it.
Json said_by(const std::vector<const ServerMention*>& speakers) {
  Json said = Json::object();
  std::size_t bytes = 0;
  for (auto it = speakers.rbegin(); it != speakers.rend() && bytes < kSaidBytes; ++it) {
    const auto& text = (*it)->registration->server_said;
    if (text.empty()) continue;
    bytes += text.size();
    auto members = parse_stored_json(text);
    if (!members) continue;  // An import may bring a text that no request could have.
    for (auto& [name, value] : members->get_ref<Json::object_t&>()) {
      if (!said.contains(name)) said[name] = std::move(value);
    }
  }
  return said;
}

std::string description_of(const std::vector<const ServerMention*>& speakers) {
  std::string text = speakers.size() == 1 ? "The tool" : "The tools";
  for (const auto* each : speakers) {
    if (text.size() > kDescriptionBytes) break;
    text += (each == speakers.front() ? " " : ", ") + each->tool;
  }
  return shortened(text, kDescriptionBytes);
}

// A server.json made of what tools say of their server.
std::string told_server_json(const ServerVersion& version) {
  const auto speakers = speakers_of(version.mentions);
  Json tools = Json::array();
  for (const auto* each : speakers) tools.push_back(each->tool);
  auto said = said_by(speakers);
  if (!said.contains("description")) said["description"] = description_of(speakers);
  Json server = {{"$schema", kServerSchema}, {"name", version.server->name}};
  const auto add = [&](std::initializer_list<const char*> members) {
    for (const char* member : members) {
      if (said.contains(member)) server[member] = std::move(said[member]);
    }
  };
  add({"description", "title", "repository"});
  server["version"] = version.version->text();
  add({"websiteUrl", "icons", "packages", "remotes"});
  server["_meta"] = {{"io.modelcontextprotocol.registry/publisher-provided", {{"tools", std::move(tools)}}}};
  return server.dump();
}

// Whether the server names tools of which the reader may not read some.
bool hides_tools(const ServerVersion& version, const auth::Permit* permit) {
  if (permit == nullptr || version.published == nullptr) return false;
  const auto json = server_json(version.published->document);
  return json.find(kToolsMeta) != json.npos || json.find(kObservedMeta) != json.npos;
}

// Those that the server brings, under the names they are registered with.
void hide_tools(Json& meta, const std::string& server, const auth::Permit& permit) {
  const auto member = std::string(kToolsMeta);
  if (!meta.contains(member)) return;
  Json shown = Json::array();
  for (auto& tool : meta[member]) {
    const auto name = server_tool_name(server, tool["name"].get_ref<const std::string&>());
    if (permit.may(auth::Right::Read, name)) shown.push_back(std::move(tool));
  }
  if (shown.empty()) {
    meta.erase(member);
  } else {
    meta[member] = std::move(shown);
  }
}

// Those of it that are held back. Whoever published it may have written anything.
void hide_held_tools(Json& meta, const auth::Permit& permit) {
  const auto observed = meta.find(std::string(kObservedMeta));
  if (observed == meta.end()) return;
  if (!observed->is_object()) *observed = Json::array();
  if (!observed->contains("held")) return;
  Json shown = Json::array();
  for (auto& tool : (*observed)["held"]) {
    const auto name = tool.is_object() ? tool.find("name") : tool.end();
    if (name == tool.end() || !name->is_string()) continue;
    if (permit.may(auth::Right::Read, name->get_ref<const std::string&>())) shown.push_back(std::move(tool));
  }
  (*observed)["held"] = std::move(shown);
}

// The stored server.json without the tools that the reader may not read. One that cannot be read is
// not shown to who may not read all of it.
std::string without_hidden_tools(const ServerVersion& version, const auth::Permit& permit) {
  auto server = parse_stored_json(server_json(version.published->document));
  if (!server) return "{}";
  const auto meta = server->find("_meta");
  if (meta == server->end()) return server->dump();
  hide_tools(*meta, version.server->name, permit);
  hide_held_tools(*meta, permit);
  return server->dump();
}

// What the official registry says of a version: JSON strings, the message empty for none.
struct Official {
  std::string_view status_changed_at, status_message, published_at, updated_at;
};

}  // namespace

std::vector<ServerVersion> versions_of(const Tool& server, const auth::Permit* permit) {
  std::vector<ServerVersion> versions;
  versions.reserve(server.live.size());
  std::unordered_set<std::string_view> published;
  for (const auto& registration : server.live) {
    versions.push_back(published_version(server, *registration));
    published.insert(registration->version.text());
  }
  const std::span<const ServerMention> mentions(server.mentions);
  for (std::size_t begin = 0, end = 0; begin < mentions.size(); begin = end) {
    const auto& text = mentions[begin].version.text();
    while (end < mentions.size() && mentions[end].version.text() == text) ++end;
    if (!published.contains(text))
      versions.push_back(mentioned_version(server, mentions.subspan(begin, end - begin)));
  }
  std::erase_if(versions, [permit](const auto& each) { return !may_read(each, permit); });
  if (versions.empty()) return versions;
  std::sort(versions.begin(), versions.end(),
            [](const auto& a, const auto& b) { return a.version->text() < b.version->text(); });
  auto latest = versions.begin();
  for (auto it = versions.begin(); it != versions.end(); ++it) {
    if (is_later(*it, *latest)) latest = it;
  }
  latest->latest = true;
  return versions;
}

std::optional<ServerVersion> find_version(const Tool* server, std::string_view version,
                                          const auth::Permit* permit) {
  if (server == nullptr) return std::nullopt;
  for (const auto& each : versions_of(*server, permit)) {
    if (version == "latest" ? each.latest : each.version->text() == version) return each;
  }
  return std::nullopt;
}

std::string entity_tag(const ServerVersion& version, const auth::Permit* permit) {
  std::string tag;
  if (version.published != nullptr) {
    tag = entity_tag(*version.published);
  } else {
    Sha256Stream all;
    for (const auto& each : version.mentions) all.add(entity_tag(*each.registration));
    tag = to_hex(all.finish(), 16) + "-" + std::string(kToldVersion);
  }
  if (hides_tools(version, permit)) tag += "-" + permit->key();
  return version.latest ? tag + "-latest" : tag;
}

std::string server_json_of(const ServerVersion& version, const auth::Permit* permit) {
  if (version.published == nullptr) return told_server_json(version);
  if (hides_tools(version, permit)) return without_hidden_tools(version, *permit);
  return std::string(server_json(version.published->document));
}

void append_server(std::string& out, const ServerVersion& version, const auth::Permit* permit) {
  std::string published_at, updated_at;
  Official official;
  out += "{\"server\":";
  if (version.published != nullptr) {
    const std::string_view document = version.published->document;
    const auto text = [document](std::string_view member) {
      const auto written = server_record_member(document, member);
      return written.empty() ? std::string_view("\"\"") : written;
    };
    official = {text("statusChangedAt"), server_record_member(document, "statusMessage"),
                text("registeredAt"), text("updatedAt")};
  } else {
    append_json_string(published_at, version.published_at);
    append_json_string(updated_at, version.updated_at);
    official = {updated_at, {}, published_at, updated_at};
  }
  out += server_json_of(version, permit);
  out += ",\"_meta\":{\"io.modelcontextprotocol.registry/official\":{\"status\":\"";
  out += name_of(version.lifecycle);
  out += "\",\"statusChangedAt\":";
  out += official.status_changed_at;
  if (!official.status_message.empty()) {
    out += ",\"statusMessage\":";
    out += official.status_message;
  }
  out += ",\"publishedAt\":";
  out += official.published_at;
  out += ",\"updatedAt\":";
  out += official.updated_at;
  out += version.latest ? ",\"isLatest\":true}" : ",\"isLatest\":false}";
  if (version.published != nullptr && is_upstream(version.published->manager)) {
    out += ",\"";
    out += kUpstreamMeta;
    out += "\":";
    out += server_origin(version.published->document);
  }
  out += "}}";
}

}  // namespace toolhive::registry
