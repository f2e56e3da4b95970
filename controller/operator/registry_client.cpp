#include "controller/operator/registry_client.hpp"

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>

#include "controller/base/json_access.hpp"
#include "controller/base/percent.hpp"
#include "controller/base/text.hpp"
#include "controller/kube/object/json_text.hpp"

namespace toolhive {

namespace {

constexpr std::chrono::seconds kTimeout{10};
// Of an answer, in bytes. The largest is an entry with its definition, which as an MCPTool is at
// most 1.5 MB.
constexpr std::size_t kLargestAnswer = 2U << 20;
// Of what a registry says in words.
constexpr std::size_t kLongestMessage = 512;
constexpr std::size_t kLongestExcerpt = 200;
constexpr const char* kTools = "/api/v1/tools";
constexpr const char* kOfficial = "/v0.1";
// Of a list of what one resource has. A page has up to 100 tools.
constexpr int kMostPages = 100;

// A member that is a string, fit for a status whose field takes `limit` bytes.
std::string text(const Json& object, const char* name, std::size_t limit) {
  const auto value = object.find(name);
  if (value == object.end() || !value->is_string()) return {};
  return cleaned(value->get_ref<const std::string&>(), limit);
}

std::string tool_path(const std::string& name, const std::string& version = "") {
  const std::string path = std::string(kTools) + "/" + percent_encode(name);
  return version.empty() ? path : path + "/versions/" + percent_encode(version);
}

std::string server_path(const std::string& name, const std::string& version) {
  const std::string path = std::string(kOfficial) + "/servers/" + percent_encode(name);
  return version.empty() ? path : path + "/versions/" + percent_encode(version);
}

// The parameter by which a resource says that it asks for its own.
std::string managed_by(const ManagedBy& manager) {
  return "?managedBy=" +
         percent_encode(manager.kind + "/" + manager.ns + "/" + manager.name + "/" + manager.uid);
}

// A time in UTC as RFC 3339 has it: the status takes nothing else.
bool is_timestamp(std::string_view time) {
  constexpr std::string_view kShape = "0000-00-00T00:00:00";
  if (time.size() <= kShape.size() || !time.ends_with('Z')) return false;
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  for (std::size_t i = 0; i < kShape.size(); ++i)
    if (kShape[i] == '0' ? !is_digit(time[i]) : time[i] != kShape[i]) return false;
  const std::string_view fraction = time.substr(kShape.size(), time.size() - kShape.size() - 1);
  const bool whole = fraction.empty() || (fraction.size() > 1 && fraction.front() == '.' &&
                                          std::all_of(fraction.begin() + 1, fraction.end(), is_digit));
  const auto number = [&](std::size_t at, std::size_t digits) {
    return std::stoi(std::string(time.substr(at, digits)));
  };
  const std::chrono::year_month_day day{std::chrono::year(number(0, 4)),
                                        std::chrono::month(static_cast<unsigned>(number(5, 2))),
                                        std::chrono::day(static_cast<unsigned>(number(8, 2)))};
  return whole && day.ok() && number(11, 2) < 24 && number(14, 2) < 60 && number(17, 2) < 60;
}

// A Status object of the API server, whose proxy could not reach the service.
bool is_proxy_error(const Json& body) {
  return text(body, "kind", kLongestMessage) == "Status" && body.contains("apiVersion");
}

Status add_entries(const Json& tools, std::vector<RegistryEntry>& entries) {
  for (const Json& tool : tools) {
    auto entry = parse_entry(tool);
    if (!entry.ok()) return entry.status();
    entries.push_back(*std::move(entry));
  }
  return {};
}

}  // namespace

Status registry_error(const kube::HttpResponse& response) {
  const StatusOr<Json> document = kube::parse_json(response.body);
  const Json body = document.ok() ? *document : Json();
  if (!body.is_object())
    return Status(Code::Unavailable,
                  "the answer is HTTP " + std::to_string(response.status) +
                      " without an error document: " + cleaned(response.body, kLongestExcerpt))
        .with_http_status(response.status);
  if (is_proxy_error(body)) {
    const Code code = response.status == 401 || response.status == 403 ? Code::Forbidden : Code::Unavailable;
    return Status(code, "the API server's proxy says: " + text(body, "message", kLongestMessage))
        .with_http_status(response.status);
  }

  std::string message = text(body, "error", kLongestMessage);
  if (message.empty()) message = text(body, "detail", kLongestMessage);
  if (message.empty()) message = "HTTP " + std::to_string(response.status);
  std::string location;
  if (const auto errors = body.find("errors"); errors != body.end() && errors->is_array() && !errors->empty())
    location = text(errors->front(), "location", kLongestMessage);
  Code code = Code::Unavailable;
  switch (response.status) {
    case 400:
    case 413:
    case 422:
      code = Code::Invalid;
      break;
    case 401:
    case 403:
      code = Code::Forbidden;
      break;
    case 404:
      code = Code::NotFound;
      break;
    case 409:
      // Of a version that stands for something else; all others are of who may write.
      code = location == "/version" ? Code::AlreadyExists : Code::Conflict;
      break;
    default:
      break;
  }
  return Status(code, message).with_http_status(response.status);
}

StatusOr<RegistryEntry> parse_entry(Json document) {
  if (!document.is_object()) return Status(Code::Decode, "the registry's answer is no tool: it is no object");
  RegistryEntry entry;
  // As long as the fields of the MCPTool's status.
  entry.name = text(document, "name", 128);
  entry.version = text(document, "version", 255);
  entry.digest = text(document, "digest", 128);
  entry.contract_digest = text(document, "contractDigest", 128);
  entry.registered_at = text(document, "registeredAt", 64);
  if (entry.name.empty() || entry.version.empty())
    return Status(Code::Decode, "the registry's answer is no tool: it lacks name or version");
  if (!is_timestamp(entry.registered_at)) entry.registered_at.clear();
  entry.deprecated = text(document, "status", kLongestMessage) == "deprecated";
  entry.status_message = text(document, "statusMessage", kLongestMessage);
  if (const auto manager = document.find("managedBy"); manager != document.end() && manager->is_object())
    entry.manager = {text(*manager, "kind", 256), text(*manager, "namespace", 256),
                     text(*manager, "name", 256), text(*manager, "uid", 256)};
  entry.document = std::make_shared<const Json>(std::move(document));
  return entry;
}

RegistryClient::RegistryClient(std::shared_ptr<kube::Transport> transport, std::string prefix)
    : transport_(std::move(transport)), prefix_(std::move(prefix)) {}

StatusOr<Json> RegistryClient::send(const Context& ctx, const char* method, const std::string& target,
                                    std::string body) {
  kube::HttpRequest request;
  request.method = method;
  request.target = prefix_ + target;
  if (!body.empty()) request.content_type = "application/json";
  request.body = std::move(body);
  request.max_reply = kLargestAnswer;
  auto response = transport_->send(ctx.with_timeout(kTimeout), request);
  if (!response.ok()) return response.status();
  if (response->status < 200 || response->status > 299) return registry_error(*response);
  if (response->body.empty()) return Json::object();
  auto document = kube::parse_json(response->body);
  if (!document.ok())
    return Status(Code::Decode, "the registry's answer is " + document.status().message() + ": " +
                                    cleaned(response->body, kLongestExcerpt));
  return document;
}

StatusOr<RegistryEntry> RegistryClient::get(const Context& ctx, const std::string& name,
                                            const std::string& version) {
  auto document = send(ctx, "GET", tool_path(name, version));
  if (!document.ok()) return document.status();
  return parse_entry(*std::move(document));
}

StatusOr<std::vector<RegistryEntry>> RegistryClient::versions(const Context& ctx, const std::string& name) {
  auto document = send(ctx, "GET", tool_path(name) + "/versions");
  if (!document.ok()) return document.status();
  const auto versions = document->find("versions");
  if (versions == document->end() || !versions->is_array())
    return Status(Code::Decode, "the registry's answer is no list of versions");
  for (Json& version : *versions)
    if (version.is_object()) version["name"] = name;
  std::vector<RegistryEntry> entries;
  const Status added = add_entries(*versions, entries);
  return added.ok() ? StatusOr<std::vector<RegistryEntry>>(std::move(entries)) : added;
}

StatusOr<RegistryEntry> RegistryClient::put(const Context& ctx, const Json& definition) {
  auto document = send(ctx, "POST", kTools, definition.dump());
  if (!document.ok()) return document.status();
  return parse_entry(*std::move(document));
}

StatusOr<std::vector<RegistryEntry>> RegistryClient::list_managed(const Context& ctx,
                                                                  const ManagedBy& manager) {
  const std::string list =
      std::string(kTools) +
      "?limit=100&managed_by=" + percent_encode(manager.kind + "/" + manager.ns + "/" + manager.name) +
      "&fields=version,digest,contractDigest,registeredAt,managedBy,status,statusMessage";
  std::vector<RegistryEntry> entries;
  std::string cursor;
  for (int page = 0; page < kMostPages; ++page) {
    auto document = send(ctx, "GET", cursor.empty() ? list : list + "&cursor=" + percent_encode(cursor));
    if (!document.ok()) return document.status();
    const Json* const tools = value_at(*document, "/tools");
    if (!tools || !tools->is_array()) return Status(Code::Decode, "the registry's list has no tools");
    const Status added = add_entries(*tools, entries);
    if (!added.ok()) return added;
    cursor = string_member(*document, "nextCursor");
    if (cursor.empty()) return entries;
  }
  return Status(Code::TooLarge, "the registry's list of what " + manager.ns + "/" + manager.name +
                                    " has does not end after " + std::to_string(kMostPages) + " pages");
}

Status RegistryClient::withdraw(const Context& ctx, const std::string& name, const ManagedBy& manager) {
  return send(ctx, "DELETE", tool_path(name) + managed_by(manager)).status();
}

Status RegistryClient::withdraw_version(const Context& ctx, const std::string& name,
                                        const std::string& version, const ManagedBy& manager) {
  return send(ctx, "DELETE", tool_path(name, version) + managed_by(manager)).status();
}

Status RegistryClient::set_status(const Context& ctx, const std::string& name, const EntryStatus& status,
                                  const ManagedBy& manager) {
  Json body = {{"status", status.deprecated ? "deprecated" : "active"}};
  if (status.deprecated) body["statusMessage"] = status.message;
  return send(ctx, "PATCH", tool_path(name) + managed_by(manager), body.dump()).status();
}

StatusOr<ContractComparison> RegistryClient::compare(const Context& ctx, const Json& from, const Json& to) {
  auto document = send(ctx, "POST", "/api/v1/compare", Json{{"from", from}, {"to", to}}.dump());
  if (!document.ok()) return document.status();
  return parse_comparison(*document);
}

StatusOr<JsonPtr> RegistryClient::get_server(const Context& ctx, const std::string& name) {
  auto document = send(ctx, "GET", server_path(name, "latest"));
  if (!document.ok()) return document.status();
  if (!document->is_object() || !document->contains("server"))
    return Status(Code::Decode, "the registry's answer is no server: it lacks the member server");
  return std::make_shared<const Json>(std::move((*document)["server"]));
}

Status RegistryClient::put_server(const Context& ctx, const Json& server) {
  const std::string path = server_path(string_member(server, "name"), string_member(server, "version"));
  const Status changed = send(ctx, "PUT", path, server.dump()).status();
  if (changed.code() != Code::NotFound) return changed;
  return send(ctx, "POST", std::string(kOfficial) + "/publish", server.dump()).status();
}

Status RegistryClient::set_server_status(const Context& ctx, const std::string& name,
                                         const std::string& version, ServerStatus status) {
  const Json body = {{"status", status == ServerStatus::Active ? "active" : "deleted"}};
  return send(ctx, "PATCH", server_path(name, version) + "/status", body.dump()).status();
}

StatusOr<ServiceReport> RegistryClient::report(const Context& ctx) {
  const Context both = ctx.with_timeout(kTimeout);
  auto list = send(both, "GET", std::string(kTools) + "?limit=1");
  if (!list.ok()) return list.status();
  ServiceReport report;
  const Json::json_pointer total("/total");
  if (!list->contains(total) || !list->at(total).is_number_integer() ||
      list->at(total).get<std::int64_t>() < 0)
    return Status(Code::Decode, "the registry's list does not say how many tools there are (total)");
  report.tools = list->at(total).get<std::int64_t>();
  auto version = send(both, "GET", "/version");
  if (version.ok() && version->is_object()) report.version = text(*version, "version", 256);
  return report;
}

}  // namespace toolhive
