#include "registry/api/endpoint.hpp"

#include <algorithm>
#include <utility>

#include "registry/api/api_state.hpp"
#include "registry/api/cached_list.hpp"
#include "registry/api/compare.hpp"
#include "registry/api/diff.hpp"
#include "registry/api/history.hpp"
#include "registry/api/list.hpp"
#include "registry/api/mcp_endpoint.hpp"
#include "registry/api/page.hpp"
#include "registry/api/reads.hpp"
#include "registry/api/server_reads.hpp"
#include "registry/api/server_writes.hpp"
#include "registry/api/service_reads.hpp"
#include "registry/api/store_writes.hpp"
#include "registry/api/views.hpp"
#include "registry/store/store.hpp"

namespace toolhive::registry {
namespace {

using Kind = Route::Kind;

// A handler of what needs no store, and answers at once.
template <auto answer>
void at_once(ApiState& state, std::shared_ptr<const Call> call, Respond respond) {
  respond(answer(state, *call));
}

// A handler of what is read from the state of the store as it is now.
template <auto answer>
void from_index(ApiState& state, std::shared_ptr<const Call> call, Respond respond) {
  Store* const store = state.store;
  respond(store == nullptr ? starting() : answer(*store->snapshot(), *call));
}

void compare(ApiState& state, std::shared_ptr<const Call> call, Respond respond) {
  Store* const store = state.store;
  respond(store == nullptr ? starting() : compare_tools(*store->snapshot(), *call, state.policy));
}

// The same for a list, whose pages are kept in one of the caches.
template <auto answer, ListCache ApiState::*cache>
void list_from_index(ApiState& state, std::shared_ptr<const Call> call, Respond respond) {
  Store* const store = state.store;
  respond(store == nullptr ? starting() : answer(*store->snapshot(), *call, state.*cache, Budget()));
}

template <ListCache ApiState::*cache>
std::optional<Response> ready_page(ApiState& state, const Call& call) {
  Store* const store = state.store;
  if (store == nullptr) return std::nullopt;
  return ready_list(*store->snapshot(), call, state.*cache);
}

Response page_file(ApiState&, const Call& call) {
  return get_page(call.route, call.request);
}

Response validate(ApiState& state, const Call& call) {
  return validate_server(call.request, state.policy);
}

// What is open to all, and tells nothing of what is registered.
template <auto answer>
constexpr Method open(std::string_view name = "GET") {
  return {.name = name, .handler = at_once<answer>};
}

template <auto answer>
constexpr Method retrieval(Pace pace = Pace::Short, Counts counts = Counts::Retrieval) {
  return {.name = "GET",
          .needs = Needs::ReadRight,
          .handler = from_index<answer>,
          .counts = counts,
          .pace = pace};
}

template <auto answer, ListCache ApiState::*cache>
constexpr Method list(Counts counts = Counts::Retrieval) {
  return {.name = "GET",
          .needs = Needs::ReadRight,
          .handler = list_from_index<answer, cache>,
          .counts = counts,
          .pace = Pace::Long,
          .ready = ready_page<cache>};
}

constexpr Method tool_write(std::string_view name, std::string_view action, Counts counts = Counts::Nothing) {
  return {
      .name = name, .needs = Needs::WriteRight, .handler = write_tool, .action = action, .counts = counts};
}

constexpr Method server_write(std::string_view name, std::string_view action) {
  return {.name = name, .needs = Needs::WriteRight, .handler = write_server, .action = action};
}

constexpr Endpoint kEndpoints[] = {
    {Kind::Tools,
     "/api/v1/tools",
     {list<get_tools, &ApiState::lists>(), tool_write("POST", "register", Counts::Registration)}},
    {Kind::Tool,
     "/api/v1/tools/{name}",
     {retrieval<get_tool>(), tool_write("PUT", "register", Counts::Registration),
      tool_write("PATCH", "status"), tool_write("DELETE", "withdraw")}},
    {Kind::Versions, "/api/v1/tools/{name}/versions", {retrieval<get_versions>(Pace::Long)}},
    {Kind::Version,
     "/api/v1/tools/{name}/versions/{version}",
     {retrieval<get_version>(), tool_write("PATCH", "status"), tool_write("DELETE", "withdraw")}},
    {Kind::History, "/api/v1/tools/{name}/history", {retrieval<get_history>(Pace::Long, Counts::Nothing)}},
    {Kind::Diff, "/api/v1/tools/{name}/diff", {retrieval<get_diff>(Pace::Long, Counts::Nothing)}},
    {Kind::Compare,
     "/api/v1/compare",
     {Method{.name = "POST", .needs = Needs::ReadRight, .handler = compare, .pace = Pace::Long}}},
    {Kind::Health, "/health", {open<get_health>()}},
    {Kind::Ready, "/ready", {open<get_ready>()}},
    {Kind::Metrics,
     "/metrics",
     {Method{.name = "GET", .needs = Needs::MetricsRight, .handler = at_once<get_metrics>}}},
    {Kind::Program, "/version", {open<get_program>()}},
    {Kind::OpenApi, "/openapi.json", {open<get_openapi>()}},
    {Kind::Mcp,
     "/mcp",
     {Method{.name = "POST", .needs = Needs::ReadRight, .handler = serve_mcp, .pace = Pace::Long}}},
    {Kind::ResourceMetadata, "/.well-known/oauth-protected-resource", {open<get_resource_metadata>()}},
    {Kind::ManagedSettings,
     "/views/managed-settings.json",
     {list<get_managed_settings, &ApiState::managed_settings>(Counts::Nothing)}},
    {Kind::AiCatalog,
     "/.well-known/ai-catalog.json",
     {list<get_ai_catalog, &ApiState::ai_catalogs>(Counts::Nothing)}},
    {Kind::Page, "/", {open<page_file>()}},
    {Kind::PageFile, "/ui/{name}", {open<page_file>()}},
    // The official registry API.
    {Kind::Servers, "/v0.1/servers", {list<get_servers, &ApiState::server_lists>()}},
    {Kind::ServerVersions, "/v0.1/servers/{name}/versions", {retrieval<get_server_versions>(Pace::Long)}},
    {Kind::ServerVersion,
     "/v0.1/servers/{name}/versions/{version}",
     {retrieval<get_server_version>(), server_write("PUT", "edit"), server_write("DELETE", "delete")}},
    {Kind::ServerStatus, "/v0.1/servers/{name}/status", {server_write("PATCH", "status")}},
    {Kind::ServerVersionStatus,
     "/v0.1/servers/{name}/versions/{version}/status",
     {server_write("PATCH", "status")}},
    {Kind::Publish, "/v0.1/publish", {server_write("POST", "publish")}},
    // Says what is wrong with a document, and writes nothing.
    {Kind::Validate,
     "/v0.1/validate",
     {Method{.name = "POST", .needs = Needs::ReadRight, .handler = at_once<validate>}}},
    {Kind::Login, "/v0.1/auth/none", {open<log_in>("POST")}},
    {Kind::ServersHealth, "/v0.1/health", {open<get_health>()}},
    {Kind::ServersPing, "/v0.1/ping", {open<get_ping>()}},
    {Kind::ServersProgram, "/v0.1/version", {open<get_servers_program>()}},
};

}  // namespace

const Method* Endpoint::find(std::string_view method) const {
  if (method == "HEAD") method = "GET";
  const auto it = std::find_if(methods.begin(), methods.end(),
                               [&](const Method& each) { return !each.name.empty() && each.name == method; });
  return it == methods.end() ? nullptr : &*it;
}

std::string Endpoint::allowed() const {
  std::string out;
  for (const auto& method : methods) {
    if (method.name.empty()) continue;
    out += std::string(method.name) + (method.name == "GET" ? ", HEAD, " : ", ");
  }
  return out + "OPTIONS";
}

std::span<const Endpoint> endpoints() {
  return kEndpoints;
}

std::size_t row_of(const Endpoint* endpoint) {
  return endpoint == nullptr ? std::size(kEndpoints) : static_cast<std::size_t>(endpoint - kEndpoints);
}

std::vector<CountedRoute> counted_routes() {
  std::vector<CountedRoute> out;
  for (const auto& endpoint : kEndpoints) {
    const auto* get = endpoint.find("GET");
    out.push_back({endpoint.path, get != nullptr && get->counts == Counts::Retrieval});
  }
  return out;
}

}  // namespace toolhive::registry
