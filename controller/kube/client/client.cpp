#include "controller/kube/client/client.hpp"

#include <nlohmann/json.hpp>

#include "controller/kube/client/list.hpp"
#include "controller/kube/client/query.hpp"
#include "controller/kube/config/default_name.hpp"
#include "controller/kube/object/undecodable.hpp"

namespace toolhive::kube {

namespace {

// A request that is never answered must not hold its caller for all the time that the caller has
// for all it does.
constexpr Duration kCallTimeout = std::chrono::seconds(30);

Context bounded(const Context& ctx) {
  return ctx.with_timeout(kCallTimeout);
}

std::string what(const char* verb, const ResourceType& type, const Key& key) {
  std::string text = verb;
  text.append(" ").append(type.to_string());
  const std::string name = key.name.empty() ? key.ns : key.to_string();
  return name.empty() ? text : text + " " + name;
}

// A member of metadata that is a string, or empty.
std::string metadata(const Json& object, const char* field) {
  if (!object.is_object()) return {};
  const auto metadata = object.find("metadata");
  if (metadata == object.end() || !metadata->is_object()) return {};
  const auto value = metadata->find(field);
  return value != metadata->end() && value->is_string() ? value->get<std::string>() : std::string();
}

// The API server decodes a path before it splits it, so that such a name would lead to something
// else, a subresource for one.
// https://pkg.go.dev/k8s.io/apimachinery/pkg/api/validation/path#IsValidPathSegmentName
bool is_path_segment(std::string_view name) {
  return name != "." && name != ".." && name.find_first_of("/%") == std::string_view::npos;
}

Status check(const ResourceType& type, const Key& key, bool name_needed) {
  for (const std::string& segment : {key.ns, key.name})
    if (!is_path_segment(segment)) return {Code::Invalid, "no object can have the name \"" + segment + "\""};
  if (name_needed && key.name.empty()) return {Code::Invalid, "the object has no metadata.name"};
  if (type.scope == Scope::Namespaced && key.ns.empty())
    return {Code::Invalid, "the object has no metadata.namespace"};
  return {};
}

Query write_query(const WriteOptions& options) {
  Query query;
  if (!options.field_manager.empty()) query.add("fieldManager", options.field_manager);
  if (options.dry_run) query.add("dryRun", "All");
  return query;
}

// How many objects to ask for when so many were too large for one reply. 0: all of them.
int smaller_page(int limit) {
  constexpr int kFirst = 64;
  return limit > 1 ? limit / 2 : kFirst;
}

// Sends `call` and reads the object that comes back.
StatusOr<Object> object_from(Client& client, const Context& ctx, const ApiCall& call,
                             const std::string& doing) {
  StatusOr<HttpResponse> reply = client.call(bounded(ctx), call);
  if (!reply.ok()) return reply.status().with_context(doing);
  StatusOr<Object> object = parse_or_rest(reply->body, &call.type);
  return object.ok() ? std::move(object) : object.status().with_context(doing);
}

Status put_body(ApiCall& call, const char* content_type, const Json& document) {
  try {
    call.http.body = document.dump();
  } catch (const Json::exception&) {
    return {Code::Invalid, "the document holds a string that is not UTF-8"};
  }
  call.http.content_type = content_type;
  return {};
}

// The same with `document` as the body.
StatusOr<Object> object_from(Client& client, const Context& ctx, ApiCall call, const std::string& doing,
                             const char* content_type, const Json& document) {
  if (Status wrong = put_body(call, content_type, document); !wrong.ok()) return wrong.with_context(doing);
  return object_from(client, ctx, call, doing);
}

constexpr const char* kJson = "application/json";

// https://kubernetes.io/docs/reference/using-api/api-concepts/#metadata-only-fetches. Without the
// full object as a second choice: whoever asks for metadata wants to be spared the rest.
std::string partial(const char* kind) {
  return "application/json;as=" + std::string(kind) + ";g=meta.k8s.io;v=v1";
}

}  // namespace

StatusOr<Object> Client::get(const Context& ctx, const ResourceType& type, const Key& key) {
  const std::string doing = what("get", type, key);
  if (Status wrong = check(type, key, true); !wrong.ok()) return wrong.with_context(doing);
  ApiCall call{ApiCall::Verb::Get, type, key, {}, true};
  call.http.method = "GET";
  call.http.target = resource_path(type, key.ns, key.name);
  return object_from(*this, ctx, call, doing);
}

StatusOr<ObjectList> Client::list(const Context& ctx, const ResourceType& type, const ListOptions& options) {
  ApiCall call{ApiCall::Verb::List, type, {options.ns, {}}, {}, true};
  call.http.method = "GET";
  if (options.metadata_only) call.http.accept = partial("PartialObjectMetadataList");
  const std::string doing = what("list", type, call.key);
  ObjectList list;
  std::string next_page;
  int limit = options.limit;
  bool paged = limit > 0;
  for (;;) {
    Query query;
    query.add("labelSelector", options.label_selector).add("fieldSelector", options.field_selector);
    if (paged) query.add("limit", std::to_string(limit)).add("continue", next_page);
    if (next_page.empty() && !options.resource_version.empty())
      query.add("resourceVersion", options.resource_version).add("resourceVersionMatch", "NotOlderThan");
    call.http.target = query.target(resource_path(type, options.ns));
    StatusOr<HttpResponse> reply = this->call(bounded(ctx), call);
    if (!reply.ok()) {
      if (reply.status().code() == Code::TooLarge && limit != 1) {
        limit = smaller_page(limit);
        paged = true;
        continue;
      }
      if (reply.status().code() != Code::Expired || next_page.empty())
        return reply.status().with_context(doing);
      // The list changed too much since its first page: all of it at once is consistent again.
      list = {};
      next_page.clear();
      paged = false;
      continue;
    }
    StatusOr<std::string> next = append_page(reply->body, type, list);
    if (!next.ok()) return next.status().with_context(doing);
    if (next->empty()) return list;
    if (!paged || *next == next_page)
      return Status(Code::Decode, doing + ": the pages of the list do not end");
    next_page = *std::move(next);
  }
}

StatusOr<Object> Client::create(const Context& ctx, const ResourceType& type, const Json& object,
                                const WriteOptions& options) {
  ApiCall call{ApiCall::Verb::Create, type, {metadata(object, "namespace"), {}}, {}, options.dry_run};
  const std::string doing = what("create", type, {call.key.ns, metadata(object, "name")});
  if (Status wrong = check(type, call.key, false); !wrong.ok()) return wrong.with_context(doing);
  call.http.method = "POST";
  // Subresources such as an eviction are created below the object that they are of.
  const std::string below = options.subresource.empty() ? std::string() : metadata(object, "name");
  call.http.target =
      write_query(options).target(resource_path(type, call.key.ns, below, options.subresource));
  return object_from(*this, ctx, std::move(call), doing, kJson, object);
}

StatusOr<Object> Client::update(const Context& ctx, const ResourceType& type, const Json& object,
                                const WriteOptions& options) {
  const Key key{metadata(object, "namespace"), metadata(object, "name")};
  ApiCall call{ApiCall::Verb::Update, type, key, {}, options.dry_run};
  const std::string doing = what("update", type, key);
  if (Status wrong = check(type, key, true); !wrong.ok()) return wrong.with_context(doing);
  call.http.method = "PUT";
  call.http.target = write_query(options).target(resource_path(type, key.ns, key.name, options.subresource));
  return object_from(*this, ctx, std::move(call), doing, kJson, object);
}

StatusOr<Object> Client::apply(const Context& ctx, const ResourceType& type, const Json& intent,
                               const WriteOptions& options) {
  const Key key{metadata(intent, "namespace"), metadata(intent, "name")};
  // Applying the same intent again changes nothing.
  ApiCall call{ApiCall::Verb::Apply, type, key, {}, true};
  const std::string doing = what("apply", type, key);
  if (Status wrong = check(type, key, true); !wrong.ok()) return wrong.with_context(doing);
  Json complete = intent;
  complete["apiVersion"] = type.api_version();
  complete["kind"] = type.kind;
  call.http.method = "PATCH";
  WriteOptions named = options;
  if (named.field_manager.empty()) named.field_manager = kDefaultName;
  call.http.target = write_query(named)
                         .add("force", "true")
                         .target(resource_path(type, key.ns, key.name, options.subresource));
  return object_from(*this, ctx, std::move(call), doing, "application/apply-patch+yaml", complete);
}

StatusOr<Object> Client::patch(const Context& ctx, const ResourceType& type, const Key& key,
                               PatchType patch_type, const Json& patch, const WriteOptions& options) {
  // A merge patch sets values; a JSON patch may add to a list each time.
  ApiCall call{ApiCall::Verb::Patch, type, key, {}, options.dry_run || patch_type == PatchType::MergePatch};
  const std::string doing = what("patch", type, key);
  if (Status wrong = check(type, key, true); !wrong.ok()) return wrong.with_context(doing);
  call.http.method = "PATCH";
  call.http.target = write_query(options).target(resource_path(type, key.ns, key.name, options.subresource));
  const char* const content_type =
      patch_type == PatchType::JsonPatch ? "application/json-patch+json" : "application/merge-patch+json";
  return object_from(*this, ctx, std::move(call), doing, content_type, patch);
}

Status Client::remove(const Context& ctx, const ResourceType& type, const Key& key,
                      const DeleteOptions& options) {
  // With the uid it cannot hit an object that took the name since.
  ApiCall call{ApiCall::Verb::Delete, type, key, {}, !options.uid.empty()};
  const std::string doing = what("delete", type, key);
  if (Status wrong = check(type, key, true); !wrong.ok()) return wrong.with_context(doing);
  Json body = {{"apiVersion", "v1"}, {"kind", "DeleteOptions"}};
  if (!options.uid.empty()) body["preconditions"]["uid"] = options.uid;
  if (!options.resource_version.empty()) body["preconditions"]["resourceVersion"] = options.resource_version;
  if (!options.propagation.empty()) body["propagationPolicy"] = options.propagation;
  if (Status wrong = put_body(call, kJson, body); !wrong.ok()) return wrong.with_context(doing);
  call.http.method = "DELETE";
  call.http.target = resource_path(type, key.ns, key.name);
  return this->call(bounded(ctx), call).status().with_context(doing);
}

StatusOr<std::unique_ptr<Watch>> Client::watch(const Context& ctx, const ResourceType& type,
                                               const WatchOptions& options) {
  ApiCall call{ApiCall::Verb::Watch, type, {options.ns, {}}, {}, true};
  const std::string doing = what("watch", type, call.key);
  Query query;
  query.add("watch", "true")
      .add("allowWatchBookmarks", "true")
      .add("timeoutSeconds", std::to_string(options.timeout.count()))
      .add("labelSelector", options.label_selector)
      .add("fieldSelector", options.field_selector)
      .add("resourceVersion", options.resource_version);
  if (options.send_initial_events)
    query.add("sendInitialEvents", "true").add("resourceVersionMatch", "NotOlderThan");
  call.http.method = "GET";
  if (options.metadata_only) call.http.accept = partial("PartialObjectMetadata");
  call.http.target = query.target(resource_path(type, options.ns));
  Transport::StreamOptions stream_options;
  stream_options.idle_limit = options.idle_limit;
  StatusOr<std::unique_ptr<LineStream>> stream = open_watch(bounded(ctx), call, stream_options);
  if (!stream.ok()) return stream.status().with_context(doing);
  return std::make_unique<Watch>(*std::move(stream), type);
}

StatusOr<HttpResponse> Client::raw(const Context& ctx, HttpRequest request) {
  ApiCall call{ApiCall::Verb::Raw, {}, {}, std::move(request), false};
  call.idempotent = call.http.method == "GET" || call.http.method == "HEAD";
  return this->call(bounded(ctx), call);
}

}  // namespace toolhive::kube
