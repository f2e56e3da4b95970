#include "registry/api/server_catalog.hpp"

#include <simdjson.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "registry/model/server.hpp"
#include "registry/model/server_parse.hpp"
#include "registry/model/text.hpp"

namespace registry {
namespace {

/// The server that a tool's document names, and its version; empty when it names none.
std::pair<std::string, std::string> server_of(const std::string& document) {
  thread_local simdjson::dom::parser parser;
  simdjson::dom::element root, server;
  if (document.find("\"server\":") == document.npos ||
      parser.parse(document).get(root) != simdjson::SUCCESS ||
      root["server"].get(server) != simdjson::SUCCESS)
    return {};
  std::string_view name, version;
  if (server["name"].get(name) != simdjson::SUCCESS) return {};
  if (server["version"].get(version) != simdjson::SUCCESS) version = {};
  return {std::string(name), std::string(version)};
}

bool by_name_and_version(const ServerVersion& a, const ServerVersion& b) {
  return a.name != b.name ? a.name < b.name : a.version.text() < b.version.text();
}

/// Whether `a` rather than `b` is the latest: what is not deleted, the higher version, the one published later.
bool is_later(const ServerVersion& a, const ServerVersion& b) {
  const bool a_deleted = a.lifecycle == Lifecycle::Deleted;
  const bool b_deleted = b.lifecycle == Lifecycle::Deleted;
  if (a_deleted != b_deleted) return b_deleted;
  const auto order = a.version.precedence(b.version);
  return order != 0 ? order > 0 : a.published_at > b.published_at;
}

/// A server.json made of what tools say of their server.
std::string told_server_json(const ServerVersion& version) {
  Json tools = Json::array();
  std::string names;
  Json told = Json::object();
  for (const auto& registration : version.tools) {
    const auto tool = Json::parse(registration->document);
    const auto& name = tool["name"].get_ref<const std::string&>();
    tools.push_back(name);
    names += (names.empty() ? "" : ", ") + name;
    for (const auto& [member, value] : tool["server"].items()) told[member] = value;
  }
  if (!told.contains("description")) {
    auto description = (version.tools.size() == 1 ? "The tool " : "The tools ") + names;
    told["description"] = description.size() <= 100 ? description : description.substr(0, 97) + "...";
  }
  Json server = {{"$schema", kServerSchema}, {"name", version.name}};
  for (const char* member : {"description", "title", "repository"}) {
    if (told.contains(member)) server[member] = told[member];
  }
  server["version"] = version.version.text();
  for (const char* member : {"websiteUrl", "icons", "packages", "remotes"}) {
    if (told.contains(member)) server[member] = told[member];
  }
  server["_meta"] = {{"io.modelcontextprotocol.registry/publisher-provided", {{"tools", std::move(tools)}}}};
  return server.dump();
}

}  // namespace

ServerCatalog::ServerCatalog(const Index& index) {
  add_published(index);
  add_told_by_tools(index);
  std::sort(versions_.begin(), versions_.end(), by_name_and_version);
  mark_latest();
}

void ServerCatalog::add_published(const Index& index) {
  index.visit_servers([this](const std::shared_ptr<const Tool>& server) {
    for (const auto& registration : server->live) {
      versions_.push_back({server->name,
                           registration->version,
                           registration,
                           {},
                           registration->lifecycle,
                           registration->registered_at,
                           registration->changed_at(),
                           false});
    }
    return true;
  });
}

void ServerCatalog::add_told_by_tools(const Index& index) {
  std::map<std::pair<std::string, std::string>, std::vector<std::shared_ptr<const Registration>>> told;
  index.visit_after("", [&](const std::shared_ptr<const Tool>& tool) {
    for (const auto& registration : tool->live) {
      auto named = server_of(registration->document);
      if (named.first.empty()) continue;
      // Without a version the server has that of its tools.
      if (named.second.empty()) named.second = registration->version.text();
      const auto* published = index.find(named.first);
      if (published == nullptr || published->find(named.second) == nullptr)
        told[std::move(named)].push_back(registration);
    }
    return true;
  });
  for (auto& [named, registrations] : told) {
    auto version = Version::parse_any(named.second);
    if (!version) continue;
    ServerVersion server{
        named.first, std::move(*version), nullptr, std::move(registrations), Lifecycle::Deprecated, {}, {},
        false};
    for (const auto& registration : server.tools) {
      if (registration->lifecycle == Lifecycle::Active) server.lifecycle = Lifecycle::Active;
      if (server.published_at.empty() || registration->registered_at < server.published_at)
        server.published_at = registration->registered_at;
      server.updated_at = std::max(server.updated_at, registration->changed_at());
    }
    versions_.push_back(std::move(server));
  }
}

void ServerCatalog::mark_latest() {
  for (std::size_t begin = 0; begin < versions_.size();) {
    auto end = begin;
    auto latest = begin;
    for (; end < versions_.size() && versions_[end].name == versions_[begin].name; ++end) {
      if (is_later(versions_[end], versions_[latest])) latest = end;
    }
    versions_[latest].latest = true;
    begin = end;
  }
}

std::span<const ServerVersion> ServerCatalog::of(std::string_view name) const {
  const auto [begin, end] =
      std::equal_range(versions_.begin(), versions_.end(), name, [](const auto& a, const auto& b) {
        if constexpr (requires { a.name; })
          return std::string_view(a.name) < b;
        else
          return a < std::string_view(b.name);
      });
  return {versions_.data() + (begin - versions_.begin()), static_cast<std::size_t>(end - begin)};
}

const ServerVersion* ServerCatalog::find(std::string_view name, std::string_view version) const {
  for (const auto& each : of(name)) {
    if (version == "latest" ? each.latest : each.version.text() == version) return &each;
  }
  return nullptr;
}

std::string render_server(const ServerVersion& version) {
  ServerRecord record{
      version.published_at, version.updated_at, version.updated_at, {version.lifecycle, {}, {}}};
  if (version.published != nullptr) record = read_server_record(version.published->document);
  std::string out = "{\"server\":";
  if (version.published != nullptr)
    out += server_json(version.published->document);
  else
    out += told_server_json(version);
  out += ",\"_meta\":{\"io.modelcontextprotocol.registry/official\":{\"status\":";
  append_json_string(out, name_of(record.status.lifecycle));
  out += ",\"statusChangedAt\":";
  append_json_string(out, record.status_changed_at);
  if (record.status.message) {
    out += ",\"statusMessage\":";
    append_json_string(out, *record.status.message);
  }
  out += ",\"publishedAt\":";
  append_json_string(out, record.published_at);
  out += ",\"updatedAt\":";
  append_json_string(out, record.updated_at);
  out += version.latest ? ",\"isLatest\":true}}}" : ",\"isLatest\":false}}}";
  return out;
}

std::shared_ptr<const ServerCatalog> ServerCatalogCache::get(const Index& index) {
  // Whoever comes while it is made waits for it: making it twice would take longer.
  std::lock_guard guard(mutex_);
  if (catalog_ == nullptr || tag_ != index.tag()) {
    catalog_ = std::make_shared<const ServerCatalog>(index);
    tag_ = index.tag();
  }
  return catalog_;
}

}  // namespace registry
