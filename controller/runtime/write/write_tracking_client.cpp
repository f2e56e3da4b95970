#include "controller/runtime/write/write_tracking_client.hpp"

#include <nlohmann/json.hpp>
#include <string>

#include "controller/base/json_access.hpp"
#include "controller/kube/object/json_text.hpp"
#include "controller/kube/object/undecodable.hpp"

namespace toolhive::runtime {

using kube::ApiCall;

namespace {

bool dry_run(const ApiCall& call) {
  return call.http.target.find("dryRun=") != std::string::npos;
}

// A deletion that takes effect at once may be answered with a Status, which names the uid in its
// details.
std::string uid_of_deleted(const kube::HttpResponse& response) {
  const auto document = kube::parse_json(response.body);
  if (!document.ok() || !document->is_object()) return {};
  const Json& body = *document;
  static const Json::json_pointer kUid("/details/uid");
  const Json uid = body.contains(kUid) ? body.at(kUid) : Json();
  return uid.is_string() ? uid.get<std::string>() : std::string();
}

// Whether the write took the last finalizer of an object that was being deleted. A pod has a time
// of grace besides.
bool is_released(const kube::Meta& meta, const kube::HttpResponse& response) {
  if (!meta.deleting() || !meta.finalizers.empty()) return false;
  const auto document = kube::parse_json(response.body);
  if (!document.ok()) return false;
  const Json* grace = value_at(*document, "/metadata/deletionGracePeriodSeconds");
  return !grace || *grace == 0;
}

}  // namespace

WriteTrackingClient::WriteTrackingClient(kube::Client& inner, Cache& cache) : inner_(inner), cache_(cache) {}

StatusOr<kube::HttpResponse> WriteTrackingClient::call(const Context& ctx, const ApiCall& call) {
  auto response = inner_.call(ctx, call);
  if (!call.mutating() || dry_run(call)) return response;
  if (response.ok()) {
    if (ctx.pass) ++ctx.pass->writes;
    remember(call, *response);
  }
  return response;
}

void WriteTrackingClient::remember(const ApiCall& call, const kube::HttpResponse& response) {
  const auto object = kube::parse_or_rest(response.body);
  if (!object.ok() || object->kind() == "Status") {
    const std::string uid = uid_of_deleted(response);
    if (call.verb == ApiCall::Verb::Delete && !uid.empty()) cache_.wrote(call.type, call.key, {}, uid);
    return;
  }
  const kube::Meta& meta = object->meta();
  if (call.verb != ApiCall::Verb::Delete && is_released(meta, response)) {
    cache_.released(call.type, object->key(), meta.uid);
  } else if (call.verb == ApiCall::Verb::Delete) {
    // Gone, or marked as being deleted: both end the wait.
    cache_.wrote(call.type, object->key(), {}, meta.uid);
  } else {
    cache_.wrote(call.type, object->key(), meta.resource_version, meta.uid);
  }
}

StatusOr<std::unique_ptr<kube::LineStream>> WriteTrackingClient::open_watch(
    const Context& ctx, const ApiCall& call, const kube::Transport::StreamOptions& options) {
  return inner_.open_watch(ctx, call, options);
}

}  // namespace toolhive::runtime
