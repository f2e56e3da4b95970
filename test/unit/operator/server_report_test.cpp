// What is told of a server, and how an offer is told from another.
#include <doctest/doctest.h>

#include "controller/operator/mcptool/decide.hpp"
#include "controller/operator/mcptool/observe.hpp"
#include "controller/operator/server/availability.hpp"
#include "controller/operator/server/cause.hpp"
#include "controller/operator/server/offer_digest.hpp"
#include "test/unit/operator/fake_servers.hpp"
#include "test/unit/operator/make.hpp"

namespace {

using namespace toolhive;
using namespace toolhive::test;
using runtime::ConditionStatus;

JsonPtr tool_named(const char* name) {
  return std::make_shared<const Json>(Json{{"name", name}, {"inputSchema", {{"type", "object"}}}});
}

mcp::Offer offer_of(const std::vector<JsonPtr>& tools) {
  mcp::Offer offer;
  offer.server.name = "weather";
  offer.server.version = "1.2.0";
  offer.server.protocol_version = "2026-07-28";
  offer.list.tools = tools;
  return offer;
}

Sighting sight() {
  Sighting sighting;
  sighting.looked = true;
  sighting.offer = std::make_shared<const mcp::Offer>(offer_of({tool_named("a")}));
  return sighting;
}

Sighting failure(const Status& status) {
  Sighting sighting;
  sighting.looked = true;
  sighting.failure = with_cause(status);
  sighting.restricted = is_restricted(status);
  return sighting;
}

const std::string kUrl = "https://weather.example/mcp?key=hush";

// Of an MCPTool whose Registry serves.
ToolObservation seen_with(const Json& spec, const Json& status, const Sighting& sighting) {
  Json whole = spec;
  whole["server"] = {{"remote", {{"url", "https://weather.example/mcp"}}}};
  kube::Object object = patched(mcptool("weather", "2026-01-01T00:00:00Z", whole), {{"status", status}});
  if (!spec.contains("definition")) object = patched(object, {{"spec", {{"definition", nullptr}}}});
  ToolObservation seen{.object = object,
                       .status = object.status(),
                       .tool = kube::Ref<MCPTool>::of(object),
                       .claim = claim_of(object)};
  seen.registry = RegistryTarget{};
  seen.registry->available = true;
  FakeServers servers;
  servers.on_news([](const kube::Key&) {});
  servers.see(object.key(), sighting);
  observe_server(servers, seen);
  return seen;
}

Json status_of(const ToolObservation& seen) {
  return mcptool_status(*seen.status, decide(seen).report, WallTime(std::chrono::seconds(1'700'000'000)));
}

std::string told(const Json& status, const char* condition, const char* member) {
  for (const Json& each : status.at("conditions"))
    if (each.at("type") == condition) return each.at(member);
  return "absent";
}

const Json kDefinition = {{"inputSchema", {{"type", "object"}}}};

}  // namespace

TEST_SUITE_BEGIN("the report of a server");

TEST_CASE("each way in which a look fails has a word of its own") {
  const struct {
    Status failure;
    const char* reason;
    bool restricted;
  } cases[] = {
      {Status(Code::Unavailable, "connecting: refused"), "Unreachable", false},
      {Status(Code::Unavailable, "failed").with_http_status(500), "Unreachable", false},
      {Status(Code::Timeout, "too late"), "Timeout", false},
      {Status(Code::Forbidden, "10.0.0.1 is denied"), "AddressForbidden", false},
      {Status(Code::Forbidden, "no").with_http_status(403), "Restricted", true},
      {Status(Code::Unauthorized, "who").with_http_status(401), "Restricted", true},
      {Status(Code::Unauthorized, "no token").with_http_status(401).with_reason("SignInFailed"),
       "SignInFailed", false},
      {Status(Code::NotFound, "nothing").with_http_status(404), "NotMCP", false},
      {Status(Code::Invalid, "an error").with_reason("-32601"), "NotMCP", false},
      {Status(Code::Decode, "no JSON"), "NotMCP", false},
      {Status(Code::TooLarge, "much"), "TooLarge", false},
      {Status(Code::TooManyRequests, "later").with_http_status(429), "TooManyRequests", false},
      {Status(Code::Internal, "a defect"), "LookFailed", false},
      {Status(Code::NotFound, "no key").with_reason("SecretNotFound"), "SecretNotFound", false},
  };
  for (const auto& c : cases) {
    CAPTURE(c.reason);
    CHECK(with_cause(c.failure).reason() == c.reason);
    CHECK(is_restricted(c.failure) == c.restricted);
    const ServerReport report = report_server(kUrl, failure(c.failure), nullptr);
    REQUIRE(report.available);
    CHECK(report.available->status == (c.restricted ? ConditionStatus::True : ConditionStatus::False));
    CHECK(report.available->reason == c.reason);
  }
  CHECK(with_cause(Status()).ok());
}

TEST_CASE("what a server says of itself is told, and nothing of its URL that may be a secret") {
  const ServerReport report = report_server(kUrl, sight(), nullptr);
  CHECK(report.available->reason == "Available");
  REQUIRE(report.identity);
  CHECK(report.identity->name == "weather");
  CHECK(report.identity->version == "1.2.0");
  CHECK(report.identity->protocol == "2026-07-28");
  CHECK(report.identity->url == "https://weather.example/mcp");
}

TEST_CASE("a cause that is worded anew each time is told once") {
  runtime::Condition before;
  before.status = ConditionStatus::False;
  before.reason = "Unreachable";
  before.message = "failed 1";
  const Sighting again = failure(Status(Code::Unavailable, "failed 2"));
  CHECK(report_server(kUrl, again, &before).available->message == "failed 1");
  before.reason = "Timeout";
  CHECK(report_server(kUrl, again, &before).available->message == "failed 2");
}

TEST_CASE("before a server was looked at, what was told of it stays") {
  const runtime::Condition before;
  CHECK_FALSE(report_server(kUrl, Sighting(), &before).available);
  CHECK(report_server(kUrl, Sighting(), nullptr).available->reason == "Pending");
}

TEST_CASE("offers are told apart by what they offer, and not by its order") {
  const std::string digest = offer_digest(offer_of({tool_named("a"), tool_named("b")}));
  CHECK(offer_digest(offer_of({tool_named("b"), tool_named("a")})) == digest);
  CHECK(offer_digest(offer_of({tool_named("a")})) != digest);
  CHECK(offer_digest(offer_of({tool_named("a"), tool_named("c")})) != digest);
  mcp::Offer offer = offer_of({tool_named("a"), tool_named("b")});
  offer.server.version = "1.3.0";
  CHECK(offer_digest(offer) != digest);
  offer = offer_of({tool_named("a"), tool_named("b")});
  offer.server.instructions = "Ask at " + std::to_string(7);
  CHECK(offer_digest(offer) == digest);
}

TEST_CASE("whether a server is listened to is told where it is asked for, and the same cause once") {
  const Json listen = {{"probe", {{"listen", true}}}};
  const auto status_with = [&](const Json& spec, const Json& before, Hearing hearing) {
    ToolObservation seen = seen_with(spec, before, sight());
    seen.server->hearing = std::move(hearing);
    return status_of(seen);
  };
  const auto broken = [](const char* why) {
    return Hearing{.state = Hearing::State::Broken, .failure = Status(Code::Unavailable, why)};
  };
  const Json first = status_with(listen, Json::object(), {});
  CHECK(told(first, "Listening", "reason") == "Pending");
  const Json listening = status_with(listen, first, {.state = Hearing::State::Listening, .failure = {}});
  CHECK(told(listening, "Listening", "status") == "True");
  // After a restart of the operator nothing is known yet.
  CHECK(told(status_with(listen, listening, {}), "Listening", "status") == "True");
  const Json ended = status_with(listen, listening, broken("one"));
  CHECK(told(ended, "Listening", "reason") == "StreamBroken");
  CHECK(told(ended, "Ready", "status") == told(listening, "Ready", "status"));
  CHECK(status_with(listen, ended, broken("two")) == ended);
  CHECK(status_with(Json::object(), ended, {}).dump().find("Listening") == std::string::npos);
}

TEST_CASE("an MCPTool with a server has it in its status, and takes in what it offers") {
  const ToolObservation seen = seen_with(Json::object(), Json::object(), sight());
  const ToolPlan plan = decide(seen);
  CHECK(plan.action == ToolPlan::Action::TakeOffer);
  REQUIRE(plan.offer);
  CHECK(plan.offer->offer == seen.server->sighting.offer);
  CHECK(plan.offer->prefix == "weather.");
  CHECK_FALSE(plan.offer->declared);
  const Json status = status_of(seen);
  CHECK(told(status, "Accepted", "status") == "True");
  CHECK(told(status, "ServerAvailable", "reason") == "Available");
  CHECK(told(status, "Registered", "reason") == "Pending");
  CHECK(told(status, "Ready", "status") == "False");
  CHECK(status.at("server").at("version") == "1.2.0");
}

TEST_CASE("how a server is to be listed is known once it was seen, and stays known while it is down") {
  const ToolObservation first = seen_with(Json::object(), Json::object(), sight());
  const ToolPlan plan = decide(first);
  REQUIRE(plan.server);
  CHECK(plan.server->url == "https://weather.example/mcp");
  CHECK(plan.server->version == "1.2.0");
  CHECK(plan.server->state == "Available");
  CHECK_FALSE(plan.server->in_cluster_only);
  CHECK(plan.offer->server == "local.cluster.svc.mcp/weather");
  const Sighting down = failure(Status(Code::Unavailable, "connecting: refused"));
  const ToolPlan later = decide(seen_with(Json::object(), status_of(first), down));
  REQUIRE(later.server);
  CHECK(later.server->version == "1.2.0");
  CHECK(later.server->state == "Unreachable");
  CHECK_FALSE(decide(seen_with(Json::object(), Json::object(), down)).server);
}

TEST_CASE("a server that is down changes nothing about what is registered") {
  const ToolObservation seen = seen_with({{"definition", kDefinition}}, registered_status(),
                                         failure(Status(Code::Unavailable, "connecting: refused")));
  const ToolPlan plan = decide(seen);
  CHECK(plan.action == ToolPlan::Action::TakeOffer);
  CHECK_FALSE(plan.offer->offer);
  CHECK(plan.report.tool);
  CHECK(plan.report.offer->tools.size() == 1);
  CHECK(plan.report.server->available->reason == "Unreachable");
}

TEST_CASE("a pass comes back when the server is to be looked at again") {
  ToolObservation seen = seen_with({{"definition", kDefinition}}, Json::object(), sight());
  seen.server->again = std::chrono::seconds(12);
  CHECK(decide(seen).again == std::chrono::seconds(12));
  seen.server->again = std::chrono::hours(1);
  CHECK(decide(seen).again < std::chrono::seconds(70));
}

TEST_CASE("what was told of a server stays until there is something new, and goes with it") {
  const Json before = status_of(seen_with(Json::object(), Json::object(), sight()));
  const Json after = status_of(seen_with(Json::object(), before, Sighting()));
  CHECK(after == before);
  const kube::Object declared = patched(mcptool("weather", "2026-01-01T00:00:00Z"), {{"status", before}});
  ToolObservation seen{.object = declared,
                       .status = std::make_shared<const Json>(before),
                       .tool = kube::Ref<MCPTool>::of(declared),
                       .claim = claim_of(declared)};
  seen.registry = RegistryTarget{};
  const Json without = status_of(seen);
  CHECK(told(without, "ServerAvailable", "reason") == "absent");
  CHECK_FALSE(without.contains("server"));
}

TEST_CASE("a server that is not to be looked at is not, and neither is one of an MCPTool that goes") {
  FakeServers servers;
  const Json remote = {{"server", {{"remote", {{"url", "https://weather.example/mcp"}}}}}};
  const kube::Object tool = mcptool("weather", "2026-01-01T00:00:00Z", remote);
  const kube::Object disabled = patched(tool, {{"spec", {{"probe", {{"mode", "Disabled"}}}}}});
  for (const kube::Object& object : {disabled, deleted(tool), mcptool("weather", "2026-01-01T00:00:00Z")}) {
    ToolObservation seen{.object = object,
                         .status = std::make_shared<const Json>(Json::object()),
                         .tool = kube::Ref<MCPTool>::of(object),
                         .claim = claim_of(object)};
    observe_server(servers, seen);
    CHECK_FALSE(seen.server);
  }
  CHECK(servers.looks() == 0);
  CHECK(servers.has_forgotten({"mcp", "weather"}));
  CHECK(report_disabled_probe().available->reason == "ProbeDisabled");
}

TEST_CASE("a server that is being deployed is not looked at until it serves, and not forgotten") {
  FakeServers servers;
  const kube::Object tool =
      mcptool("weather", "2026-01-01T00:00:00Z", {{"server", {{"workload", {{"image", "weather:1"}}}}}});
  ToolObservation seen{.object = tool,
                       .status = std::make_shared<const Json>(Json::object()),
                       .tool = kube::Ref<MCPTool>::of(tool),
                       .claim = claim_of(tool)};
  seen.workload.emplace().url = "http://weather-mcp.mcp.svc";
  observe_server(servers, seen);
  CHECK_FALSE(seen.server);
  CHECK(servers.has_suspended({"mcp", "weather"}));
  CHECK_FALSE(servers.has_forgotten({"mcp", "weather"}));
  seen.workload->serves = true;
  observe_server(servers, seen);
  CHECK(servers.looks() == 1);
}

TEST_SUITE_END();
