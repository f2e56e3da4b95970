#include "controller/testing/fake_api.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "controller/testing/fake_objects.hpp"
#include "controller/testing/fake_reply.hpp"
#include "controller/testing/fake_streams.hpp"
#include "controller/testing/fake_writes.hpp"

namespace toolhive::testing {

using kube::ApiCall;
using kube::Key;
using kube::Object;
using kube::ResourceType;
using Verb = ApiCall::Verb;

namespace {

constexpr std::chrono::seconds kWait{10};
// What a condition is about may change a moment after the call that is waited for.
constexpr std::chrono::milliseconds kLook{2};

const Status kNotServed = fake_error(404, Code::NotFound, "the server could not find the resource");

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

std::string line_of(const ApiCall& call) {
  const bool unnamed = call.key.name.empty() && call.verb == Verb::Create;
  return std::string(name_of(call.verb)) + " " + call.type.to_string() + " " +
         (unnamed ? text_at(Json::parse(call.http.body), "/metadata/name") : call.key.to_string());
}

// The end of the objects that a watch begins with.
std::string initial_end(const ResourceType& type, std::uint64_t version) {
  const Json metadata = {{"resourceVersion", std::to_string(version)},
                         {"annotations", {{"k8s.io/initial-events-end", "true"}}}};
  return Json{{"type", "BOOKMARK"},
              {"object", {{"kind", type.kind}, {"apiVersion", type.api_version()}, {"metadata", metadata}}}}
      .dump();
}

}  // namespace

// All members are guarded by `mutex`.
struct FakeApi::Impl {
  Status fault_of(const ApiCall& call);
  void note(std::string line);
  FakeReply answer(const ApiCall& call);
  FakeReply list(const ApiCall& call) const;
  FakeReply discover(const std::string& path) const;
  StatusOr<std::deque<std::string>> first_lines(const ApiCall& call, bool initial) const;

  std::mutex mutex;
  std::condition_variable changed;
  FakeStreams streams{mutex, changed};
  FakeObjects objects{[this](const FakeEvent& event) { streams.publish(event); }};
  std::set<ResourceType> missing;
  std::set<ResourceType> offered;
  std::vector<std::string> calls;
  std::function<Status(const ApiCall&)> fault;
  bool streaming_lists = true;
};

Status FakeApi::Impl::fault_of(const ApiCall& call) {
  std::function<Status(const ApiCall&)> asked;
  {
    const std::lock_guard lock(mutex);
    asked = fault;
  }
  return asked ? asked(call) : Status();
}

void FakeApi::Impl::note(std::string line) {
  calls.push_back(std::move(line));
  changed.notify_all();
}

FakeReply FakeApi::Impl::answer(const ApiCall& call) {
  if (missing.contains(call.type)) return kNotServed;
  switch (call.verb) {
    case Verb::List:
      return list(call);
    case Verb::Create:
      return fake_create(objects, call);
    case Verb::Delete:
      return fake_delete(objects, call);
    case Verb::Get: {
      const Json* found = objects.find(call.type, call.key);
      return found ? fake_reply(200, *found) : fake_error(404, Code::NotFound, "not found");
    }
    case Verb::Update:
    case Verb::Patch:
    case Verb::Apply:
      return fake_change(objects, call);
    case Verb::Raw:
      return discover(call.http.target);
    case Verb::Watch:
      break;
  }
  return fake_error(405, Code::Invalid, "not offered by the fake");
}

FakeReply FakeApi::Impl::list(const ApiCall& call) const {
  return fake_reply(200, {{"kind", call.type.kind + "List"},
                          {"apiVersion", call.type.api_version()},
                          {"metadata", {{"resourceVersion", std::to_string(objects.version())}}},
                          {"items", objects.listed(call.type, call.key.ns)}});
}

FakeReply FakeApi::Impl::discover(const std::string& path) const {
  Json resources = Json::array();
  for (const ResourceType& type : offered)
    if (path == (type.group.empty() ? "/api/" : "/apis/") + type.api_version())
      resources.push_back({{"name", type.plural}});
  if (resources.empty()) return fake_error(404, Code::NotFound, "the server could not find the path");
  return fake_reply(200, {{"kind", "APIResourceList"}, {"resources", std::move(resources)}});
}

StatusOr<std::deque<std::string>> FakeApi::Impl::first_lines(const ApiCall& call, bool initial) const {
  if (initial && !streaming_lists) return fake_error(422, Code::Invalid, "sendInitialEvents is forbidden");
  std::deque<std::string> lines;
  if (initial) {
    for (Json& document : objects.listed(call.type, call.key.ns))
      lines.push_back(Json{{"type", "ADDED"}, {"object", std::move(document)}}.dump());
    lines.push_back(initial_end(call.type, objects.version()));
    return lines;
  }
  const std::string& target = call.http.target;
  const auto at = target.find("resourceVersion=");
  auto missed =
      objects.since(at == std::string::npos ? objects.version() : std::stoull(target.substr(at + 16)),
                    call.type, call.key.ns);
  if (!missed) return fake_error(410, Code::Expired, "too old resource version");
  return *std::move(missed);
}

FakeApi::FakeApi() : impl_(std::make_unique<Impl>()) {}
FakeApi::~FakeApi() = default;

StatusOr<kube::HttpResponse> FakeApi::call(const Context& ctx, const ApiCall& call) {
  if (ctx.stop.stop_requested()) return Status(Code::Cancelled, "stopped");
  const Status fault = impl_->fault_of(call);
  const std::lock_guard lock(impl_->mutex);
  impl_->note(line_of(call));
  return fault.ok() ? impl_->answer(call) : fault;
}

StatusOr<std::unique_ptr<kube::LineStream>> FakeApi::open_watch(const Context& ctx, const ApiCall& call,
                                                                const kube::Transport::StreamOptions&) {
  if (ctx.stop.stop_requested()) return Status(Code::Cancelled, "stopped");
  const Status fault = impl_->fault_of(call);
  const bool initial = call.http.target.find("sendInitialEvents=true") != std::string::npos;
  const std::lock_guard lock(impl_->mutex);
  impl_->note("WATCH " + call.type.to_string() + (initial ? " initial" : ""));
  if (!fault.ok()) return fault;
  if (impl_->missing.contains(call.type)) return kNotServed;
  auto lines = impl_->first_lines(call, initial);
  if (!lines.ok()) return lines.status();
  return impl_->streams.open(call.type, call.key.ns, *std::move(lines));
}

Object FakeApi::put(const ResourceType& type, Json document) {
  const std::lock_guard lock(impl_->mutex);
  const Key key{text_at(document, "/metadata/namespace"), text_at(document, "/metadata/name")};
  const Json* found = impl_->objects.find(type, key);
  const Json before = found ? *found : Json();
  if (found) {
    for (const char* kept : {"uid", "resourceVersion", "generation", "creationTimestamp"})
      if (!document["metadata"].contains(kept)) document["metadata"][kept] = before.at("metadata").at(kept);
  }
  return *Object::from(impl_->objects.store(type, key, before, std::move(document)));
}

void FakeApi::remove(const ResourceType& type, const Key& key) {
  const std::lock_guard lock(impl_->mutex);
  if (const Json* found = impl_->objects.find(type, key)) impl_->objects.remove(type, key, *found);
}

std::optional<Object> FakeApi::find(const ResourceType& type, const Key& key) const {
  const std::lock_guard lock(impl_->mutex);
  const Json* found = impl_->objects.find(type, key);
  return found ? std::optional(*Object::from(*found)) : std::nullopt;
}

std::size_t FakeApi::size(const ResourceType& type) const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->objects.size(type);
}

void FakeApi::fail_with(std::function<Status(const ApiCall&)> fault) {
  const std::lock_guard lock(impl_->mutex);
  impl_->fault = std::move(fault);
}

void FakeApi::break_streams(const Status& why) {
  const std::lock_guard lock(impl_->mutex);
  impl_->streams.break_all(why);
}

void FakeApi::inject(const std::string& line) {
  const std::lock_guard lock(impl_->mutex);
  impl_->streams.inject(line);
}

void FakeApi::compact() {
  const std::lock_guard lock(impl_->mutex);
  impl_->objects.forget_history();
}

void FakeApi::offer(const ResourceType& type, bool offered) {
  const std::lock_guard lock(impl_->mutex);
  if (offered) {
    impl_->offered.insert(type);
    impl_->missing.erase(type);
  } else {
    impl_->offered.erase(type);
    impl_->missing.insert(type);
    impl_->objects.drop(type);
  }
  impl_->changed.notify_all();
}

void FakeApi::support_streaming_lists(bool support) {
  const std::lock_guard lock(impl_->mutex);
  impl_->streaming_lists = support;
}

void FakeApi::freeze_streams(bool frozen) {
  const std::lock_guard lock(impl_->mutex);
  impl_->streams.freeze(frozen);
}

void FakeApi::spoil(const ResourceType& type, const Key& key, Json patch) {
  const std::lock_guard lock(impl_->mutex);
  impl_->objects.spoil(type, key, std::move(patch));
}

void FakeApi::turn_back_version(std::uint64_t by) {
  const std::lock_guard lock(impl_->mutex);
  impl_->objects.turn_back_version(by);
}

std::vector<std::string> FakeApi::writes() const {
  const std::lock_guard lock(impl_->mutex);
  std::vector<std::string> result;
  for (const std::string& call : impl_->calls)
    if (!call.starts_with("GET") && !call.starts_with("LIST") && !call.starts_with("WATCH"))
      result.push_back(call);
  return result;
}

std::size_t FakeApi::count(const std::string& prefix) const {
  const std::lock_guard lock(impl_->mutex);
  return static_cast<std::size_t>(
      std::count_if(impl_->calls.begin(), impl_->calls.end(),
                    [&](const std::string& call) { return call.starts_with(prefix); }));
}

void FakeApi::clear_calls() {
  const std::lock_guard lock(impl_->mutex);
  impl_->calls.clear();
}

std::size_t FakeApi::open_streams() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->streams.size();
}

bool FakeApi::wait_for(const std::function<bool()>& condition) const {
  const auto end = std::chrono::steady_clock::now() + kWait;
  while (!condition()) {
    std::unique_lock lock(impl_->mutex);
    if (std::chrono::steady_clock::now() >= end) return false;
    impl_->changed.wait_for(lock, kLook);
  }
  return true;
}

}  // namespace toolhive::testing
