#include "registry/api/service_reads.hpp"

#include <string>

#include "registry/api/guard.hpp"
#include "registry/api/openapi.hpp"
#include "registry/api/problem.hpp"
#include "registry/metrics/metrics.hpp"
#include "registry/model/json.hpp"
#include "registry/store/store.hpp"

namespace toolhive::registry {

namespace {

// What is taken in from others is no reason to send clients elsewhere.
void append_upstream_problems(std::string& body, const std::vector<UpstreamFigures>& upstreams) {
  std::string out;
  for (const auto& each : upstreams) {
    if (each.problem.empty()) continue;
    out += out.empty() ? R"(,"upstreams":{)" : ",";
    append_json_string(out, each.name);
    out += ':';
    append_json_string(out, each.problem);
  }
  if (!out.empty()) body += out + '}';
}

}  // namespace

Response starting() {
  return problem(503, "the registry is starting: it is reading its store; try again in a second");
}

Response get_health(ApiState&, const Call&) {
  return Response::text(200, kJson, "{\"status\":\"ok\"}");
}

Response get_ready(ApiState& state, const Call&) {
  if (state.stopping) return problem(503, "the registry is stopping");
  Store* const store = state.store;
  if (store == nullptr) return starting();
  const auto status = store->status();
  if (!status.ready) return problem(503, "writes are not possible: " + status.reason);
  std::string body = "{\"status\":\"ready\"";
  if (!status.writable) {
    body += R"(,"writable":false,"reason":)";
    append_json_string(body, status.reason);
  }
  if (status.replica) body += status.replica->writes ? R"(,"writer":true)" : R"(,"writer":false)";
  // What is damaged is on the disk of every replica, so it is no reason to send clients elsewhere.
  if (status.quarantined > 0) body += ",\"quarantined\":" + std::to_string(status.quarantined);
  // Nor is this: the other replicas ask the same issuer.
  const auto problem = state.guard == nullptr ? std::string() : state.guard->problem();
  if (!problem.empty()) {
    body += R"(,"authentication":)";
    append_json_string(body, "tokens cannot be judged now: " + problem);
  }
  if (state.upstreams) append_upstream_problems(body, state.upstreams());
  return Response::text(200, kJson, body + '}');
}

Response get_metrics(ApiState& state, const Call&) {
  Gauges gauges;
  if (Store* const store = state.store) {
    const auto index = store->snapshot();
    const auto status = store->status();
    gauges.ready = status.writable && !state.stopping;
    gauges.tools = index->tools();
    gauges.versions = index->versions();
    gauges.memory_used_bytes = index->memory_bytes();
    gauges.storage_used_bytes = status.bytes;
    gauges.storage_free_bytes = status.free_bytes;
    gauges.storage_writable = status.writable;
    gauges.quarantined_records = status.quarantined;
    gauges.tool_files = status.tool_files;
    gauges.cache = status.cache;
    gauges.replica = status.replica;
  }
  for (const auto& counts : {state.lists.counts(), state.server_lists.counts(),
                             state.managed_settings.counts(), state.ai_catalogs.counts()}) {
    gauges.list_cache_hits += counts.hits;
    gauges.list_cache_misses += counts.misses;
  }
  if (state.upstreams) gauges.upstreams = state.upstreams();
  if (state.add_gauges) state.add_gauges(gauges);
  if (state.guard != nullptr) state.guard->add_gauges(gauges);
  return Response::text(200, "text/plain; version=0.0.4; charset=utf-8", state.metrics.render(gauges));
}

Response get_openapi(ApiState&, const Call&) {
  return Response::text(200, kJson, std::string(kOpenApi));
}

Response get_program(ApiState&, const Call&) {
  return Response::text(200, kJson, "{\"name\":\"mcp-registry\",\"version\":\"" TOOLHIVE_VERSION "\"}");
}

Response get_resource_metadata(ApiState& state, const Call& call) {
  return state.guard != nullptr ? state.guard->metadata(call.request)
                                : problem(404, "this registry asks for no tokens");
}

Response get_ping(ApiState&, const Call&) {
  return Response::text(200, kJson, "{\"pong\":true}");
}

Response get_servers_program(ApiState&, const Call&) {
  return Response::text(200, kJson,
                        "{\"version\":\"" TOOLHIVE_VERSION "\",\"git_commit\":\"\",\"build_time\":\"\"}");
}

Response log_in(ApiState& state, const Call&) {
  if (state.guard != nullptr && state.guard->asks_for_tokens()) {
    return problem(404,
                   "nobody logs in here: this registry asks for a token of its issuer; put one into the "
                   "client's token file");
  }
  // Clients want some text to send. Nobody looks at it, so that it never expires: in the last
  // second of the year 9999.
  return Response::text(200, kJson, R"({"registry_token":"none","expires_at":253402300799})");
}

}  // namespace toolhive::registry
