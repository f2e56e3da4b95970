#include "registry/model/server.hpp"

#include <simdjson.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace toolhive::registry {
namespace {

// The last member. Within a string its quotes would be escaped, so the first occurrence is the
// member.
constexpr std::string_view kServer = ",\"server\":{";
// The last member before it, of what was taken in.
constexpr std::string_view kOrigin = ",\"upstream\":{";
constexpr std::string_view kUpstreamKind = "Upstream";

bool is_alphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_name_part(std::string_view text, std::string_view also) {
  return text.size() >= 2 && is_alphanumeric(text.front()) && is_alphanumeric(text.back()) &&
         std::all_of(text.begin(), text.end(),
                     [also](char c) { return is_alphanumeric(c) || also.find(c) != also.npos; });
}

void append_record_member(std::string& out, std::string_view name, std::string_view value) {
  out += out.empty() ? "{\"" : ",\"";
  out += name;
  out += "\":";
  append_json_string(out, value);
}

void append_origin(std::string& out, const UpstreamOrigin& origin) {
  out += kOrigin;
  out += "\"name\":";
  append_json_string(out, origin.upstream);
  out += ",\"url\":";
  append_json_string(out, origin.url);
  if (!origin.published_at.empty()) append_record_member(out, "publishedAt", origin.published_at);
  if (!origin.updated_at.empty()) append_record_member(out, "updatedAt", origin.updated_at);
  out += '}';
}

}  // namespace

std::string render_server_document(const ServerDefinition& server, const ServerRecord& record) {
  std::string out;
  out.reserve(server.json.size() + 400);
  append_record_member(out, "name", server.name);
  append_record_member(out, "version", server.version.text());
  append_record_member(out, "digest", "sha256:" + to_hex(server.digest));
  append_record_member(out, "registeredAt", record.published_at);
  append_record_member(out, "updatedAt", record.updated_at);
  append_status(out, record.status, record.status_changed_at);
  if (record.origin) append_origin(out, *record.origin);
  out += kServer.substr(0, kServer.size() - 1);
  out += server.json;
  out += '}';
  return out;
}

ServerRecord read_server_record(std::string_view document) {
  // What comes before server.json, which may be large.
  thread_local simdjson::dom::parser parser;
  simdjson::dom::element json;
  if (parser.parse(std::string(document.substr(0, document.find(kServer))) + "}").get(json) !=
      simdjson::SUCCESS)
    return {};
  const auto text_in = [](const simdjson::dom::element& object, std::string_view name) {
    std::string_view value;
    return std::string(object[name].get(value) == simdjson::SUCCESS ? value : std::string_view());
  };
  const auto text = [&](std::string_view name) { return text_in(json, name); };
  ServerRecord record{text("registeredAt"), text("updatedAt"), text("statusChangedAt"), {}};
  record.status.lifecycle = parse_lifecycle(text("status")).value_or(Lifecycle::Active);
  if (std::string_view message; json["statusMessage"].get(message) == simdjson::SUCCESS)
    record.status.message = message;
  if (simdjson::dom::element origin; json["upstream"].get(origin) == simdjson::SUCCESS) {
    record.origin = UpstreamOrigin{text_in(origin, "name"), text_in(origin, "url"),
                                   text_in(origin, "publishedAt"), text_in(origin, "updatedAt")};
  }
  return record;
}

std::string_view server_origin(std::string_view document) {
  const auto record = document.substr(0, document.find(kServer));
  const auto at = record.find(kOrigin);
  return at == record.npos ? std::string_view() : record.substr(at + kOrigin.size() - 1);
}

std::string_view server_record_member(std::string_view document, std::string_view member) {
  // Within a string its quotes would be escaped, as above.
  const auto begin = ",\"" + std::string(member) + "\":\"";
  const auto record = document.substr(0, document.find(kServer));
  const auto at = record.find(begin);
  if (at == record.npos) return {};
  const auto open = at + begin.size() - 1;
  auto close = open + 1;
  while (close < record.size() && record[close] != '"') close += record[close] == '\\' ? 2 : 1;
  return record.substr(open, close + 1 - open);
}

std::string_view server_json(std::string_view document) {
  const auto at = document.find(kServer);
  if (at == document.npos || !document.ends_with("}}")) return "{}";
  document.remove_prefix(at + kServer.size() - 1);
  document.remove_suffix(1);
  return document;
}

bool is_later(const ServerRank& a, const ServerRank& b) {
  if (a.deleted != b.deleted) return b.deleted;
  if (const auto order = a.version->precedence(*b.version); order != 0) return order > 0;
  return a.version->is_semantic() ? a.published_at < b.published_at : a.published_at > b.published_at;
}

ManagedBy upstream_as_manager(std::string_view upstream) {
  return {std::string(kUpstreamKind), "", std::string(upstream), ""};
}

bool is_upstream(const std::optional<ManagedBy>& manager) {
  return manager && manager->kind == kUpstreamKind;
}

ManagedBy server_as_manager(std::string_view name) {
  const auto slash = name.find('/');
  return {"Server", std::string(name.substr(0, slash)), std::string(name.substr(slash + 1)), ""};
}

Result<void> check_server_name(std::string_view name) {
  const auto slash = name.find('/');
  if (name.size() >= 3 && name.size() <= 200 && slash != name.npos &&
      is_name_part(name.substr(0, slash), ".-") && is_name_part(name.substr(slash + 1), "._-"))
    return {};
  return Error{
      Code::Invalid,
      "must be a namespace in reverse-DNS form, one slash and a name, such as io.example/weather: at most "
      "200 of "
      "A-Z a-z 0-9 . - (and _ in the name), each part of 2 at least, its first and last a letter or digit"};
}

}  // namespace toolhive::registry
