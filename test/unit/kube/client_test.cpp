#include "controller/kube/client/client.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <nlohmann/json.hpp>
#include <thread>

#include "controller/kube/client/discovery.hpp"
#include "controller/testing/simulated_clock.hpp"
#include "test/unit/kube/scripted_transport.hpp"

using namespace toolhive;

using namespace std::chrono_literals;
using kube::HttpRequest;
using kube::HttpResponse;
using kube::Key;
using test::ScriptedTransport;

namespace {

const kube::ResourceType kWidget{"example.dev", "v1", "Widget", "widgets"};
const kube::ResourceType kNode{"", "v1", "Node", "nodes", kube::Scope::Cluster};

struct Fixture {
  std::shared_ptr<ScriptedTransport> transport = std::make_shared<ScriptedTransport>();
  std::unique_ptr<kube::Client> client = kube::make_client(transport);
  Json widget = {{"metadata", {{"namespace", "n"}, {"name", "w"}}}};
  std::string body = R"({"metadata":{"namespace":"n","name":"w"}})";
};

HttpResponse retry_after(const char* seconds) {
  HttpResponse response;
  response.headers["retry-after"] = seconds;
  return response;
}

}  // namespace

TEST_CASE("paths are those of the API, percent-encoded") {
  CHECK(kube::resource_path({"", "v1", "Pod", "pods"}, "a", "b", "log") == "/api/v1/namespaces/a/pods/b/log");
  CHECK(kube::resource_path(kWidget, "", "") == "/apis/example.dev/v1/widgets");
  CHECK(kube::resource_path(kNode, "ignored", "n 1/..") == "/api/v1/nodes/n%201%2F..");
}

TEST_CASE_FIXTURE(Fixture, "each verb sends what the API expects") {
  for (int i = 0; i < 7; ++i) transport->reply(200, body);
  CHECK(client->get(Context{}, kWidget, {"n", "w"}).ok());
  CHECK(client->create(Context{}, kWidget, widget).ok());
  CHECK(client->update(Context{}, kWidget, widget, {.field_manager = "me", .subresource = "status"}).ok());
  CHECK(client->apply(Context{}, kWidget, widget, {.dry_run = true}).ok());
  CHECK(client->patch(Context{}, kWidget, {"n", "w"}, kube::PatchType::JsonPatch, Json::array()).ok());
  CHECK(client->remove(Context{}, kWidget, {"n", "w"}, {.uid = "u", .propagation = "Foreground"}).ok());
  CHECK(client->raw(Context{}, {.method = "GET", .target = "/version"}).ok());
  const auto& sent = transport->requests;
  const std::string path = "/apis/example.dev/v1/namespaces/n/widgets";
  CHECK(sent[0].method + sent[0].target == "GET" + path + "/w");
  CHECK(sent[1].method + sent[1].target == "POST" + path);
  CHECK(sent[2].method + sent[2].target == "PUT" + path + "/w/status?fieldManager=me");
  CHECK(sent[3].method + sent[3].target ==
        "PATCH" + path + "/w?fieldManager=controller&dryRun=All&force=true");
  CHECK(sent[3].content_type == "application/apply-patch+yaml");
  CHECK(Json::parse(sent[3].body)["apiVersion"] == "example.dev/v1");
  CHECK(Json::parse(sent[3].body)["kind"] == "Widget");
  CHECK(sent[4].content_type == "application/json-patch+json");
  CHECK(sent[5].method == "DELETE");
  CHECK(Json::parse(sent[5].body)["preconditions"]["uid"] == "u");
  CHECK(Json::parse(sent[5].body)["propagationPolicy"] == "Foreground");
  CHECK(sent[6].target == "/version");
}

TEST_CASE_FIXTURE(
    Fixture,
    "a write whose answer is nested too deeply has succeeded, and is answered with what can be read") {
  const std::string deep = std::string(2000, '[') + std::string(2000, ']');
  transport->reply(200,
                   R"({"metadata":{"namespace":"n","name":"w","resourceVersion":"5"},"spec":)" + deep + "}");
  const auto patched =
      client->patch(Context{}, kWidget, {"n", "w"}, kube::PatchType::MergePatch, Json::object());
  REQUIRE(patched.ok());
  CHECK(patched->meta().resource_version == "5");
  CHECK(patched->flaw().find("too deeply") != std::string::npos);
}

TEST_CASE_FIXTURE(Fixture, "an object that cannot be addressed is refused without a request") {
  CHECK(client->get(Context{}, kWidget, {"", "w"}).status().code() == Code::Invalid);
  CHECK(client->get(Context{}, kWidget, {"n", ""}).status().code() == Code::Invalid);
  for (const char* name : {"w/status", "../secrets/x", "..", ".", "w%2Fstatus"}) {
    CHECK(client->get(Context{}, kWidget, {"n", name}).status().code() == Code::Invalid);
    CHECK(client->remove(Context{}, kWidget, {name, "w"}).code() == Code::Invalid);
  }
  CHECK(client->apply(Context{}, kWidget, {{"metadata", {{"name", "w"}}}}).status().message() ==
        "apply widgets.example.dev w: the object has no metadata.namespace");
  CHECK(client->create(Context{}, kWidget, Json("text")).status().code() == Code::Invalid);
  CHECK(client->apply(Context{}, kWidget, Json{{"metadata", {{"namespace", "n"}, {"name", "\xff"}}}})
            .status()
            .code() == Code::Invalid);
  CHECK(transport->requests.empty());
}

TEST_CASE_FIXTURE(Fixture, "an error reply becomes a status with its reason, causes and waiting time") {
  transport->reply(422, R"({"kind":"Status","reason":"Invalid","message":"Widget \"w\" is invalid","code":422,
    "details":{"causes":[{"field":"spec.size","message":"must be positive"}]}})");
  Status status = client->get(Context{}, kWidget, {"n", "w"}).status();
  CHECK(status.code() == Code::Invalid);
  CHECK(status.reason() == "Invalid");
  CHECK(status.message() ==
        "get widgets.example.dev n/w: Widget \"w\" is invalid (spec.size: must be positive)");
  transport->reply(500, "<html>\noops");
  status = client->get(Context{}, kWidget, {"n", "w"}).status();
  CHECK(status.code() == Code::Unavailable);
  CHECK(status.http_status() == 500);
  CHECK(status.message().ends_with("the API server answered 500: <html>"));
}

TEST_CASE("the server's reasons decide the code where the HTTP status is not enough") {
  const auto code = [](int status, const char* reason) {
    HttpResponse response;
    response.status = status;
    response.body = Json{{"kind", "Status"}, {"reason", reason}, {"message", "m"}}.dump();
    return kube::error_from_response(response).code();
  };
  CHECK(code(409, "AlreadyExists") == Code::AlreadyExists);
  CHECK(code(409, "Conflict") == Code::Conflict);
  CHECK(code(410, "Gone") == Code::Expired);
  CHECK(code(504, "Timeout") == Code::Timeout);
  CHECK(code(500, "ServerTimeout") == Code::Timeout);
  CHECK(code(503, "ServiceUnavailable") == Code::Unavailable);
  CHECK(code(429, "TooManyRequests") == Code::TooManyRequests);
  CHECK(code(302, "") == Code::Invalid);
}

TEST_CASE(
    "an apply with a value of the wrong type is invalid, though the server calls it an error of its own") {
  HttpResponse response;
  response.status = 500;
  response.body = Json{
      {"kind", "Status"},
      {"message",
       "failed to create typed patch object (n/w; apps/v1, Kind=Deployment): .spec.replicas: expected "
       "numeric (int or float), got &value.valueUnstructured{Value:\"three\"}"},
      {"code", 500}}.dump();
  const Status status = kube::error_from_response(response);
  CHECK(status.code() == Code::Invalid);
  CHECK(status.http_status() == 500);
  CHECK(status.message().find(".spec.replicas: expected numeric") != std::string::npos);
  response.body = R"({"kind":"Status","message":"etcdserver: request timed out","code":500})";
  CHECK(kube::error_from_response(response).code() == Code::Unavailable);
}

TEST_CASE_FIXTURE(Fixture, "a list of metadata asks for no more, and its items are still of their own kind") {
  transport->reply(200, R"({"kind":"PartialObjectMetadataList","apiVersion":"meta.k8s.io/v1",
    "metadata":{"resourceVersion":"5"},"items":[{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1",
    "metadata":{"name":"a","namespace":"n","labels":{"x":"\u00e4"},"uid":"u"}}]})");
  const StatusOr<kube::ObjectList> list =
      client->list(Context{}, kWidget, {.ns = "n", .metadata_only = true});
  REQUIRE_MESSAGE(list.ok(), list.status());
  CHECK(transport->requests[0].accept == "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1");
  REQUIRE(list->items.size() == 1);
  CHECK(list->items[0].kind() == "Widget");
  CHECK(list->items[0].api_version() == "example.dev/v1");
  CHECK(list->items[0].meta().uid == "u");
  CHECK(list->items[0].meta().labels.get("x") == "\xc3\xa4");
  CHECK(list->items[0].json()["kind"] == "PartialObjectMetadata");
  CHECK(list->items[0].bytes().starts_with(
      R"({"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1",)"));
}

TEST_CASE_FIXTURE(Fixture,
                  "an item that does not decode keeps its bytes and what can be read of its metadata") {
  transport->reply(200, R"({"metadata":{"resourceVersion":"5"},"items":[
    {"metadata":{"labels":5,"name":"a","namespace":"n","resourceVersion":"4"}},{"metadata":7},{"metadata":{"name":5}}]})");
  const StatusOr<kube::ObjectList> list = client->list(Context{}, kWidget, {.ns = "n"});
  REQUIRE_MESSAGE(list.ok(), list.status());
  REQUIRE(list->undecodable.size() == 3);
  CHECK(list->undecodable[0].key == Key{"n", "a"});
  CHECK(list->undecodable[0].resource_version == "4");
  CHECK(list->undecodable[0].bytes.starts_with(R"({"metadata":{"labels":5,)"));
  CHECK(list->undecodable[0].why.message().find("metadata.labels") != std::string::npos);
  CHECK(!list->undecodable[1].identified());
  CHECK(!list->undecodable[2].identified());
}

TEST_CASE_FIXTURE(Fixture, "discovery looks a miss up again, but not more often than every 5 s") {
  testing::SimulatedClock clock;
  const Context context{.stop = {}, .deadline = clock.now() + 24h, .clock = clock};
  kube::Discovery discovery(*client, 60s);
  for (int i = 0; i < 3; ++i) transport->reply(200, R"({"resources":[{"name":"gadgets"}]})");
  for (int i = 0; i < 100; ++i) {
    CHECK(discovery.offers(context, kWidget) == kube::Offered::No);
    clock.advance(100ms);
  }
  CHECK(transport->requests.size() == 2);
  clock.advance(5s);
  CHECK(discovery.offers(context, kWidget) == kube::Offered::No);
  transport->reply(200, R"({"resources":[{"name":"widgets"}]})");
  clock.advance(5s);
  CHECK(discovery.offers(context, kWidget) == kube::Offered::Yes);
  const std::size_t asked = transport->requests.size();
  clock.advance(50s);
  CHECK(discovery.offers(context, kWidget) == kube::Offered::Yes);
  CHECK(transport->requests.size() == asked);
  // A neighbour that is missed is looked up although the group was asked for a while ago.
  transport->reply(200, R"({"resources":[{"name":"widgets"},{"name":"gadgets"}]})");
  CHECK(discovery.offers(context, {"example.dev", "v1", "Gadget", "gadgets"}) == kube::Offered::Yes);
  CHECK(transport->requests.size() == asked + 1);
}

TEST_CASE_FIXTURE(
    Fixture, "a request that is throttled waits as long as it is told, and no longer than its deadline") {
  testing::SimulatedClock clock;
  transport->reply(429, "{}", retry_after("3"));
  transport->reply(503, "{}", retry_after("1"));
  transport->reply(200, body);
  std::jthread user([&] {
    const Context context{.stop = {}, .deadline = clock.now() + 30s, .clock = clock};
    CHECK(client->create(context, kWidget, widget).ok());
  });
  clock.wait_for_waiters(1);
  CHECK(clock.next_deadline() - clock.now() == 3s);
  clock.advance(3s);
  clock.wait_for_waiters(1);
  clock.advance(1s);
  user.join();
  CHECK(transport->requests.size() == 3);

  transport->reply(429, "{}", retry_after("60"));
  const Context context{.stop = {}, .deadline = clock.now() + 30s, .clock = clock};
  const Status status = client->create(context, kWidget, widget).status();
  CHECK(status.code() == Code::TooManyRequests);
  CHECK(status.retry_after() == 60s);
}

namespace {

// Takes requests and answers none.
class SilentTransport final : public kube::Transport {
 public:
  StatusOr<HttpResponse> send(const Context& ctx, const HttpRequest&) override {
    sleep_until(ctx.clock, ctx.deadline, ctx.stop);
    return Status(Code::Timeout, "no answer");
  }
  StatusOr<std::unique_ptr<kube::LineStream>> stream(const Context& ctx, const HttpRequest& request,
                                                     const StreamOptions&) override {
    return send(ctx, request).status();
  }
};

}  // namespace

TEST_CASE(
    "a request that is never answered ends after 30 s, however long the caller may take, or at its "
    "deadline") {
  const auto client = kube::make_client(std::make_shared<SilentTransport>());
  const Json widget = {{"metadata", {{"namespace", "n"}, {"name", "w"}}}};
  const std::vector<std::function<Status(const Context&)>> calls = {
      [&](const Context& ctx) {
        return client->get(ctx, kWidget, {"n", "w"}).status();
      },
      [&](const Context& ctx) { return client->list(ctx, kWidget, {}).status(); },
      [&](const Context& ctx) { return client->create(ctx, kWidget, widget).status(); },
      [&](const Context& ctx) { return client->apply(ctx, kWidget, widget).status(); },
      [&](const Context& ctx) {
        return client->remove(ctx, kWidget, {"n", "w"});
      },
      [&](const Context& ctx) { return client->watch(ctx, kWidget, {}).status(); },
      [&](const Context& ctx) { return client->raw(ctx, {.method = "GET", .target = "/version"}).status(); }};
  const auto ends_after = [&](const auto& call, Duration allowed) {
    testing::SimulatedClock clock;
    const TimePoint start = clock.now();
    Status status;
    std::jthread user([&] {
      const bool forever = allowed == Duration::max();
      const TimePoint deadline = forever ? TimePoint::max() : start + allowed;
      status = call(Context{.stop = {}, .deadline = deadline, .clock = clock});
    });
    clock.wait_for_waiters(1);
    const Duration left = clock.next_deadline() - start;
    clock.advance(left);
    user.join();
    CHECK(status.code() == Code::Timeout);
    return left;
  };
  for (const auto& call : calls) {
    CHECK(ends_after(call, 2min) == 30s);
    CHECK(ends_after(call, Duration::max()) == 30s);
    CHECK(ends_after(call, 5s) == 5s);
  }
}

TEST_CASE_FIXTURE(Fixture, "a throttled request that is stopped ends at once") {
  testing::SimulatedClock clock;
  transport->reply(429, "{}", retry_after("3"));
  std::stop_source stop;
  std::jthread user([&] {
    const Context context{.stop = stop.get_token(), .deadline = clock.now() + 30s, .clock = clock};
    CHECK(client->get(context, kWidget, {"n", "w"}).status().code() == Code::Cancelled);
  });
  clock.wait_for_waiters(1);
  stop.request_stop();
}

TEST_CASE_FIXTURE(Fixture, "after a broken connection only what is harmless is sent again") {
  using Sent = test::ScriptedTransport::Sent;
  const auto attempts = [&](Sent sent, const std::function<Status()>& call) {
    transport->answers.clear();
    transport->requests.clear();
    transport->fail(sent);
    transport->reply(200, body);
    static_cast<void>(call());
    return transport->requests.size();
  };
  const Key key{"n", "w"};
  const auto get = [&] { return client->get(Context{}, kWidget, key).status(); };
  const auto create = [&] { return client->create(Context{}, kWidget, widget).status(); };
  const auto apply = [&] { return client->apply(Context{}, kWidget, widget).status(); };
  const auto remove = [&] { return client->remove(Context{}, kWidget, key); };
  const auto remove_uid = [&] { return client->remove(Context{}, kWidget, key, {.uid = "u"}); };
  CHECK(attempts(Sent::Maybe, get) == 2);
  CHECK(attempts(Sent::Maybe, create) == 1);
  CHECK(attempts(Sent::No, create) == 2);
  CHECK(attempts(Sent::Maybe, apply) == 2);
  CHECK(attempts(Sent::Maybe, remove) == 1);
  CHECK(attempts(Sent::Maybe, remove_uid) == 2);
}

TEST_CASE_FIXTURE(Fixture, "a server that stays away is given up after a few attempts") {
  for (int i = 0; i < 10; ++i) transport->fail(test::ScriptedTransport::Sent::No);
  CHECK(client->get(Context{}, kWidget, {"n", "w"}).status().code() == Code::Unavailable);
  CHECK(transport->requests.size() == 3);
}

TEST_CASE_FIXTURE(Fixture, "a list whose continue token expired starts again without pages") {
  transport->reply(
      200, R"({"metadata":{"resourceVersion":"5","continue":"t"},"items":[{"metadata":{"name":"a"}}]})");
  transport->reply(410, R"({"kind":"Status","reason":"Expired","message":"m","code":410})");
  transport->reply(200,
                   R"({"metadata":{"resourceVersion":"6"},"items":[{"metadata":{"name":"a"}},{"metadata":{}},
                            {"metadata":{"name":"b"}}]})");
  const StatusOr<kube::ObjectList> list =
      client->list(Context{}, kWidget, {.ns = "n", .label_selector = "a=b"});
  REQUIRE_MESSAGE(list.ok(), list.status());
  CHECK(list->items.size() == 2);
  CHECK(list->undecodable.size() == 1);
  CHECK(list->resource_version == "6");
  CHECK(transport->requests[0].target.ends_with("?labelSelector=a%3Db&limit=500"));
  CHECK(transport->requests[1].target.ends_with("?labelSelector=a%3Db&limit=500&continue=t"));
  CHECK(transport->requests[2].target.ends_with("?labelSelector=a%3Db"));
}

TEST_CASE_FIXTURE(Fixture,
                  "a page that is too large is asked for again in smaller ones, from where it began") {
  const auto too_large = [this] { transport->answers.emplace_back(Status(Code::TooLarge, "too much")); };
  transport->reply(
      200, R"({"metadata":{"resourceVersion":"5","continue":"t"},"items":[{"metadata":{"name":"a"}}]})");
  too_large();
  too_large();
  transport->reply(200, R"({"metadata":{"resourceVersion":"5"},"items":[{"metadata":{"name":"b"}}]})");
  const StatusOr<kube::ObjectList> list = client->list(Context{}, kWidget, {.ns = "n"});
  REQUIRE_MESSAGE(list.ok(), list.status());
  CHECK(list->items.size() == 2);
  CHECK(transport->requests[2].target.ends_with("?limit=250&continue=t"));
  CHECK(transport->requests[3].target.ends_with("?limit=125&continue=t"));
  for (int i = 0; i < 10; ++i) too_large();
  CHECK(client->list(Context{}, kWidget, {.ns = "n", .limit = 2}).status().code() == Code::TooLarge);
  CHECK(transport->requests.back().target.ends_with("?limit=1"));
}

// What the API server takes and no reader of this side does.
std::string deep_widget(const std::string& name, std::size_t depth) {
  return R"({"apiVersion":"example.dev/v1","kind":"Widget","metadata":{"name":")" + name +
         R"(","namespace":"n","resourceVersion":"4"},"spec":)" + std::string(depth, '[') +
         std::string(depth, ']') + "}";
}

TEST_CASE_FIXTURE(
    Fixture, "an item nested to any depth, or of odd bytes, is set aside by its name and hides no other") {
  const std::string good = R"({"metadata":{"name":"good","namespace":"n"}})";
  const std::string odd = "{\"spec\":\"\xff{\\\"[\",\"metadata\":{\"name\":\"odd\",\"namespace\":\"n\"}}";
  for (const std::size_t depth : {1'000, 10'000, 1'000'000}) {
    transport->reply(200, R"({"metadata":{"resourceVersion":"5"},"items":[)" + deep_widget("deep", depth) +
                              "," + good + "," + odd + "]}");
    const StatusOr<kube::ObjectList> list = client->list(Context{}, kWidget, {.ns = "n"});
    REQUIRE_MESSAGE(list.ok(), list.status());
    CHECK(list->items.size() == 1);
    REQUIRE(list->undecodable.size() == 2);
    CHECK(list->undecodable[0].key == Key{"n", "deep"});
    CHECK(list->undecodable[0].resource_version == "4");
    CHECK(list->undecodable[0].why.message().find("nested too deeply") != std::string::npos);
    CHECK(list->undecodable[1].key == Key{"n", "odd"});
  }
}

TEST_CASE_FIXTURE(Fixture, "a list whose pages do not end is an error") {
  for (int i = 0; i < 3; ++i) transport->reply(200, R"({"metadata":{"continue":"t"},"items":[]})");
  CHECK(client->list(Context{}, kWidget, {.ns = "n"}).status().code() == Code::Decode);
}

TEST_CASE_FIXTURE(Fixture, "what is not a list is an error") {
  for (const char* text : {"", "[]", "{}", R"({"items":{}})", R"({"items":[)"}) {
    transport->reply(200, text);
    CHECK(client->list(Context{}, kWidget, {.ns = "n"}).status().code() == Code::Decode);
  }
}

TEST_CASE_FIXTURE(Fixture, "discovery keeps its last answer while the server cannot say") {
  testing::SimulatedClock clock;
  const Context context{.stop = {}, .deadline = clock.now() + 24h, .clock = clock};
  kube::Discovery discovery(*client, 60s);
  transport->reply(503, "{}");
  CHECK(discovery.offers(context, kWidget) == kube::Offered::Unknown);
  CHECK(discovery.offers(context, kWidget) == kube::Offered::Unknown);
  CHECK(transport->requests.size() == 1);
  CHECK(transport->requests[0].target == "/apis/example.dev/v1");

  clock.advance(5s);
  transport->reply(
      200, R"({"kind":"APIResourceList","resources":[{"name":"widgets"},{"name":"widgets/status"}]})");
  CHECK(discovery.offers(context, kWidget) == kube::Offered::Yes);
  clock.advance(60s);
  transport->reply(503, "{}");
  CHECK(discovery.offers(context, kWidget) == kube::Offered::Yes);
  clock.advance(60s);
  transport->reply(404, "{}");
  CHECK(discovery.offers(context, kWidget) == kube::Offered::No);
  CHECK(discovery.offers(context, kWidget) == kube::Offered::No);
  CHECK(transport->requests.size() == 4);
  clock.advance(5s);
  transport->reply(200, R"({"resources":[{"name":"widgets"}]})");
  CHECK(discovery.offers(context, kWidget) == kube::Offered::Yes);
  discovery.invalidate(kWidget);
  CHECK(discovery.offers(context, kWidget) == kube::Offered::Yes);
  CHECK(transport->requests.size() == 5);
  clock.advance(5s);
  transport->reply(404, "{}");
  CHECK(discovery.offers(context, kWidget) == kube::Offered::No);
}
