// Which MCPTools there are to be for what was found.
#include <doctest/doctest.h>

#include <algorithm>

#include "controller/operator/discovery/consent.hpp"
#include "controller/operator/discovery/decide.hpp"
#include "controller/operator/discovery/discovered_tool.hpp"
#include "controller/operator/discovery/report.hpp"
#include "controller/operator/discovery/told_refusals.hpp"
#include "controller/operator/labels.hpp"
#include "test/unit/operator/discovered.hpp"
#include "test/unit/operator/make.hpp"

namespace {

using namespace toolhive;
using namespace toolhive::test;
using State = runtime::VersionedInformer::State;

const kube::Key kOwnRegistry{"mcp", "mcp-registry"};

RegistrySpec spec_with(const Json& spec) {
  return inputs(spec).spec;
}

FoundServer server_at(const std::string& url) {
  FoundServer server;
  server.url = url;
  server.prefix = "weather.";
  return server;
}

// A Registry that looks for Services everywhere, in a cluster in which everything is known.
struct Discovery {
  Discovery() {
    observed.spec.emplace();
    observed.sources[&source("Service")] = {.state = State::Read};
    observed.namespaces = Knowledge{.state = State::Read};
  }
  // Another one found, "<ns>/<name>" with a URL of its own.
  FoundObject& find(const std::string& name, const std::string& ns = "mcp", const char* from = "Service") {
    const kube::Object object = found_object(
        source(from), {{"metadata", {{"name", name}, {"namespace", ns}, {"uid", "uid-of-" + name}}}});
    observed.found.push_back({&source(from), object, server_at("http://" + name + "." + ns + ".svc:80/mcp")});
    return observed.found.back();
  }
  // The MCPTool that was made for it.
  kube::Object make(const FoundObject& found) {
    Json tool = discovered_intent(*found.source, found.object, found.server, kOwnRegistry, *observed.spec);
    tool.merge_patch({{"apiVersion", "mcpregistry.dev/v1alpha1"}, {"kind", "MCPTool"}});
    tool["metadata"]["ownerReferences"] = Json::array({{{"apiVersion", found.object.api_version()},
                                                        {"kind", found.object.kind()},
                                                        {"name", found.object.meta().name},
                                                        {"uid", found.object.meta().uid},
                                                        {"controller", true}}});
    observed.made.push_back(*kube::Object::from(tool));
    return observed.made.back();
  }
  DiscoveryPlan plan() const { return decide(observed); }
  DiscoveryCount count(const char* from = "Service") const { return plan().counts.at(&source(from)); }
  std::vector<std::string> applied() const {
    std::vector<std::string> urls;
    for (const DiscoveryPlan::Tool& tool : plan().apply)
      urls.push_back(at(*tool.intent, "/spec/server/remote/url"));
    return urls;
  }
  std::size_t removed() const { return plan().remove.size(); }

  DiscoveryObservation observed{.registry = kOwnRegistry, .spec = {}};
};

kube::Object space(const std::string& name, const Json& labels) {
  return *kube::Object::from(
      {{"apiVersion", "v1"}, {"kind", "Namespace"}, {"metadata", {{"name", name}, {"labels", labels}}}});
}

using Names = std::vector<std::string>;

}  // namespace

TEST_SUITE_BEGIN("discovery decisions");

TEST_CASE("what is found becomes an MCPTool of the Registry that is looking, beside the object") {
  Discovery d;
  d.observed.spec->contract_mode = "Enforce";
  d.observed.spec->include = {"get_*"};
  d.observed.spec->exclude = {"get_secret"};
  d.find("weather", "team");
  const DiscoveryPlan plan = d.plan();
  REQUIRE(plan.apply.size() == 1);
  const Json& tool = *plan.apply.front().intent;
  CHECK(at(tool, "/metadata/namespace") == "team");
  CHECK(tool["metadata"]["labels"][kDiscoveredFromLabel] == "Service");
  CHECK(at(tool, "/spec/registryRef") == Json{{"name", "mcp-registry"}, {"namespace", "mcp"}});
  CHECK(at(tool, "/spec/server/remote/url") == "http://weather.team.svc:80/mcp");
  CHECK(at(tool, "/spec/tools") ==
        Json{{"prefix", "weather."}, {"include", {"get_*"}}, {"exclude", {"get_secret"}}});
  CHECK(at(tool, "/spec/contract") == Json{{"mode", "Enforce"}});
  CHECK(d.count() == DiscoveryCount{.servers = 1});
}

TEST_CASE("what the template leaves out is not declared") {
  Discovery d;
  d.find("weather");
  const Json tool = *d.plan().apply.front().intent;
  CHECK_FALSE(has(tool, "/spec/contract"));
  CHECK(at(tool, "/spec/tools") == Json{{"prefix", "weather."}});
}

TEST_CASE("a name tells kind, Registry and object apart, is short enough, and stays") {
  const kube::Key other{"mcp", "other"};
  const std::string name = discovered_name(source("Service"), kOwnRegistry, "weather");
  CHECK(name == discovered_name(source("Service"), kOwnRegistry, "weather"));
  CHECK(name.starts_with("weather-"));
  CHECK(name != discovered_name(source("MCPServer.kagent.dev"), kOwnRegistry, "weather"));
  CHECK(name != discovered_name(source("Service"), other, "weather"));
  const std::string longest(253, 'a');
  CHECK(discovered_name(source("Service"), kOwnRegistry, longest).size() <= 63);
  CHECK(discovered_name(source("Service"), kOwnRegistry, longest) !=
        discovered_name(source("Service"), kOwnRegistry, longest.substr(1)));
  CHECK(discovered_name(source("Service"), kOwnRegistry, std::string(47, 'a') + ".b").find(".-") ==
        std::string::npos);
}

TEST_CASE("an object that says no, is going or is not for that is passed over, and its MCPTool goes") {
  const Json going = {{"metadata", {{"deletionTimestamp", "2026-01-01T00:00:00Z"}}}};
  const Json saying_no = {{"metadata", {{"annotations", {{kDiscoverAnnotation, "false"}}}}}};
  for (const Json& patch : {going, saying_no}) {
    Discovery d;
    FoundObject& found = d.find("weather");
    d.make(found);
    found.object = patched(found.object, patch);
    CHECK(d.applied().empty());
    CHECK(d.removed() == 1);
    CHECK(d.count() == DiscoveryCount{});
  }
  Discovery d;
  d.find("weather").server.wanted = false;
  CHECK(d.applied().empty());
}

TEST_CASE("a server is waited for until it is ready, and kept when it is not any more") {
  Discovery d;
  FoundObject& found = d.find("weather");
  found.server.ready = false;
  CHECK(d.applied().empty());
  CHECK(d.count() == DiscoveryCount{.waiting = 1});
  d.make(found);
  CHECK(d.applied().size() == 1);
  CHECK(d.removed() == 0);
  found.server.url.clear();
  CHECK(d.applied().empty());
  CHECK(d.removed() == 0);
  CHECK(d.count() == DiscoveryCount{.waiting = 1});
}

TEST_CASE("what is refused is told with its reason, and its MCPTool goes") {
  Discovery d;
  FoundObject& found = d.find("weather");
  d.make(found);
  found.server.refused = refuse("HeadlessService", "it has no address");
  const DiscoveryPlan plan = d.plan();
  REQUIRE(plan.refused.size() == 1);
  CHECK(plan.refused.front().reason == "HeadlessService");
  CHECK(plan.refused.front().note == "it has no address");
  CHECK(plan.remove.size() == 1);
  CHECK(d.count() == DiscoveryCount{.refused = 1});
}

TEST_CASE("a server that somebody registers already is not registered twice") {
  Discovery d;
  const FoundObject& found = d.find("weather");
  d.observed.taken_urls = {comparable_url(found.server.url)};
  CHECK(d.applied().empty());
  d.make(found);
  CHECK(d.removed() == 1);
}

TEST_CASE("of several objects that lead to one server the one that has its MCPTool counts, else the first") {
  Discovery d;
  d.observed.sources[&source("MCPServer.kagent.dev")] = {.state = State::Read};
  d.find("first", "mcp", "MCPServer.kagent.dev").server.url = "http://same.mcp.svc:80/mcp";
  d.find("second").server.url = "http://same.mcp.svc.cluster.local:80/mcp";
  REQUIRE(d.applied().size() == 1);
  CHECK(d.plan().apply.front().owner.meta().name == "first");
  d.make(d.observed.found.back());
  REQUIRE(d.applied().size() == 1);
  CHECK(d.plan().apply.front().owner.meta().name == "second");
  CHECK(d.removed() == 0);
}

TEST_CASE("with discovery off, or a source or namespace that is not looked in, what was made goes") {
  Discovery d;
  d.make(d.find("own"));
  d.make(d.find("theirs", "team"));
  CHECK(d.removed() == 0);

  Discovery elsewhere = d;
  elsewhere.observed.found.pop_back();
  CHECK(elsewhere.removed() == 1);
  elsewhere.observed.namespaces.reset();
  CHECK(elsewhere.removed() == 1);

  Discovery other_source = d;
  other_source.observed.sources = {{&source("MCPServer.kagent.dev"), {.state = State::Read}}};
  other_source.observed.found.clear();
  CHECK(other_source.removed() == 2);

  Discovery off = d;
  off.observed.spec.reset();
  off.observed.sources.clear();
  off.observed.found.clear();
  CHECK(off.removed() == 2);
  CHECK(off.applied().empty());
}

TEST_CASE("what is not known leaves what was made as it is") {
  for (const State state : {State::Missing, State::Starting, State::Forbidden, State::Unavailable}) {
    Discovery d;
    d.make(d.find("own"));
    d.make(d.find("theirs", "team"));
    d.observed.found.clear();
    CHECK(d.removed() == 2);
    Discovery unread = d;
    unread.observed.sources[&source("Service")].state = state;
    CHECK(unread.removed() == 0);
    Discovery unknown_namespaces = d;
    unknown_namespaces.observed.namespaces->state = state;
    CHECK(unknown_namespaces.removed() == 1);
  }
}

TEST_CASE("what is being deleted is not deleted again") {
  Discovery d;
  d.observed.made = {deleted(d.make(d.find("weather")))};
  d.observed.found.clear();
  CHECK(d.removed() == 0);
}

TEST_CASE("more servers than are taken are left out, and those that were taken stay") {
  Discovery d;
  for (std::size_t i = 0; i <= kMostServers; ++i) d.find("s" + std::to_string(i));
  CHECK(d.applied().size() == kMostServers);
  CHECK(d.plan().too_many);
  d.make(d.observed.found.back());
  CHECK(d.applied().front() == d.observed.found.back().server.url);
  CHECK(d.removed() == 0);
}

TEST_CASE("only an MCPTool that has the label and an owner of that kind counts as made by discovery") {
  Discovery d;
  const kube::Object tool = d.make(d.find("weather"));
  REQUIRE(source_of(tool) == &source("Service"));
  CHECK(index_discovered(tool) == Names{"mcp/mcp-registry"});
  CHECK_FALSE(source_of(patched(tool, {{"metadata", {{"ownerReferences", nullptr}}}})));
  CHECK_FALSE(source_of(patched(tool, {{"metadata", {{"labels", nullptr}}}})));
  Json other_kind = tool.json();
  other_kind["metadata"]["ownerReferences"][0]["kind"] = "ConfigMap";
  CHECK_FALSE(source_of(*kube::Object::from(other_kind)));
  CHECK_FALSE(source_of(
      patched(tool, {{"metadata", {{"labels", {{kDiscoveredFromLabel, "MCPServer.kagent.dev"}}}}}})));
  CHECK(index_discovered(mcptool("own", "2026-01-01T00:00:00Z")).empty());
}

TEST_CASE("a namespace is looked in when the Registry looks there and allows it, and the namespace agrees") {
  const Json everywhere = {{"allowedNamespaces", {{"from", "All"}}},
                           {"discovery", {{"namespaces", {{"from", "All"}}}}}};
  const auto part = [](const Json& spec, const Json& labels) {
    return takes_part(spec_with(spec), kOwnRegistry, space("team", labels));
  };
  const Json yes = {{kDiscoveryLabel, "enabled"}};
  CHECK(part(everywhere, yes));
  CHECK(part(everywhere, {{kDiscoveryLabel, "mcp.mcp-registry"}}));
  CHECK_FALSE(part(everywhere, {{kDiscoveryLabel, "mcp.other"}}));
  CHECK_FALSE(part(everywhere, {{kDiscoveryLabel, "disabled"}}));
  CHECK_FALSE(part(everywhere, Json::object()));
  for (const char* side : {"allowedNamespaces", "discovery"}) {
    CAPTURE(side);
    Json narrower = everywhere;
    narrower.erase(side);
    CHECK_FALSE(part(narrower, yes));
  }
  const Json selected = {
      {"allowedNamespaces", {{"from", "All"}}},
      {"discovery",
       {{"namespaces", {{"from", "Selector"}, {"selector", {{"matchLabels", {{"team", "a"}}}}}}}}}};
  CHECK_FALSE(part(selected, yes));
  CHECK(part(selected, {{kDiscoveryLabel, "enabled"}, {"team", "a"}}));
}

TEST_CASE("a Registry without discovery looks nowhere, and one with it in its own namespace") {
  CHECK_FALSE(spec_with(Json::object()).discovery);
  const RegistrySpec on = spec_with({{"discovery", Json::object()}});
  REQUIRE(on.discovery);
  CHECK(on.discovery->sources == Names{"Service"});
  CHECK_FALSE(looks_elsewhere(on));
  CHECK(looks_elsewhere(spec_with({{"discovery", {{"namespaces", {{"from", "All"}}}}}})));
}

TEST_SUITE_END();

TEST_SUITE_BEGIN("discovery reports");

namespace {

DiscoveryReport told(const Discovery& d, const std::string& failed = "") {
  const DiscoveryPlan plan = d.plan();
  return discovery_report(d.observed, plan,
                          {.refused = plan.refused, .counts = plan.counts, .failed = failed, .retry = {}});
}

}  // namespace

TEST_CASE("DiscoveryReady names every source that is not read") {
  Discovery d;
  d.find("weather");
  CHECK(told(d).ready.holds());
  CHECK(told(d).ready.reason == "Discovering");
  CHECK(told(d).counts.at("Service") == DiscoveryCount{.servers = 1});

  d.observed.sources[&source("MCPServer.kagent.dev")] = {.state = State::Missing};
  d.observed.sources[&source("MCPServer.mcp.x-k8s.io")] = {.state = State::Missing};
  const ConditionValue missing = told(d).ready;
  CHECK(missing.status == runtime::ConditionStatus::False);
  CHECK(missing.reason == "SourceMissing");
  CHECK(missing.message == "the cluster does not have MCPServer.mcp.x-k8s.io, MCPServer.kagent.dev");

  d.observed.namespaces = {State::Forbidden, Status(Code::Forbidden, "namespaces is forbidden")};
  CHECK(told(d).ready.reason == "SourceForbidden");
  CHECK(told(d).ready.message.find("may not read Namespace: namespaces is forbidden; the cluster") !=
        std::string::npos);
  d.observed.namespaces->state = State::Read;
  d.observed.sources = {{&source("Service"), {.state = State::Unavailable}}};
  CHECK(told(d).ready.reason == "SourceUnavailable");
}

TEST_CASE("DiscoveryReady says when MCPTools cannot be written") {
  Discovery d;
  CHECK(told(d, "mcptools is forbidden").ready.reason == "ToolsNotWritten");
  CHECK(told(d, "mcptools is forbidden").ready.message == "mcptools is forbidden");
}

TEST_CASE("nothing is told while something is about to be read for the first time") {
  Discovery d;
  CHECK_FALSE(d.observed.is_starting());
  d.observed.namespaces->state = State::Starting;
  CHECK(d.observed.is_starting());
  d.observed.namespaces.reset();
  CHECK_FALSE(d.observed.is_starting());
  d.observed.sources[&source("Service")].state = State::Starting;
  CHECK(d.observed.is_starting());
}

TEST_CASE("a refusal is told once, and again when it changes or comes back") {
  Discovery d;
  d.find("weather").server.refused = refuse("HeadlessService", "it has no address");
  d.find("weather", "mcp", "Service.kagent.dev").server.refused = refuse("PortUnknown", "it has no port");
  ToldRefusals refusals;
  CHECK(refusals.news(kOwnRegistry, d.plan().refused).size() == 2);
  CHECK(refusals.news(kOwnRegistry, d.plan().refused).empty());
  CHECK(refusals.news({"mcp", "other"}, d.plan().refused).size() == 2);
  d.observed.found.front().server.refused = refuse("PortUnknown", "it has no port");
  CHECK(refusals.news(kOwnRegistry, d.plan().refused).size() == 1);
  CHECK(refusals.news(kOwnRegistry, {}).empty());
  CHECK(refusals.news(kOwnRegistry, d.plan().refused).size() == 2);
}

TEST_SUITE_END();
