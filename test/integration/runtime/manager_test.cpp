// The whole framework, by way of its example controller, against a real API server.
#include "controller/runtime/manager/manager.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <future>
#include <nlohmann/json.hpp>

#include "controller/runtime/write/finalizer.hpp"
#include "controller/runtime/write/status_writer.hpp"
#include "test/integration/kube/cluster.hpp"
#include "test/integration/runtime/greeter.hpp"

using namespace toolhive;

using namespace std::chrono_literals;
using kube::ApiCall;
using kube::Key;
using runtime::Manager;
using runtime::ManagerOptions;
using test::eventually;
using test::kConfigMap;
using test::kSecret;

namespace {

// Counts the writes that reach the server, and can refuse everything, as if the server were away.
class Gate final : public kube::Client {
 public:
  explicit Gate(std::unique_ptr<kube::Client> inner) : inner_(std::move(inner)) {}
  StatusOr<kube::HttpResponse> call(const Context& ctx, const ApiCall& call) override {
    if (closed) return Status(Code::Unavailable, "connection refused");
    if (call.mutating()) ++writes;
    return inner_->call(ctx, call);
  }
  StatusOr<std::unique_ptr<kube::LineStream>> open_watch(
      const Context& ctx, const ApiCall& call, const kube::Transport::StreamOptions& options) override {
    if (closed) return Status(Code::Unavailable, "connection refused");
    return inner_->open_watch(ctx, call, options);
  }
  std::atomic<bool> closed = false;
  std::atomic<int> writes = 0;

 private:
  const std::unique_ptr<kube::Client> inner_;
};

ManagerOptions in(const std::string& ns) {
  ManagerOptions options;
  options.namespaces = {ns};
  return options;
}

ManagerOptions candidate(const std::string& ns, const std::string& identity) {
  ManagerOptions options = in(ns);
  options.leader_election.emplace();
  options.leader_election->ns = ns;
  options.leader_election->lease_name = "greeter";
  options.leader_election->identity = identity;
  options.leader_election->lease_duration = 3s;
  options.leader_election->renew_deadline = 2s;
  options.leader_election->retry_period = 200ms;
  return options;
}

// The example in a process of its own, so to speak.
struct Operator {
  explicit Operator(ManagerOptions options)
      : gate(std::make_shared<Gate>(test::client())),
        lease_gate(std::make_shared<Gate>(test::client())),
        manager(gate, lease_gate, std::move(options)),
        greeter(greet(manager)) {}
  ~Operator() { (void)end(); }
  void start() {
    done = std::async(std::launch::async, [this] { return manager.run(stop.get_token()); });
  }
  Status end() {
    stop.request_stop();
    return done.valid() ? done.get() : Status();
  }

  std::shared_ptr<Gate> gate;
  std::shared_ptr<Gate> lease_gate;
  Manager manager;
  runtime::ControllerHandle greeter;
  std::stop_source stop;
  std::future<Status> done;
};

Json named(const std::string& ns, const std::string& name, const std::string& value) {
  Json map = test::config_map(ns, name, "");
  map["data"] = {{"name", value}};
  return map;
}

// The greeting in the Secret, base64, or why there is none.
std::string greeting(kube::Client& client, const Key& key) {
  const auto secret = client.get({}, kSecret, key);
  if (!secret.ok()) return std::string(to_string(secret.status().code()));
  return secret->json()["data"].value("greeting", "");
}

constexpr const char* kHelloAda = "SGVsbG8sIEFkYSE=";   // Hello, Ada!
constexpr const char* kHelloAlan = "SGVsbG8sIEFsYW4h";  // Hello, Alan!

}  // namespace

TEST_SUITE_BEGIN("manager");

TEST_CASE("the example keeps its objects as declared and writes nothing at rest") {
  const test::Namespace ns;
  const auto client = test::client();
  const Key key{ns.name(), "ada"};
  REQUIRE(client->apply({}, kConfigMap, named(ns.name(), "ada", "Ada")).ok());
  Operator op(in(ns.name()));
  op.start();
  REQUIRE(eventually([&] { return greeting(*client, key) == kHelloAda; }));

  // Edited by hand, deleted by hand, changed by its owner.
  REQUIRE(
      client->patch({}, kSecret, key, kube::PatchType::MergePatch, {{"stringData", {{"greeting", "boo"}}}})
          .ok());
  REQUIRE(eventually([&] { return greeting(*client, key) == kHelloAda; }));
  REQUIRE(client->remove({}, kSecret, key).ok());
  REQUIRE(eventually([&] { return greeting(*client, key) == kHelloAda; }));
  REQUIRE(client->apply({}, kConfigMap, named(ns.name(), "ada", "Alan")).ok());
  REQUIRE(eventually([&] { return greeting(*client, key) == kHelloAlan; }));

  // A foreign label stays.
  REQUIRE(
      client->patch({}, kSecret, key, kube::PatchType::MergePatch, {{"metadata", {{"labels", {{"a", "b"}}}}}})
          .ok());
  REQUIRE(eventually([&] {
    const auto cached = op.manager.cache().get({}, kSecret, key);
    return cached.ok() && cached->meta().labels.contains("a");
  }));
  for (int i = 0; i < 5; ++i) op.greeter.wake(key);
  CHECK(eventually([&] { return client->get({}, kSecret, key)->meta().labels.contains("a"); }));

  // At rest: let what is under way come to its end, then watch.
  sleep_for(system_clock(), 1s, {});
  op.gate->writes = 0;
  for (int i = 0; i < 20; ++i) {
    op.greeter.wake(key);
    sleep_for(system_clock(), 50ms, {});
  }
  CHECK(op.gate->writes == 0);
  CHECK(op.end().ok());
}

TEST_CASE("a name that is taken is left alone and told in an event") {
  const test::Namespace ns;
  const auto client = test::client();
  const Key key{ns.name(), "ada"};
  REQUIRE(client
              ->create({}, kSecret,
                       {{"metadata", {{"namespace", ns.name()}, {"name", "ada"}}},
                        {"stringData", {{"greeting", "mine"}}}})
              .ok());
  REQUIRE(client->apply({}, kConfigMap, named(ns.name(), "ada", "Ada")).ok());
  Operator op(in(ns.name()));
  op.start();
  const kube::ResourceType event{"events.k8s.io", "v1", "Event", "events"};
  kube::ListOptions here;
  here.ns = ns.name();
  CHECK(eventually([&] {
    const auto events = client->list({}, event, here);
    if (!events.ok()) return false;
    for (const auto& found : events->items)
      if (found.json().value("reason", "") == "NameConflict") return true;
    return false;
  }));
  CHECK(greeting(*client, key) == "bWluZQ==");
}

TEST_CASE("what is deleted while the operator is disconnected is noticed when it is back") {
  const test::Namespace ns;
  const auto client = test::client();
  REQUIRE(client->apply({}, kConfigMap, named(ns.name(), "ada", "Ada")).ok());
  auto op = std::make_unique<Operator>(in(ns.name()));
  op->start();
  REQUIRE(eventually([&] { return greeting(*client, {ns.name(), "ada"}) == kHelloAda; }));
  // Stopped and started again: the same informers, another life.
  REQUIRE(op->end().ok());
  REQUIRE(client->remove({}, kSecret, {ns.name(), "ada"}).ok());
  op = std::make_unique<Operator>(in(ns.name()));
  op->start();
  CHECK(eventually([&] { return greeting(*client, {ns.name(), "ada"}) == kHelloAda; }));
}

TEST_CASE("an informer that was away reports a missed deletion as final-state-unknown") {
  const test::Namespace ns;
  const auto client = test::client();
  REQUIRE(client->apply({}, kConfigMap, named(ns.name(), "ada", "Ada")).ok());
  runtime::InformerOptions options;
  options.ns = ns.name();
  runtime::Informer informer(*client, system_clock(), kConfigMap, options);
  std::atomic<int> unknown = 0;
  informer.add_handler([&](const runtime::Change& change) {
    if (change.type == runtime::Change::Type::Deleted && change.final_state_unknown) ++unknown;
  });
  informer.start();
  REQUIRE(informer.wait_synced(Context{}.with_timeout(30s)).ok());
  informer.stop();
  REQUIRE(client->remove({}, kConfigMap, {ns.name(), "ada"}).ok());
  informer.start();
  CHECK(eventually([&] { return unknown == 1; }));
  CHECK(!informer.store().get({ns.name(), "ada"}));
}

TEST_CASE("an optional resource whose definition appears later is followed without a restart") {
  const test::Namespace ns;
  const auto client = test::client();
  std::optional<test::CustomResource> defined;
  defined.emplace();
  const kube::ResourceType type = defined->type();
  defined.reset();
  REQUIRE(eventually([&] { return client->list({}, type, {}).status().code() == Code::NotFound; }));

  runtime::InformerOptions options;
  options.optional = true;
  options.absent_poll = 500ms;
  runtime::Informer informer(*client, system_clock(), type, options);
  informer.start();
  REQUIRE(informer.wait_synced(Context{}.with_timeout(30s)).ok());
  CHECK(!informer.offered());
  CHECK(informer.last_error().ok());

  const Json definition = {
      {"metadata", {{"name", "widgets." + type.group}}},
      {"spec",
       {{"group", type.group},
        {"scope", "Namespaced"},
        {"names", {{"plural", "widgets"}, {"singular", "widget"}, {"kind", "Widget"}}},
        {"versions",
         Json::array({{{"name", "v1"},
                       {"served", true},
                       {"storage", true},
                       {"subresources", {{"status", Json::object()}}},
                       {"schema",
                        {{"openAPIV3Schema",
                          {{"type", "object"}, {"x-kubernetes-preserve-unknown-fields", true}}}}}}})}}}};
  REQUIRE(client->apply({}, test::kDefinition, definition).ok());
  const Json document = {{"metadata", {{"namespace", ns.name()}, {"name", "w"}}}, {"spec", {{"size", 1}}}};
  REQUIRE(eventually([&] { return client->apply({}, type, document).ok(); }));
  CHECK(eventually([&] { return informer.store().get({ns.name(), "w"}).has_value(); }));
  CHECK(informer.offered());

  // And the writes that controllers do to it.
  const auto object = client->get({}, type, {ns.name(), "w"});
  REQUIRE(object.ok());
  const auto held = runtime::ensure_finalizer({}, *client, type, *object, "test.dev/cleanup");
  REQUIRE_MESSAGE(held.ok(), held.status());
  CHECK(runtime::ensure_finalizer({}, *client, type, *object, "test.dev/other").status().code() ==
        Code::Conflict);
  const auto written = runtime::write_status({}, *client, type, *held, {{"ready", true}}, "tester");
  REQUIRE_MESSAGE(written.ok(), written.status());
  CHECK(*written);
  const auto after = client->get({}, type, {ns.name(), "w"});
  REQUIRE(after.ok());
  CHECK(*runtime::write_status({}, *client, type, *after, {{"ready", true}}, "tester") == false);
  REQUIRE(client->remove({}, type, {ns.name(), "w"}).ok());
  const Status let_go = runtime::remove_finalizer({}, *client, type, *object, "test.dev/cleanup");
  CHECK_MESSAGE(let_go.ok(), let_go);
  CHECK(eventually([&] { return !informer.store().get({ns.name(), "w"}); }));

  REQUIRE(client->remove({}, test::kDefinition, {"", "widgets." + type.group}).ok());
  CHECK(eventually([&] { return !informer.offered(); }));
}

TEST_CASE("the standby takes over when the leader stops, and when it is cut off") {
  const test::Namespace ns;
  const auto client = test::client();
  auto a = std::make_unique<Operator>(candidate(ns.name(), "a"));
  Operator b(candidate(ns.name(), "b"));
  a->start();
  REQUIRE(client->apply({}, kConfigMap, named(ns.name(), "ada", "Ada")).ok());
  REQUIRE(eventually([&] { return greeting(*client, {ns.name(), "ada"}) == kHelloAda; }));
  b.start();
  REQUIRE(eventually([&] { return b.manager.health().ready().ok; }));
  CHECK(b.gate->writes == 0);
  CHECK(b.manager.client().apply({}, kConfigMap, named(ns.name(), "x", "X")).status().code() == Code::Fenced);

  REQUIRE(a->end().ok());
  REQUIRE(client->apply({}, kConfigMap, named(ns.name(), "alan", "Alan")).ok());
  CHECK(eventually([&] { return greeting(*client, {ns.name(), "alan"}) == kHelloAlan; }));

  // b is cut off from its lease only: it must stop writing although it could.
  a = std::make_unique<Operator>(candidate(ns.name(), "c"));
  a->start();
  REQUIRE(eventually([&] { return a->manager.health().ready().ok; }));
  b.lease_gate->closed = true;
  CHECK(eventually([&] {
    return b.manager.client().apply({}, kConfigMap, named(ns.name(), "x", "X")).status().code() ==
           Code::Fenced;
  }));
  REQUIRE(client->remove({}, kSecret, {ns.name(), "ada"}).ok());
  CHECK(eventually([&] { return greeting(*client, {ns.name(), "ada"}) == kHelloAda; }));
  CHECK(a->gate->writes > 0);
}

TEST_SUITE_END();
