#include <doctest/doctest.h>

#include "controller/runtime/cache/cache.hpp"
#include "controller/runtime/write/applier.hpp"
#include "controller/runtime/write/finalizer.hpp"
#include "controller/runtime/write/ownership.hpp"
#include "controller/runtime/write/status_writer.hpp"
#include "controller/runtime/write/write_tracking_client.hpp"
#include "controller/testing/fake_api.hpp"
#include "controller/testing/simulated_clock.hpp"
#include "test/unit/runtime/objects.hpp"

using namespace toolhive;

using kube::Key;
using kube::Object;
using runtime::Applier;
using namespace toolhive::runtime_test;

namespace {

constexpr const char* kFinalizer = "example.dev/cleanup";

constexpr const char* kOwnerLabel = "example.dev/owner";

struct Owned {
  Owned() {
    for (const kube::ResourceType& type : {kConfigMap, kWidget}) REQUIRE(cache.declare(type).ok());
    cache.start();
    REQUIRE(api.wait_for([&] { return cache.synced(); }));
    owner = api.put(kWidget, widget("ns", "w"));
    REQUIRE(api.wait_for([&] { return cache.get({}, kWidget, owner->key()).ok(); }));
    api.clear_calls();
  }
  Context ctx() { return {{}, TimePoint::max(), clock, {}}; }
  StatusOr<Object> apply(const Json& intent, bool owned = true) {
    Applier::Options options;
    options.owned = owned;
    return applier.apply(ctx(), kConfigMap, *owner, intent, options);
  }
  // Until the cache has what the server has.
  void settle() {
    REQUIRE(api.wait_for([&] {
      const auto cached = cache.list(kConfigMap);
      if (cached->size() != api.size(kConfigMap)) return false;
      for (const Object& object : *cached) {
        const auto real = api.find(kConfigMap, object.key());
        if (!real || real->meta().resource_version != object.meta().resource_version) return false;
      }
      return true;
    }));
  }

  testing::FakeApi api;
  testing::SimulatedClock clock;
  runtime::Cache cache{api, clock, {}};
  runtime::WriteTrackingClient client{api, cache};
  Applier applier{client, cache, "manager", kOwnerLabel};
  std::optional<Object> owner;
};

// Of an object that somebody else controls.
Json anothers_reference() {
  return Json::array({{{"apiVersion", "example.dev/v1"},
                       {"kind", "Widget"},
                       {"name", "x"},
                       {"uid", "other"},
                       {"controller", true}}});
}

}  // namespace

TEST_SUITE_BEGIN("applier");

TEST_CASE("an object that does not exist is created with an owner reference") {
  Owned o;
  const auto applied = o.apply(config_map("ns", "m", {{"k", "v"}}));
  REQUIRE(applied.ok());
  const auto stored = o.api.find(kConfigMap, {"ns", "m"});
  REQUIRE(stored);
  REQUIRE(stored->meta().controller());
  CHECK(stored->meta().controller()->uid == o.owner->meta().uid);
  CHECK(stored->meta().controller()->kind == "Widget");
  CHECK(o.api.writes() == std::vector<std::string>{"APPLY configmaps ns/m"});
  CHECK(o.api.count("") == 1);
}

TEST_CASE("an object blocks its owner's deletion unless that is not wanted") {
  Owned o;
  for (const bool blocks : {true, false}) {
    Applier::Options options;
    options.blocks_owner = blocks;
    REQUIRE(o.applier.apply(o.ctx(), kConfigMap, *o.owner, config_map("ns", "m"), options).ok());
    const Json stored = o.api.find(kConfigMap, {"ns", "m"})->json();
    CHECK(stored["metadata"]["ownerReferences"][0]["blockOwnerDeletion"] == blocks);
  }
}

TEST_CASE("an own object that the cache does not know yet is brought to what is intended") {
  Owned o;
  o.api.freeze_streams(true);
  Json made = config_map("ns", "m", {{"k", "before"}});
  made["metadata"]["ownerReferences"] = Json::array({runtime::owner_reference(*o.owner)});
  o.api.put(kConfigMap, made);
  const auto applied = o.apply(config_map("ns", "m", {{"k", "v"}}));
  REQUIRE_MESSAGE(applied.ok(), applied.status());
  CHECK(o.api.find(kConfigMap, {"ns", "m"})->json()["data"]["k"] == "v");
  CHECK(o.api.count("GET configmaps ns/m") == 1);
  o.api.freeze_streams(false);
}

TEST_CASE("a settled object costs no API call") {
  Owned o;
  REQUIRE(o.apply(config_map("ns", "m", {{"k", "v"}})).ok());
  o.api.clear_calls();
  for (int i = 0; i < 3; ++i) REQUIRE(o.apply(config_map("ns", "m", {{"k", "v"}})).ok());
  CHECK(o.api.count("") == 0);
}

TEST_CASE("a changed intent is applied") {
  Owned o;
  REQUIRE(o.apply(config_map("ns", "m", {{"k", "v"}})).ok());
  REQUIRE(o.apply(config_map("ns", "m", {{"k", "w"}})).ok());
  CHECK(o.api.find(kConfigMap, {"ns", "m"})->json()["data"]["k"] == "w");
}

TEST_CASE("each intent that says something else is applied, however small the difference") {
  Owned o;
  const std::vector<Json> specs = {{{"a", 1}},          {{"a", 2}},           {{"a", "1"}},
                                   {{"a", true}},       {{"b", 1}},           {{"a", Json::array()}},
                                   Json(nullptr),       {{"a", {1, 2}}},      {{"a", {2, 1}}},
                                   {{"a", {{"b", 1}}}}, {{"a", 1}, {"b", 1}}, {{"a", 1.5}},
                                   {{"a", ""}},         {{"a", {{1}, 2}}},    {{"a", {1, {2}}}}};
  for (const Json& spec : specs) {
    Json intent = config_map("ns", "m");
    intent["spec"] = spec;
    o.api.clear_calls();
    CHECK(o.apply(intent).ok());
    CHECK(o.apply(intent).ok());
    CHECK_MESSAGE(o.api.writes().size() == 1, spec.dump());
  }
}

TEST_CASE("what somebody changed is applied again, once") {
  Owned o;
  REQUIRE(o.apply(config_map("ns", "m", {{"k", "v"}})).ok());
  Json edited = o.api.find(kConfigMap, {"ns", "m"})->json();
  edited["data"]["k"] = "hacked";
  edited["metadata"].erase("resourceVersion");
  o.api.put(kConfigMap, edited);
  o.settle();
  o.api.clear_calls();
  REQUIRE(o.apply(config_map("ns", "m", {{"k", "v"}})).ok());
  REQUIRE(o.apply(config_map("ns", "m", {{"k", "v"}})).ok());
  CHECK(o.api.writes().size() == 1);
  CHECK(o.api.find(kConfigMap, {"ns", "m"})->json()["data"]["k"] == "v");
}

TEST_CASE("a change of status alone is not applied again") {
  Owned o;
  REQUIRE(o.apply(config_map("ns", "m", {{"k", "v"}})).ok());
  Json changed = o.api.find(kConfigMap, {"ns", "m"})->json();
  changed["status"] = {{"ready", 1}};
  o.api.put(kConfigMap, changed);
  o.settle();
  o.api.clear_calls();
  REQUIRE(o.apply(config_map("ns", "m", {{"k", "v"}})).ok());
  CHECK(o.api.count("") == 0);
}

TEST_CASE("a deleted object is created again") {
  Owned o;
  REQUIRE(o.apply(config_map("ns", "m")).ok());
  o.settle();  // or the wait below ends before the cache has seen it
  o.api.remove(kConfigMap, {"ns", "m"});
  REQUIRE(o.api.wait_for([&] { return o.cache.list(kConfigMap)->empty(); }));
  REQUIRE(o.apply(config_map("ns", "m")).ok());
  CHECK(o.api.find(kConfigMap, {"ns", "m"}));
}

TEST_CASE("an object that went with its owner is not made anew before the cache has heard of that") {
  Owned o;
  REQUIRE(o.apply(config_map("ns", "m", {{"k", "v"}})).ok());
  o.settle();
  o.api.remove(kConfigMap, {"ns", "m"});
  o.settle();
  o.api.remove(kWidget, o.owner->key());
  const auto applied = o.apply(config_map("ns", "m", {{"k", "v"}}));
  CHECK(applied.status().code() == Code::Conflict);
  CHECK(applied.status().message().find("is being deleted, or gone") != std::string::npos);
  // Nor for another one that has its name.
  o.api.put(kWidget, widget(o.owner->key().ns, o.owner->key().name));
  CHECK(o.apply(config_map("ns", "m", {{"k", "v"}})).status().code() == Code::Conflict);
  CHECK(o.api.size(kConfigMap) == 0);
}

TEST_CASE(
    "what outlives its owner is made anew for one that is being deleted by a pass that knows, and else not") {
  Owned o;
  Json finalized = widget("ns", "w");
  finalized["metadata"]["finalizers"] = {kFinalizer};
  o.owner = o.api.put(kWidget, finalized);
  REQUIRE(o.apply(config_map("ns", "m"), false).ok());
  o.settle();
  o.api.remove(kConfigMap, {"ns", "m"});
  o.settle();
  REQUIRE(o.client.remove(o.ctx(), kWidget, {"ns", "w"}).ok());
  CHECK(o.apply(config_map("ns", "m"), false).status().code() == Code::Conflict);
  const auto deleting = o.api.find(kWidget, {"ns", "w"});
  REQUIRE(deleting);
  REQUIRE(deleting->meta().deleting());
  const auto before = std::exchange(o.owner, deleting);
  CHECK(o.apply(config_map("ns", "m"), true).status().code() == Code::Conflict);
  CHECK(o.apply(config_map("ns", "m"), false).ok());
  o.settle();
  o.api.remove(kConfigMap, {"ns", "m"});
  o.settle();
  REQUIRE(runtime::remove_finalizer({}, o.api, kWidget, *deleting, kFinalizer).ok());
  REQUIRE_FALSE(o.api.find(kWidget, {"ns", "w"}));
  CHECK(o.apply(config_map("ns", "m"), false).status().code() == Code::Conflict);
  o.owner = before;
  CHECK(o.apply(config_map("ns", "m"), false).status().code() == Code::Conflict);
  CHECK(o.api.size(kConfigMap) == 0);
}

TEST_CASE("an owner that the cache does not have is none that went") {
  Owned o;
  Json unseen = widget("ns", "unseen");
  unseen["metadata"]["uid"] = "uid-of-the-unseen";
  o.owner = *Object::from(unseen);
  CHECK(o.apply(config_map("ns", "m")).ok());
}

TEST_CASE("nothing is made for an owner that went while the pass was under way") {
  Owned o;
  o.api.remove(kWidget, o.owner->key());
  REQUIRE(o.api.wait_for([&] { return !o.cache.get({}, kWidget, o.owner->key()).ok(); }));
  o.applier.forget(std::string(o.owner->meta().uid));  // as the manager does then
  CHECK(o.apply(config_map("ns", "m")).status().code() == Code::Conflict);
  CHECK(o.api.size(kConfigMap) == 0);
}

TEST_CASE("an object of that name that is nobody's, or another's, is never written") {
  Owned o;
  Json foreign = config_map("ns", "m", {{"k", "theirs"}});
  SUBCASE("nobody's") {}
  SUBCASE("another's") {
    foreign["metadata"]["ownerReferences"] = anothers_reference();
  }
  o.api.put(kConfigMap, foreign);
  o.settle();
  const auto applied = o.apply(config_map("ns", "m", {{"k", "v"}}));
  CHECK(applied.status().code() == Code::NameTaken);
  CHECK(o.api.writes().empty());
  CHECK(o.applier.remove(o.ctx(), kConfigMap, *o.owner, {"ns", "m"}).ok());
  CHECK(o.api.find(kConfigMap, {"ns", "m"})->json()["data"]["k"] == "theirs");
}

TEST_CASE("an object that the cache does not know yet is not overwritten") {
  Owned o;
  o.api.freeze_streams(true);
  o.api.put(kConfigMap, config_map("ns", "m", {{"k", "theirs"}}));
  CHECK(o.apply(config_map("ns", "m", {{"k", "v"}})).status().code() == Code::NameTaken);
  CHECK(o.api.find(kConfigMap, {"ns", "m"})->json()["data"] == Json{{"k", "theirs"}});
  o.api.freeze_streams(false);
}

TEST_CASE("a name that is free again is taken although the cache still shows the other's object") {
  Owned o;
  o.api.put(kConfigMap, config_map("ns", "m", {{"k", "theirs"}}));
  REQUIRE(o.api.wait_for([&] { return o.cache.list(kConfigMap)->size() == 1; }));
  o.api.freeze_streams(true);
  o.api.remove(kConfigMap, {"ns", "m"});
  CHECK(o.apply(config_map("ns", "m", {{"k", "v"}})).ok());
  o.api.freeze_streams(false);
}

TEST_CASE("an object that took the name while the cache still shows the own one is not written") {
  Owned o;
  REQUIRE(o.apply(config_map("ns", "m", {{"k", "v"}})).ok());
  o.settle();
  REQUIRE(o.cache.get(o.ctx(), kConfigMap, {"ns", "m"}).ok());
  o.api.freeze_streams(true);
  o.api.remove(kConfigMap, {"ns", "m"});
  o.api.put(kConfigMap, config_map("ns", "m", {{"k", "theirs"}}));
  CHECK(o.apply(config_map("ns", "m", {{"k", "w"}})).status().code() == Code::Conflict);
  CHECK(o.api.find(kConfigMap, {"ns", "m"})->json()["data"]["k"] == "theirs");
  o.api.freeze_streams(false);
}

TEST_CASE("an object of an earlier owner of the same name is left to the garbage collector") {
  Owned o;
  REQUIRE(o.apply(config_map("ns", "m")).ok());
  o.api.remove(kWidget, {"ns", "w"});
  o.owner = o.api.put(kWidget, widget("ns", "w"));
  o.api.clear_calls();
  const auto applied = o.apply(config_map("ns", "m"));
  CHECK(applied.status().code() == Code::Conflict);
  CHECK(o.api.writes().empty());
}

TEST_CASE("an object that outlives its owner is taken over by an owner of the same name") {
  Owned o;
  REQUIRE(o.apply(config_map("ns", "m", {{"k", "v"}}), false).ok());
  const auto stored = o.api.find(kConfigMap, {"ns", "m"});
  CHECK(!stored->meta().controller());
  CHECK(stored->meta().labels.get(kOwnerLabel) == "widget.w");
  o.api.remove(kWidget, {"ns", "w"});
  o.owner = o.api.put(kWidget, widget("ns", "w"));
  CHECK(o.apply(config_map("ns", "m", {{"k", "w"}}), false).ok());
  o.owner = o.api.put(kWidget, widget("ns", "other"));
  CHECK(o.apply(config_map("ns", "m", {{"k", "x"}}), false).status().code() == Code::NameTaken);
}

TEST_CASE(
    "what was left behind is adopted after a live read, once, and not if it has another's label by then") {
  Owned o;
  Json left = config_map("ns", "m", {{"k", "v"}});
  left["metadata"]["labels"][kOwnerLabel] = "widget.w";
  o.api.put(kConfigMap, left);
  REQUIRE(o.api.wait_for([&] { return o.cache.list(kConfigMap)->size() == 1; }));
  o.api.clear_calls();
  SUBCASE("still ours") {
    for (int i = 0; i < 3; ++i) CHECK(o.apply(config_map("ns", "m", {{"k", "w"}}), false).ok());
    CHECK(o.api.count("GET configmaps ns/m") == 1);
    CHECK(o.api.writes().size() == 1);
  }
  SUBCASE("another's by now") {
    o.api.freeze_streams(true);
    left["metadata"]["labels"][kOwnerLabel] = "widget.other";
    o.api.put(kConfigMap, left);
    CHECK(o.apply(config_map("ns", "m", {{"k", "w"}}), false).status().code() == Code::NameTaken);
    CHECK(o.api.writes().empty());
    o.api.freeze_streams(false);
  }
}

Json labelled(const Json& data) {
  Json made = config_map("ns", "m", data);
  made["metadata"]["labels"] = {{"managed-by", "manager"}, {"instance", "w"}};
  return made;
}

TEST_CASE("an own object that lost its owner reference gets it back, after a live read") {
  Owned o;
  REQUIRE(o.apply(labelled({{"k", "v"}})).ok());
  Json orphan = o.api.find(kConfigMap, {"ns", "m"})->json();
  orphan["metadata"].erase("ownerReferences");
  orphan["metadata"].erase("resourceVersion");
  SUBCASE("by hand") {}
  SUBCASE("with its owner, which was made again") {
    o.api.remove(kWidget, {"ns", "w"});
    o.owner = o.api.put(kWidget, widget("ns", "w"));
  }
  SUBCASE("in a restore, with a uid of its own") {
    o.api.remove(kConfigMap, {"ns", "m"});
    orphan["metadata"].erase("uid");
    orphan["metadata"]["labels"]["backup"] = "yes";
  }
  o.api.put(kConfigMap, orphan);
  o.settle();
  o.api.clear_calls();
  const auto applied = o.apply(labelled({{"k", "v"}}));
  REQUIRE_MESSAGE(applied.ok(), applied.status());
  REQUIRE(applied->meta().controller());
  CHECK(applied->meta().controller()->uid == o.owner->meta().uid);
  CHECK(o.api.count("GET configmaps") == 1);
}

TEST_CASE(
    "what lacks one of the labels, or has a controller, is not taken for an object that lost its owner") {
  Owned o;
  Json foreign = labelled({{"k", "theirs"}});
  SUBCASE("a label less") {
    foreign["metadata"]["labels"].erase("managed-by");
  }
  SUBCASE("another's label") {
    foreign["metadata"]["labels"]["instance"] = "x";
  }
  SUBCASE("a controller") {
    foreign["metadata"]["ownerReferences"] = anothers_reference();
  }
  o.api.put(kConfigMap, foreign);
  o.settle();
  o.api.clear_calls();
  CHECK(o.apply(labelled({{"k", "v"}})).status().code() == Code::NameTaken);
  CHECK(o.api.writes().empty());
}

// An own object that others made such that nothing can be applied to it.
struct Spoilt : Owned {
  Spoilt() {
    REQUIRE(apply(config_map("ns", "m", {{"k", "v"}})).ok());
    settle();
    uid = std::string(api.find(kConfigMap, {"ns", "m"})->meta().uid);
    api.fail_with([this](const kube::ApiCall& call) {
      const Json body = call.http.body.empty() ? Json() : Json::parse(call.http.body);
      const bool on_it = call.verb == kube::ApiCall::Verb::Apply && body["metadata"].contains("uid");
      const bool alone = call.verb == kube::ApiCall::Verb::Create;
      return on_it ? kRefused : alone ? refused_alone : Status();
    });
    api.clear_calls();
  }
  StatusOr<Object> apply_again(const std::string& replace) {
    return applier.apply(ctx(), kConfigMap, *owner, config_map("ns", "m", {{"k", "w"}}),
                         {.owned = true, .replace = replace});
  }
  const Status kRefused = Status(Code::Invalid, "field is immutable").with_http_status(422);
  Status refused_alone;
  std::string uid;
};

TEST_CASE("an own object that cannot take what the API server takes alone is made anew") {
  Spoilt s;
  const auto applied = s.apply_again("Background");
  REQUIRE_MESSAGE(applied.ok(), applied.status());
  CHECK(applied->meta().uid != s.uid);
  CHECK(s.api.find(kConfigMap, {"ns", "m"})->json()["data"]["k"] == "w");
  CHECK(s.api.writes() == std::vector<std::string>{"APPLY configmaps ns/m", "CREATE configmaps ",
                                                   "DELETE configmaps ns/m", "APPLY configmaps ns/m"});
}

TEST_CASE("an object is not removed for an intent that the API server does not take alone either") {
  Spoilt s;
  s.refused_alone = Status(Code::Invalid, "must not be empty");
  SUBCASE("because it is wrong") {}
  SUBCASE("because of a policy") {
    s.refused_alone = Status(Code::Forbidden, "policy");
  }
  const Status applied = s.apply_again("Background").status();
  CHECK(applied.code() == s.refused_alone.code());
  CHECK(std::string(s.api.find(kConfigMap, {"ns", "m"})->meta().uid) == s.uid);
}

TEST_CASE("an object is not removed for whoever did not ask for that") {
  Spoilt s;
  CHECK(s.apply_again("").status().code() == Code::Invalid);
  CHECK(std::string(s.api.find(kConfigMap, {"ns", "m"})->meta().uid) == s.uid);
}

TEST_CASE("an object that waits for what it owns to go is made anew in a later pass") {
  Spoilt s;
  Json held = s.api.find(kConfigMap, {"ns", "m"})->json();
  held["metadata"]["finalizers"] = {"foregroundDeletion"};
  held["metadata"].erase("resourceVersion");
  s.api.put(kConfigMap, held);
  s.settle();
  const Status waits = s.apply_again("Foreground").status();
  CHECK(waits.code() == Code::Conflict);
  CHECK(s.api.find(kConfigMap, {"ns", "m"})->meta().deleting());
}

TEST_CASE("a dry run refuses what the API server takes neither on the object nor alone, and writes nothing") {
  Spoilt s;
  const Object existing = *s.api.find(kConfigMap, {"ns", "m"});
  const auto dry_run = [&] {
    return s.applier.dry_run(s.ctx(), kConfigMap, existing, config_map("ns", "m", {{"k", "w"}}));
  };
  CHECK(dry_run().ok());
  s.refused_alone = Status(Code::Invalid, "must not be empty");
  CHECK(dry_run().message().find("immutable") != std::string::npos);
  CHECK(s.api.find(kConfigMap, {"ns", "m"})->meta().resource_version == existing.meta().resource_version);
}

TEST_CASE("removing takes only what is the owner's, and absence is success") {
  Owned o;
  REQUIRE(o.apply(config_map("ns", "m")).ok());
  REQUIRE(o.apply(config_map("ns", "kept"), false).ok());
  CHECK(o.applier.remove(o.ctx(), kConfigMap, *o.owner, {"ns", "m"}).ok());
  CHECK(!o.api.find(kConfigMap, {"ns", "m"}));
  CHECK(o.applier.remove(o.ctx(), kConfigMap, *o.owner, {"ns", "kept"}).ok());
  CHECK(!o.api.find(kConfigMap, {"ns", "kept"}));
  CHECK(o.applier.remove(o.ctx(), kConfigMap, *o.owner, {"ns", "m"}).ok());
}

TEST_CASE("what was forgotten is applied again") {
  Owned o;
  REQUIRE(o.apply(config_map("ns", "m")).ok());
  o.applier.forget(std::string(o.owner->meta().uid));
  o.api.clear_calls();
  REQUIRE(o.apply(config_map("ns", "m")).ok());
  CHECK(o.api.writes().size() == 1);
}

TEST_CASE("owner labels fit into 63 characters and stay distinct") {
  const std::string longest(253, 'a');
  const Object one = object(widget("ns", longest));
  const Object two = object(widget("ns", longest.substr(1)));
  CHECK(runtime::owner_label_value(one).size() == 63);
  CHECK(runtime::owner_label_value(one) != runtime::owner_label_value(two));
  CHECK(runtime::owner_label_value(one) == runtime::owner_label_value(one));
  CHECK(runtime::owner_label_value(object(widget("ns", "w"))) == "widget.w");
}

TEST_SUITE_END();

TEST_SUITE_BEGIN("finalizer");

TEST_CASE("a finalizer is added once, beside those of others") {
  testing::FakeApi api;
  Json document = widget("ns", "a");
  document["metadata"]["finalizers"] = {"other"};
  const Object before = api.put(kWidget, document);
  const auto held = runtime::ensure_finalizer({}, api, kWidget, before, kFinalizer);
  REQUIRE(held.ok());
  CHECK(held->meta().has_finalizer(kFinalizer));
  CHECK(held->meta().has_finalizer("other"));
  api.clear_calls();
  CHECK(runtime::ensure_finalizer({}, api, kWidget, *held, kFinalizer).ok());
  CHECK(api.count("") == 0);
}

TEST_CASE("adding a finalizer to an object that changed meanwhile is a Conflict") {
  testing::FakeApi api;
  const Object stale = api.put(kWidget, widget("ns", "a"));
  api.put(kWidget, widget("ns", "a", {{"size", 2}}));
  CHECK(runtime::ensure_finalizer({}, api, kWidget, stale, kFinalizer).status().code() == Code::Conflict);
  CHECK(api.find(kWidget, {"ns", "a"})->meta().finalizers.empty());
}

TEST_CASE("an object that is being deleted takes no new finalizer") {
  testing::FakeApi api;
  Json document = widget("ns", "a");
  document["metadata"]["finalizers"] = {"other"};
  api.put(kWidget, document);
  api.remove(kWidget, {"ns", "a"});
  const auto deleting = api.find(kWidget, {"ns", "a"});
  REQUIRE(deleting);
  CHECK(runtime::ensure_finalizer({}, api, kWidget, *deleting, kFinalizer).status().code() == Code::Conflict);
  CHECK(api.writes().empty());
}

TEST_CASE("only the own finalizer is removed, also when its place in the list changed") {
  testing::FakeApi api;
  Json document = widget("ns", "a");
  document["metadata"]["finalizers"] = {kFinalizer, "other"};
  const Object stale = api.put(kWidget, document);
  document["metadata"]["finalizers"] = {"first", "other", kFinalizer};
  api.put(kWidget, document);
  CHECK(runtime::remove_finalizer({}, api, kWidget, stale, kFinalizer).ok());
  const auto left = api.find(kWidget, {"ns", "a"});
  CHECK(!left->meta().has_finalizer(kFinalizer));
  CHECK(left->meta().has_finalizer("first"));
  CHECK(left->meta().has_finalizer("other"));
}

TEST_CASE("removing the last finalizer of an object being deleted lets it go") {
  testing::FakeApi api;
  Json document = widget("ns", "a");
  document["metadata"]["finalizers"] = {kFinalizer};
  api.put(kWidget, document);
  api.remove(kWidget, {"ns", "a"});
  const auto deleting = api.find(kWidget, {"ns", "a"});
  REQUIRE(deleting);
  CHECK(runtime::remove_finalizer({}, api, kWidget, *deleting, kFinalizer).ok());
  CHECK(!api.find(kWidget, {"ns", "a"}));
  CHECK(runtime::remove_finalizer({}, api, kWidget, *deleting, kFinalizer).ok());
}

TEST_CASE("another object that took the name keeps its finalizer") {
  testing::FakeApi api;
  Json document = widget("ns", "a");
  document["metadata"]["finalizers"] = {kFinalizer};
  const Object old = api.put(kWidget, document);
  Json other = widget("ns", "a");
  other["metadata"]["finalizers"] = {kFinalizer};
  other["metadata"]["uid"] = "another";
  api.put(kWidget, other);
  CHECK(runtime::remove_finalizer({}, api, kWidget, old, kFinalizer).ok());
  CHECK(api.find(kWidget, {"ns", "a"})->meta().has_finalizer(kFinalizer));
}

TEST_CASE("an error that is not about the object ends the removal") {
  testing::FakeApi api;
  Json document = widget("ns", "a");
  document["metadata"]["finalizers"] = {kFinalizer};
  const Object held = api.put(kWidget, document);
  api.fail_with([](const kube::ApiCall&) { return Status(Code::Fenced, "not leading"); });
  CHECK(runtime::remove_finalizer({}, api, kWidget, held, kFinalizer).code() == Code::Fenced);
  CHECK(api.count("") == 1);
}

TEST_SUITE_END();

TEST_SUITE_BEGIN("status");

TEST_CASE("a status is written when it differs, and only then") {
  testing::FakeApi api;
  const Object fresh = api.put(kWidget, widget("ns", "a"));
  const Json status = {{"ready", true}};
  auto written = runtime::write_status({}, api, kWidget, fresh, status, "manager");
  REQUIRE(written.ok());
  CHECK(*written);
  const auto after = api.find(kWidget, {"ns", "a"});
  CHECK(after->json()["status"] == status);
  CHECK(after->meta().generation == 1);
  written = runtime::write_status({}, api, kWidget, *after, status, "manager");
  REQUIRE(written.ok());
  CHECK(!*written);
  CHECK(api.writes().size() == 1);
}

TEST_CASE("an empty status of an object without one is nothing to write") {
  testing::FakeApi api;
  const Object fresh = api.put(kWidget, widget("ns", "a"));
  CHECK(*runtime::write_status({}, api, kWidget, fresh, Json::object(), "manager") == false);
  CHECK(api.writes().empty());
}

TEST_CASE("the status of an object that is gone or was replaced is nobody's concern") {
  testing::FakeApi api;
  const Object gone = api.put(kWidget, widget("ns", "a"));
  api.remove(kWidget, {"ns", "a"});
  auto written = runtime::write_status({}, api, kWidget, gone, {{"ready", true}}, "manager");
  REQUIRE(written.ok());
  CHECK(!*written);
  api.put(kWidget, widget("ns", "a"));
  written = runtime::write_status({}, api, kWidget, gone, {{"ready", true}}, "manager");
  REQUIRE(written.ok());
  CHECK(!*written);
  CHECK(!api.find(kWidget, {"ns", "a"})->json().contains("status"));
}

TEST_SUITE_END();
