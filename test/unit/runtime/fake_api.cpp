#include "test/unit/runtime/fake_api.hpp"

#include <algorithm>
#include <deque>
#include <stdexcept>

using namespace toolhive;

namespace toolhive::runtime_test {

using kube::ApiCall;
using kube::HttpResponse;
using kube::Key;
using kube::Object;
using kube::ResourceType;
using Verb = ApiCall::Verb;

const ResourceType kConfigMap{"", "v1", "ConfigMap", "configmaps", kube::Scope::Namespaced};
const ResourceType kSecret{"", "v1", "Secret", "secrets", kube::Scope::Namespaced};
const ResourceType kLease{"coordination.k8s.io", "v1", "Lease", "leases", kube::Scope::Namespaced};
const ResourceType kEvent{"events.k8s.io", "v1", "Event", "events", kube::Scope::Namespaced};
const ResourceType kWidget{"example.dev", "v1", "Widget", "widgets", kube::Scope::Namespaced};

namespace {

Json document(const ResourceType& type, const std::string& ns, const std::string& name) {
  return {{"apiVersion", type.api_version()},
          {"kind", type.kind},
          {"metadata", {{"namespace", ns}, {"name", name}}}};
}

std::string text(const Json& object, const char* pointer) {
  const Json::json_pointer at(pointer);
  return object.contains(at) && object.at(at).is_string() ? object.at(at).get<std::string>() : std::string();
}

Status error(int http_status, Code code, const std::string& message) {
  return Status(code, message).with_http_status(http_status);
}

HttpResponse reply(int status, const Json& body) {
  HttpResponse response;
  response.status = status;
  response.body = body.dump();
  return response;
}

const char* name_of(Verb verb) {
  switch (verb) {
    case Verb::Get:
      return "GET";
    case Verb::List:
      return "LIST";
    case Verb::Watch:
      return "WATCH";
    case Verb::Create:
      return "CREATE";
    case Verb::Update:
      return "UPDATE";
    case Verb::Patch:
      return "PATCH";
    case Verb::Apply:
      return "APPLY";
    case Verb::Delete:
      return "DELETE";
    case Verb::Raw:
      break;
  }
  return "RAW";
}

bool is_dry_run(const ApiCall& call) {
  return call.http.target.find("dryRun=") != std::string::npos;
}

bool covers(const std::string& ns, const std::string& of) {
  return ns.empty() || ns == of;
}

}  // namespace

Json widget(const std::string& ns, const std::string& name, const Json& spec) {
  Json result = document(kWidget, ns, name);
  result["spec"] = spec;
  return result;
}

Json config_map(const std::string& ns, const std::string& name, const Json& data) {
  Json result = document(kConfigMap, ns, name);
  result["data"] = data;
  return result;
}

Object object(const Json& document) {
  auto parsed = Object::from(document);
  if (!parsed.ok()) throw std::runtime_error(parsed.status().to_string());
  return *parsed;
}

// Lines wait in a queue of their own; `broken` is answered once they are read.
struct FakeApi::Stream final : kube::LineStream {
  Stream(FakeApi& a, ResourceType t, std::string n) : api(a), type(std::move(t)), ns(std::move(n)) {}
  ~Stream() override {
    const std::lock_guard lock(api.mutex_);
    api.streams_.remove(this);
    api.changed_.notify_all();
  }

  StatusOr<std::string_view> next(const Context& ctx) override {
    std::stop_callback wake(ctx.stop, [this] {
      const std::lock_guard lock(api.mutex_);
      api.changed_.notify_all();
    });
    std::unique_lock lock(api.mutex_);
    api.changed_.wait(
        lock, [&] { return ctx.stop.stop_requested() || !broken.ok() || (!lines.empty() && !api.frozen_); });
    if (ctx.stop.stop_requested()) return Status(Code::Cancelled, "stopped");
    if (lines.empty() || api.frozen_) return broken;
    line = std::move(lines.front());
    lines.pop_front();
    return std::string_view(line);
  }

  FakeApi& api;
  const ResourceType type;
  const std::string ns;
  std::deque<std::string> lines;
  Status broken;
  std::string line;
};

StatusOr<HttpResponse> FakeApi::call(const Context& ctx, const ApiCall& call) {
  if (ctx.stop.stop_requested()) return Status(Code::Cancelled, "stopped");
  std::function<Status(const ApiCall&)> fault;
  {
    const std::lock_guard lock(mutex_);
    fault = fault_;
  }
  const Status failure = fault ? fault(call) : Status();
  const std::lock_guard lock(mutex_);
  note(std::string(name_of(call.verb)) + " " + call.type.to_string() + " " +
       (call.key.name.empty() && call.verb == Verb::Create
            ? text(Json::parse(call.http.body), "/metadata/name")
            : call.key.to_string()));
  if (!failure.ok()) return failure;
  if (missing_.contains(call.type))
    return error(404, Code::NotFound, "the server could not find the resource");
  switch (call.verb) {
    case Verb::List:
      return list(call);
    case Verb::Create:
      return create(call, Json::parse(call.http.body));
    case Verb::Delete:
      return erase(call);
    case Verb::Get: {
      const auto found = objects_[call.type].find(call.key);
      if (found == objects_[call.type].end()) return error(404, Code::NotFound, "not found");
      return reply(200, found->second);
    }
    case Verb::Update:
    case Verb::Patch:
    case Verb::Apply:
      return change(call);
    case Verb::Raw:
      return discover(call.http.target);
    case Verb::Watch:
      break;
  }
  return error(405, Code::Invalid, "not offered by the fake");
}

FakeApi::Reply FakeApi::discover(const std::string& path) const {
  Json resources = Json::array();
  for (const ResourceType& type : offered_)
    if (path == (type.group.empty() ? "/api/" : "/apis/") + type.api_version())
      resources.push_back({{"name", type.plural}});
  if (resources.empty()) return error(404, Code::NotFound, "the server could not find the path");
  return reply(200, {{"kind", "APIResourceList"}, {"resources", std::move(resources)}});
}

Json FakeApi::served(const ResourceType& type, const Key& key, Json document) const {
  if (const auto found = spoilt_.find({type, key}); found != spoilt_.end())
    document.merge_patch(found->second);
  return document;
}

FakeApi::Reply FakeApi::list(const ApiCall& call) const {
  Json items = Json::array();
  if (const auto held = objects_.find(call.type); held != objects_.end())
    for (const auto& [key, document] : held->second)
      if (covers(call.key.ns, key.ns)) items.push_back(served(call.type, key, document));
  return reply(200, {{"kind", call.type.kind + "List"},
                     {"apiVersion", call.type.api_version()},
                     {"metadata", {{"resourceVersion", std::to_string(version_)}}},
                     {"items", std::move(items)}});
}

FakeApi::Reply FakeApi::create(const ApiCall& call, Json document) {
  const Key key{text(document, "/metadata/namespace"), text(document, "/metadata/name")};
  if (objects_[call.type].contains(key)) return error(409, Code::AlreadyExists, "already exists");
  if (is_dry_run(call)) {
    if (key.name.empty()) document["metadata"]["name"] = text(document, "/metadata/generateName") + "x7k2p";
    return reply(201, document);
  }
  return store(call.type, key, {}, std::move(document));
}

FakeApi::Reply FakeApi::change(const ApiCall& call) {
  const auto found = objects_[call.type].find(call.key);
  const Json body = Json::parse(call.http.body);
  if (found == objects_[call.type].end()) {
    if (call.verb != Verb::Apply || call.http.target.find("/status?") != std::string::npos)
      return error(404, Code::NotFound, "not found");
    if (body["metadata"].contains("uid")) return error(409, Code::Conflict, "uid mismatch");
    return store(call.type, call.key, {}, body);
  }
  const Json before = found->second;
  Json after = before;
  if (call.verb == Verb::Update) {
    after = body;
  } else if (call.http.content_type == "application/json-patch+json") {
    try {
      after = before.patch(body);
    } catch (const Json::exception&) {
      return error(422, Code::Invalid, "the patch does not apply");
    }
  } else {
    after.merge_patch(body);
  }
  const std::string uid = text(body, "/metadata/uid");
  if (!uid.empty() && uid != text(before, "/metadata/uid")) return error(409, Code::Conflict, "uid mismatch");
  const std::string version = text(body, "/metadata/resourceVersion");
  if (!version.empty() && version != text(before, "/metadata/resourceVersion"))
    return error(409, Code::Conflict, "the object has been modified");
  after["metadata"]["resourceVersion"] = text(before, "/metadata/resourceVersion");
  if (is_dry_run(call)) return reply(200, after);
  return store(call.type, call.key, before, std::move(after));
}

FakeApi::Reply FakeApi::erase(const ApiCall& call) {
  const auto found = objects_[call.type].find(call.key);
  if (found == objects_[call.type].end()) return error(404, Code::NotFound, "not found");
  const std::string uid = text(Json::parse(call.http.body), "/preconditions/uid");
  if (!uid.empty() && uid != text(found->second, "/metadata/uid"))
    return error(409, Code::Conflict, "uid mismatch");
  Json document = found->second;
  if (document["metadata"].contains("finalizers") && !document["metadata"]["finalizers"].empty()) {
    Json after = document;
    after["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z";
    return store(call.type, call.key, document, std::move(after));
  }
  document["metadata"]["resourceVersion"] = std::to_string(++version_);
  objects_[call.type].erase(found);
  publish(call.type, "DELETED", document);
  return reply(200, {{"kind", "Status"},
                     {"apiVersion", "v1"},
                     {"status", "Success"},
                     {"details", {{"uid", text(document, "/metadata/uid")}}}});
}

FakeApi::Reply FakeApi::store(const ResourceType& type, const Key& key, const Json& before, Json after) {
  if (before == after) return reply(200, after);
  Json& metadata = after["metadata"];
  if (before.is_null()) {
    metadata["uid"] = "uid-" + std::to_string(next_uid_++);
    metadata["generation"] = 1;
    metadata["creationTimestamp"] = "2026-01-01T00:00:00Z";
  } else if (before.value("spec", Json()) != after.value("spec", Json())) {
    metadata["generation"] = metadata.value("generation", 1) + 1;
  }
  metadata["resourceVersion"] = std::to_string(++version_);
  const bool dies = metadata.contains("deletionTimestamp") &&
                    (!metadata.contains("finalizers") || metadata["finalizers"].empty());
  if (dies) {
    objects_[type].erase(key);
  } else {
    objects_[type][key] = after;
  }
  publish(type, dies ? "DELETED" : before.is_null() ? "ADDED" : "MODIFIED", after);
  return reply(before.is_null() ? 201 : 200, after);
}

void FakeApi::publish(const ResourceType& type, const char* what, const Json& document) {
  Event event{version_, type, text(document, "/metadata/namespace"),
              Json{{"type", what}, {"object", document}}.dump()};
  for (Stream* stream : streams_)
    if (stream->type == type && covers(stream->ns, event.ns)) stream->lines.push_back(event.line);
  history_.push_back(std::move(event));
  changed_.notify_all();
}

StatusOr<std::unique_ptr<kube::LineStream>> FakeApi::open_watch(const Context& ctx, const ApiCall& call,
                                                                const kube::Transport::StreamOptions&) {
  if (ctx.stop.stop_requested()) return Status(Code::Cancelled, "stopped");
  std::function<Status(const ApiCall&)> fault;
  {
    const std::lock_guard lock(mutex_);
    fault = fault_;
  }
  const Status failure = fault ? fault(call) : Status();
  const std::string& target = call.http.target;
  const bool initial = target.find("sendInitialEvents=true") != std::string::npos;
  const std::lock_guard lock(mutex_);
  note("WATCH " + call.type.to_string() + (initial ? " initial" : ""));
  Status refused;
  if (!failure.ok()) refused = failure;
  if (missing_.contains(call.type))
    refused = error(404, Code::NotFound, "the server could not find the resource");
  if (initial && !streaming_lists_) refused = error(422, Code::Invalid, "sendInitialEvents is forbidden");
  std::uint64_t from = version_;
  if (!initial) {
    const auto at = target.find("resourceVersion=");
    from = at == std::string::npos ? version_ : std::stoull(target.substr(at + 16));
    if (from < oldest_) refused = error(410, Code::Expired, "too old resource version");
  }
  if (!refused.ok()) return refused;
  auto stream = std::make_unique<Stream>(*this, call.type, call.key.ns);
  if (initial) {
    for (const auto& [key, document] : objects_[call.type])
      if (covers(call.key.ns, key.ns))
        stream->lines.push_back(Json{{"type", "ADDED"}, {"object", served(call.type, key, document)}}.dump());
    const Json end = {{"type", "BOOKMARK"},
                      {"object",
                       {{"kind", call.type.kind},
                        {"apiVersion", call.type.api_version()},
                        {"metadata",
                         {{"resourceVersion", std::to_string(version_)},
                          {"annotations", {{"k8s.io/initial-events-end", "true"}}}}}}}};
    stream->lines.push_back(end.dump());
  } else {
    for (const Event& event : history_)
      if (event.version > from && event.type == call.type && covers(call.key.ns, event.ns))
        stream->lines.push_back(event.line);
  }
  streams_.push_back(stream.get());
  changed_.notify_all();
  return StatusOr<std::unique_ptr<kube::LineStream>>(std::move(stream));
}

Object FakeApi::put(const ResourceType& type, Json document) {
  const std::lock_guard lock(mutex_);
  const Key key{text(document, "/metadata/namespace"), text(document, "/metadata/name")};
  const auto found = objects_[type].find(key);
  const Json before = found == objects_[type].end() ? Json() : found->second;
  if (!before.is_null()) {
    for (const char* kept : {"uid", "resourceVersion", "generation", "creationTimestamp"})
      if (!document["metadata"].contains(kept)) document["metadata"][kept] = before["metadata"][kept];
  }
  return object(Json::parse(store(type, key, before, std::move(document))->body));
}

void FakeApi::remove(const ResourceType& type, const Key& key) {
  const std::lock_guard lock(mutex_);
  ApiCall call;
  call.type = type;
  call.key = key;
  call.http.body = "{}";
  (void)erase(call);
}

std::optional<Object> FakeApi::find(const ResourceType& type, const Key& key) const {
  const std::lock_guard lock(mutex_);
  const auto held = objects_.find(type);
  if (held == objects_.end()) return std::nullopt;
  const auto found = held->second.find(key);
  if (found == held->second.end()) return std::nullopt;
  return object(found->second);
}

std::size_t FakeApi::size(const ResourceType& type) const {
  const std::lock_guard lock(mutex_);
  const auto held = objects_.find(type);
  return held == objects_.end() ? 0 : held->second.size();
}

void FakeApi::fail_with(std::function<Status(const ApiCall&)> fault) {
  const std::lock_guard lock(mutex_);
  fault_ = std::move(fault);
}

void FakeApi::break_streams(const Status& why) {
  const std::lock_guard lock(mutex_);
  for (Stream* stream : streams_) stream->broken = why;
  changed_.notify_all();
}

void FakeApi::inject(const std::string& line) {
  const std::lock_guard lock(mutex_);
  for (Stream* stream : streams_) stream->lines.push_back(line);
  changed_.notify_all();
}

void FakeApi::compact() {
  const std::lock_guard lock(mutex_);
  history_.clear();
  oldest_ = ++version_;
}

void FakeApi::offer(const ResourceType& type, bool offered) {
  const std::lock_guard lock(mutex_);
  if (offered) {
    offered_.insert(type);
    missing_.erase(type);
  } else {
    offered_.erase(type);
    missing_.insert(type);
    objects_.erase(type);
  }
  changed_.notify_all();
}

void FakeApi::support_streaming_lists(bool support) {
  const std::lock_guard lock(mutex_);
  streaming_lists_ = support;
}

void FakeApi::freeze_streams(bool frozen) {
  const std::lock_guard lock(mutex_);
  frozen_ = frozen;
  changed_.notify_all();
}

void FakeApi::spoil(const ResourceType& type, const Key& key, Json patch) {
  const std::lock_guard lock(mutex_);
  spoilt_.erase({type, key});
  if (!patch.is_null()) spoilt_.emplace(std::pair(type, key), std::move(patch));
}

void FakeApi::turn_back_version(std::uint64_t by) {
  const std::lock_guard lock(mutex_);
  version_ -= by;
}

void FakeApi::note(const std::string& line) {
  calls_.push_back(line);
  changed_.notify_all();
}

std::vector<std::string> FakeApi::writes() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> result;
  for (const std::string& call : calls_)
    if (!call.starts_with("GET") && !call.starts_with("LIST") && !call.starts_with("WATCH"))
      result.push_back(call);
  return result;
}

std::size_t FakeApi::count(const std::string& prefix) const {
  const std::lock_guard lock(mutex_);
  return static_cast<std::size_t>(std::count_if(calls_.begin(), calls_.end(),
                                                [&](const auto& call) { return call.starts_with(prefix); }));
}

void FakeApi::clear_calls() {
  const std::lock_guard lock(mutex_);
  calls_.clear();
}

std::size_t FakeApi::open_streams() const {
  const std::lock_guard lock(mutex_);
  return streams_.size();
}

bool FakeApi::wait_for(const std::function<bool()>& condition) const {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!condition()) {
    std::unique_lock lock(mutex_);
    if (std::chrono::steady_clock::now() >= end) return false;
    // What the condition is about may change a moment after the call that is waited for.
    changed_.wait_for(lock, std::chrono::milliseconds(2));
  }
  return true;
}

}  // namespace toolhive::runtime_test
