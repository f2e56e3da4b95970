#include "controller/operator/registry_client.hpp"

#include <chrono>
#include <nlohmann/json.hpp>

#include "controller/operator/text.hpp"

namespace toolhive {

namespace {

constexpr std::chrono::seconds kTimeout{10};
constexpr const char* kTools = "/api/v1/tools";

std::string text(const Json& object, const char* name) {
  const auto value = object.find(name);
  return value != object.end() && value->is_string() ? value->get<std::string>() : std::string();
}

// A Status object of the API server, whose proxy could not reach the service.
bool is_proxy_error(const Json& body) {
  return text(body, "kind") == "Status" && body.contains("apiVersion");
}

}  // namespace

Status registry_error(const kube::HttpResponse& response) {
  const Json body = Json::parse(response.body, nullptr, false);
  if (!body.is_object())
    return Status(Code::Unavailable, "the answer is HTTP " + std::to_string(response.status) +
                                         " without an error document: " + shortened(response.body, 200))
        .with_http_status(response.status);
  if (is_proxy_error(body)) {
    const Code code = response.status == 401 || response.status == 403 ? Code::Forbidden : Code::Unavailable;
    return Status(code, "the API server's proxy says: " + text(body, "message"))
        .with_http_status(response.status);
  }

  std::string message = text(body, "error");
  if (message.empty()) message = text(body, "detail");
  if (message.empty()) message = "HTTP " + std::to_string(response.status);
  std::string location;
  if (const auto errors = body.find("errors"); errors != body.end() && errors->is_array() && !errors->empty())
    location = text(errors->front(), "location");
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
      code = Code::Conflict;
      break;
    default:
      break;
  }
  return Status(code, message).with_http_status(response.status).with_reason(location);
}

StatusOr<RegistryEntry> parse_entry(const Json& document) {
  if (!document.is_object() || text(document, "name").empty() || text(document, "version").empty())
    return Status(Code::Decode, "the registry's answer is no tool: it lacks name or version");
  RegistryEntry entry;
  entry.name = text(document, "name");
  entry.version = text(document, "version");
  entry.digest = text(document, "digest");
  entry.registered_at = text(document, "registeredAt");
  if (const auto manager = document.find("managedBy"); manager != document.end() && manager->is_object())
    entry.manager = {text(*manager, "kind"), text(*manager, "namespace"), text(*manager, "name"),
                     text(*manager, "uid")};
  entry.document = std::make_shared<const Json>(document);
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
  auto response = transport_->send(ctx.with_timeout(kTimeout), request);
  if (!response.ok()) return response.status();
  if (response->status < 200 || response->status > 299) return registry_error(*response);
  if (response->body.empty()) return Json::object();
  Json document = Json::parse(response->body, nullptr, false);
  if (document.is_discarded())
    return Status(Code::Decode, "the registry's answer is not JSON: " + shortened(response->body, 200));
  return document;
}

StatusOr<RegistryEntry> RegistryClient::get(const Context& ctx, const std::string& name,
                                            const std::string& version) {
  auto document =
      send(ctx, "GET",
           std::string(kTools) + "/" + percent_encoded(name) + "/versions/" + percent_encoded(version));
  if (!document.ok()) return document.status();
  return parse_entry(*document);
}

StatusOr<RegistryEntry> RegistryClient::put(const Context& ctx, const Json& definition) {
  auto document = send(ctx, "POST", kTools, definition.dump());
  if (!document.ok()) return document.status();
  return parse_entry(*document);
}

Status RegistryClient::withdraw(const Context& ctx, const std::string& name, const Manager& manager) {
  const std::string who = manager.kind + "/" + manager.ns + "/" + manager.name + "/" + manager.uid;
  return send(ctx, "DELETE",
              std::string(kTools) + "/" + percent_encoded(name) + "?managedBy=" + percent_encoded(who))
      .status();
}

StatusOr<ServiceReport> RegistryClient::report(const Context& ctx) {
  auto list = send(ctx, "GET", std::string(kTools) + "?limit=1");
  if (!list.ok()) return list.status();
  ServiceReport report;
  const Json::json_pointer total("/total");
  if (!list->contains(total) || !list->at(total).is_number_integer())
    return Status(Code::Decode, "the registry's list does not say how many tools there are (total)");
  report.tools = list->at(total).get<std::int64_t>();
  auto version = send(ctx, "GET", "/version");
  if (version.ok()) report.version = text(*version, "version");
  return report;
}

}  // namespace toolhive
