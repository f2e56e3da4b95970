#include "controller/testing/fake_writes.hpp"

#include <nlohmann/json.hpp>

namespace toolhive::testing {

using kube::ApiCall;
using kube::Key;

namespace {

bool has_parameter(const ApiCall& call, const char* text) {
  return call.http.target.find(text) != std::string::npos;
}

bool is_dry_run(const ApiCall& call) {
  return has_parameter(call, "dryRun=");
}

// An apply of an object that is not there makes it; nothing else does.
FakeReply change_nothing(FakeObjects& objects, const ApiCall& call, const Json& body) {
  if (call.verb != ApiCall::Verb::Apply || has_parameter(call, "/status?"))
    return fake_error(404, Code::NotFound, "not found");
  if (!text_at(body, "/metadata/uid").empty()) return fake_error(409, Code::Conflict, "uid mismatch");
  return fake_reply(201, objects.store(call.type, call.key, {}, body));
}

// What `body` makes of `before`.
StatusOr<Json> changed(const ApiCall& call, const Json& before, const Json& body) {
  if (call.verb == ApiCall::Verb::Update) return body;
  if (call.http.content_type == "application/json-patch+json") {
    try {
      return before.patch(body);
    } catch (const Json::exception&) {
      return fake_error(422, Code::Invalid, "the patch does not apply");
    }
  }
  Json after = before;
  // Of a status its only writer owns all of it: what the next apply leaves out goes.
  if (call.verb == ApiCall::Verb::Apply && has_parameter(call, "/status?")) after.erase("status");
  after.merge_patch(body);
  return after;
}

}  // namespace

FakeReply fake_create(FakeObjects& objects, const ApiCall& call) {
  Json document = Json::parse(call.http.body);
  const Key key{text_at(document, "/metadata/namespace"), text_at(document, "/metadata/name")};
  if (objects.find(call.type, key)) return fake_error(409, Code::AlreadyExists, "already exists");
  if (!is_dry_run(call)) return fake_reply(201, objects.store(call.type, key, {}, std::move(document)));
  if (key.name.empty()) document["metadata"]["name"] = text_at(document, "/metadata/generateName") + "x7k2p";
  return fake_reply(201, document);
}

FakeReply fake_change(FakeObjects& objects, const ApiCall& call) {
  const Json body = Json::parse(call.http.body);
  const Json* found = objects.find(call.type, call.key);
  if (!found) return change_nothing(objects, call, body);
  const Json before = *found;
  auto after = changed(call, before, body);
  if (!after.ok()) return after.status();
  const std::string uid = text_at(body, "/metadata/uid");
  if (!uid.empty() && uid != text_at(before, "/metadata/uid"))
    return fake_error(409, Code::Conflict, "uid mismatch");
  const std::string current = text_at(before, "/metadata/resourceVersion");
  const std::string version = text_at(body, "/metadata/resourceVersion");
  if (!version.empty() && version != current)
    return fake_error(409, Code::Conflict, "the object has been modified");
  (*after)["metadata"]["resourceVersion"] = current;
  if (is_dry_run(call)) return fake_reply(200, *after);
  return fake_reply(200, objects.store(call.type, call.key, before, *std::move(after)));
}

FakeReply fake_delete(FakeObjects& objects, const ApiCall& call) {
  const Json* found = objects.find(call.type, call.key);
  if (!found) return fake_error(404, Code::NotFound, "not found");
  const std::string uid = text_at(*found, "/metadata/uid");
  const std::string wanted = text_at(Json::parse(call.http.body), "/preconditions/uid");
  if (!wanted.empty() && wanted != uid) return fake_error(409, Code::Conflict, "uid mismatch");
  objects.remove(call.type, call.key, *found);
  return fake_reply(
      200, {{"kind", "Status"}, {"apiVersion", "v1"}, {"status", "Success"}, {"details", {{"uid", uid}}}});
}

}  // namespace toolhive::testing
