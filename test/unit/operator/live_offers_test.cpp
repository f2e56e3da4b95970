// A server's tools, from look to look: what becomes of them in a registry and in the status.
#include <doctest/doctest.h>

#include <algorithm>

#include "controller/operator/live/carry_out_offer.hpp"
#include "controller/testing/simulated_clock.hpp"
#include "test/unit/operator/fake_registry.hpp"
#include "test/unit/operator/live_offer.hpp"

namespace {

using namespace std::chrono_literals;
using namespace toolhive;
using namespace toolhive::test;
using Mode = ContractSpec::Mode;

// Carries out each call, and loses the answer to one of them.
class LossyRegistry final : public RegistryApi {
 public:
  StatusOr<RegistryEntry> get(const Context& c, const std::string& n, const std::string& v) override {
    return answer(inner.get(c, n, v));
  }
  StatusOr<std::vector<RegistryEntry>> list_managed(const Context& c, const ManagedBy& m) override {
    return answer(inner.list_managed(c, m));
  }
  StatusOr<std::vector<RegistryEntry>> versions(const Context& c, const std::string& n) override {
    return answer(inner.versions(c, n));
  }
  StatusOr<RegistryEntry> put(const Context& c, const Json& d) override { return answer(inner.put(c, d)); }
  Status withdraw(const Context& c, const std::string& n, const ManagedBy& m) override {
    return answer(inner.withdraw(c, n, m));
  }
  Status withdraw_version(const Context& c, const std::string& n, const std::string& v,
                          const ManagedBy& m) override {
    return answer(inner.withdraw_version(c, n, v, m));
  }
  Status set_status(const Context& c, const std::string& n, const EntryStatus& s,
                    const ManagedBy& m) override {
    return answer(inner.set_status(c, n, s, m));
  }
  StatusOr<ContractComparison> compare(const Context& c, const Json& from, const Json& to) override {
    return answer(inner.compare(c, from, to));
  }
  StatusOr<JsonPtr> get_server(const Context& c, const std::string& n) override {
    return answer(inner.get_server(c, n));
  }
  Status put_server(const Context& c, const Json& d) override { return answer(inner.put_server(c, d)); }
  Status set_server_status(const Context& c, const std::string& n, const std::string& v,
                           ServerStatus s) override {
    return answer(inner.set_server_status(c, n, v, s));
  }
  StatusOr<ServiceReport> report(const Context& c) override { return inner.report(c); }

  FakeRegistry inner;
  int lost = 0;  // the answer to which call
  int calls = 0;

 private:
  template <class Answer>
  Answer answer(Answer given) {
    if (++calls == lost) return Status(Code::Unavailable, "connection reset");
    return given;
  }
};

// An MCPTool "weather" whose server is looked at again and again.
struct LiveServer {
  explicit LiveServer(Mode mode = Mode::Report) {
    task.prefix = "weather.";
    task.contract.mode = mode;
    task.manager = {"MCPTool", "mcp", "weather", "uid-1"};
    task.generation = 1;
    task.declared_name = "weather";
  }

  OfferOutcome pass(RegistryApi& api) {
    const OfferOutcome outcome = carry_out_offer(ctx, api, task);
    status = Json::object();
    tell_offer(outcome.report, "http://r", status);
    // What a status says is all that is remembered.
    const std::int64_t judged = outcome.report.contract_verified ? task.generation : task.before.generation;
    task.before = remembered_offer(status);
    task.before.generation = judged;
    return outcome;
  }
  OfferOutcome look(const std::string& version, const std::vector<Json>& tools) {
    task.offer = live_offer(version, tools);
    return pass(registry);
  }
  LiveTool line(const std::string& name) const {
    for (const LiveTool& tool : task.before.tools)
      if (tool.name == "weather." + name) return tool;
    return {.name = {}, .state = ToolState::Rejected, .reason = "NoLine"};
  }
  std::string state(const std::string& name) const {
    const LiveTool tool = line(name);
    return std::string(to_string(tool.state)) + (tool.reason.empty() ? "" : " " + tool.reason);
  }
  // The latest version in the registry, and whether it is deprecated; empty: none.
  std::string registered(const std::string& name) const {
    const Json* const entry = registry.latest("weather." + name);
    if (!entry) return "";
    return entry->at("version").get<std::string>() +
           (entry->value("status", "") == "deprecated" ? " deprecated" : "");
  }
  int calls() const {
    return registry.gets + registry.puts + registry.lists + registry.version_lists + registry.compares;
  }
  void approve() { task.contract.approved_digest = task.before.digest; }

  testing::SimulatedClock clock;
  Context ctx{{}, TimePoint::max(), clock, {}};
  FakeRegistry registry;
  OfferTask task;
  Json status;
};

bool has_event(const OfferOutcome& outcome, const std::string& reason, const std::string& part) {
  return std::ranges::any_of(outcome.events, [&](const OfferEvent& event) {
    return event.reason == reason && event.note.find(part) != std::string::npos;
  });
}

const Json kGet = live_tool("get");
const Json kSet = live_tool("set");
const Json kOtherGet = live_tool("get", "place");                  // breaking
const Json kReworded = live_tool("get", "city", "Tells more.");    // to be read
const Json kMoreGet = live_tool("get", "latitude", "Tells all.");  // breaking again

}  // namespace

TEST_SUITE_BEGIN("a server's tools");

TEST_CASE("what a server offers is registered with its version, and at rest one list is read") {
  LiveServer s;
  OfferOutcome outcome = s.look("v1.2", {kGet, kSet});
  CHECK(s.registered("get") == "1.2.0");
  CHECK(s.registered("set") == "1.2.0");
  CHECK(outcome.report.registered.reason == "Registered");
  CHECK(outcome.report.contract_verified->reason == "Verified");
  CHECK(has_event(outcome, "ToolsChanged", "registered: weather.get, weather.set"));
  CHECK(s.status.at("offered") == 2);
  CHECK(s.status.at("registered") == 2);
  CHECK(s.status.at("url") == "http://r/api/v1/tools?managed_by=MCPTool%2Fmcp%2Fweather");

  const int before = s.calls();
  const Json told = s.status;
  outcome = s.look("v1.2", {kSet, kGet});
  CHECK(s.calls() == before + 1);
  CHECK(s.status == told);
  CHECK(outcome.events.empty());
  CHECK_FALSE(outcome.wrote);
}

TEST_CASE("a tool that stays keeps its version when the server's moves, and what changes takes it") {
  LiveServer s;
  s.look("1.0.0", {kGet, kSet});
  s.look("1.1.0", {kReworded, kSet});
  CHECK(s.registered("get") == "1.1.0");
  CHECK(s.registered("set") == "1.0.0");
  CHECK(s.state("get") == "Registered Review");
}

TEST_CASE("other content under the server's same version is registered beside it, and is the latest") {
  LiveServer s;
  s.look("1.0.0", {kGet});
  s.look("1.0.0", {kReworded});
  const std::string content = s.line("get").contract_digest.substr(7, 8);
  CHECK(s.registered("get") == "1.0.0+sha." + content);
  s.look("1.0.0", {kGet});
  CHECK(s.registered("get") == "1.0.0");
}

TEST_CASE("a server that goes back to an older version has the older tools as the latest") {
  LiveServer s;
  s.look("1.0.0", {kGet});
  s.look("2.0.0", {kReworded});
  s.look("1.0.0", {kGet});
  CHECK(s.registered("get") == "1.0.0");
  const int before = s.calls();
  s.look("1.0.0", {kGet});
  CHECK(s.calls() == before + 1);
}

TEST_CASE("a broken contract is registered and told where that is all that is asked for") {
  LiveServer s(Mode::Report);
  s.look("1.0.0", {kGet, kSet});
  const OfferOutcome outcome = s.look("1.1.0", {kOtherGet, kSet});
  CHECK(s.registered("get") == "1.1.0");
  CHECK(s.state("get") == "Registered Breaking");
  CHECK(outcome.report.contract_verified->reason == "ContractBroken");
  for (const char* part : {"weather.get", "/inputSchema", "(inputSchema)", "it is registered"}) {
    CAPTURE(part);
    CHECK(outcome.report.contract_verified->message.find(part) != std::string::npos);
    CHECK((has_event(outcome, "ContractBroken", part) || std::string(part) == "it is registered"));
  }
  CHECK(s.status.at("url") == "http://r/api/v1/tools/weather.get/diff?to=1.1.0");
  // It stays told, once, until somebody approves it.
  CHECK(s.look("1.1.0", {kOtherGet, kSet}).events.empty());
  CHECK(s.state("get") == "Registered Breaking");
  ++s.task.generation;
  s.look("1.1.0", {kOtherGet, kSet});
  CHECK(s.state("get") == "Registered Breaking");
  s.approve();
  CHECK(s.look("1.1.0", {kOtherGet, kSet}).report.contract_verified->reason == "Verified");
}

TEST_CASE("a breaking change is held where contracts are enforced, and what is to be read passes") {
  LiveServer s(Mode::Enforce);
  s.look("1.0.0", {kGet, kSet});
  const OfferOutcome outcome = s.look("1.1.0", {kOtherGet, live_tool("set", "city", "Sets.")});
  CHECK(s.registered("get") == "1.0.0");
  CHECK(s.state("get") == "Held Breaking");
  CHECK(s.registered("set") == "1.1.0");
  CHECK(s.state("set") == "Registered Review");
  CHECK(s.status.at("held") == 1);
  CHECK(has_event(outcome, "ContractBroken", "the change is held"));
  CHECK(outcome.report.contract_verified->message.find("mcpregistry.dev/approve=" + s.task.before.digest) !=
        std::string::npos);
  // What was judged is not asked about again.
  const int before = s.calls();
  CHECK(s.look("1.1.0", {kOtherGet, live_tool("set", "city", "Sets.")}).events.empty());
  CHECK(s.calls() == before + 1);
  // By other rules it is.
  s.task.contract.mode = Mode::Report;
  ++s.task.generation;
  s.look("1.1.0", {kOtherGet});
  CHECK(s.registered("get") == "1.1.0");
}

TEST_CASE("where all is to be approved the first offer is trusted, and later changes and tools are held") {
  LiveServer s(Mode::Approve);
  s.look("1.0.0", {kGet});
  CHECK(s.registered("get") == "1.0.0");
  const OfferOutcome outcome = s.look("1.1.0", {kReworded, kSet});
  CHECK(s.state("get") == "Held Review");
  CHECK(s.state("set") == "Held New");
  CHECK(s.registered("get") == "1.0.0");
  CHECK(s.registered("set").empty());
  CHECK(outcome.report.contract_verified->reason == "ApprovalNeeded");
  CHECK(has_event(outcome, "ToolsChanged", "held: weather.get, weather.set"));
  s.approve();
  s.look("1.1.0", {kReworded, kSet});
  CHECK(s.registered("get") == "1.1.0");
  CHECK(s.state("set") == "Registered");
}

TEST_CASE("an approval is of exactly one offer, whichever way it is given") {
  for (const bool annotated : {false, true}) {
    CAPTURE(annotated);
    LiveServer s(Mode::Approve);
    s.look("1.0.0", {kGet});
    s.look("1.1.0", {kOtherGet});
    (annotated ? s.task.approved : s.task.contract.approved_digest) = s.task.before.digest;
    SUBCASE("what came after it is held") {
      s.look("1.2.0", {kMoreGet});
      CHECK(s.registered("get") == "1.0.0");
      CHECK(s.state("get") == "Held Breaking");
    }
    SUBCASE("it is registered, and the next change is held") {
      s.look("1.1.0", {kOtherGet});
      CHECK(s.registered("get") == "1.1.0");
      s.look("1.1.0", {kOtherGet, kSet});
      CHECK(s.state("set") == "Held New");
    }
  }
}

TEST_CASE("a first offer that is not trusted waits for approval as well") {
  LiveServer s(Mode::Approve);
  s.task.contract.trust_first = false;
  s.look("1.0.0", {kGet});
  CHECK(s.state("get") == "Held New");
  CHECK(s.registry.entries.empty());
}

TEST_CASE("the tool that is declared is held to the declaration and the others to what they were") {
  LiveServer s(Mode::Enforce);
  s.task.declared = std::make_shared<const Json>(kGet);
  s.task.declared_name = "get";
  SUBCASE("it matches") {
    CHECK(s.look("1.0.0", {kSet, kGet}).report.contract_verified->reason == "Verified");
    CHECK(s.registered("get") == "1.0.0");
    CHECK(s.registry.compares == 0);
  }
  SUBCASE("it breaks it from the first") {
    const OfferOutcome outcome = s.look("1.0.0", {kSet, kOtherGet});
    CHECK(outcome.report.contract_verified->reason == "ContractBroken");
    CHECK(s.registered("get").empty());
    CHECK(s.registered("set") == "1.0.0");
  }
  SUBCASE("it is not offered") {
    const OfferOutcome outcome = s.look("1.0.0", {kSet});
    CHECK(outcome.report.contract_verified->reason == "ToolMissing");
    CHECK(s.registered("set") == "1.0.0");
  }
}

TEST_CASE("a tool that is gone is deprecated, then withdrawn, and one that comes back is taken up again") {
  LiveServer s;
  s.task.tools.withdraw_after_seconds = 3'600;
  s.look("1.0.0", {kGet, kSet});
  const OfferOutcome gone = s.look("1.1.0", {kGet});
  CHECK(s.registered("set") == "1.0.0 deprecated");
  CHECK(s.state("set") == "Deprecated NotOffered");
  CHECK(has_event(gone, "ToolsChanged", "deprecated: weather.set"));
  const std::string since = s.line("set").gone_since;
  s.clock.advance(30min);
  s.look("1.1.0", {kGet});
  CHECK(s.line("set").gone_since == since);
  SUBCASE("back in time") {
    CHECK(has_event(s.look("1.1.0", {kGet, kSet}), "ToolsChanged", "taken up again: weather.set"));
    CHECK(s.registered("set") == "1.0.0");
    CHECK(s.state("set") == "Registered");
    CHECK(s.line("set").gone_since.empty());
  }
  SUBCASE("too late") {
    s.clock.advance(31min);
    CHECK(has_event(s.look("1.1.0", {kGet}), "ToolsChanged", "withdrawn: weather.set"));
    CHECK(s.registered("set").empty());
    CHECK(s.state("set") == "Rejected NoLine");
    s.look("1.1.0", {kGet, kSet});
    CHECK(s.registered("set") == "1.1.0");
  }
}

TEST_CASE("a tool that somebody deprecated by hand stays so") {
  LiveServer s;
  s.look("1.0.0", {kGet});
  CHECK(s.registry.set_status(s.ctx, "weather.get", {.deprecated = true, .message = "use another"}, {}).ok());
  s.look("1.0.0", {kGet});
  CHECK(s.registered("get") == "1.0.0 deprecated");
}

TEST_CASE("what somebody else registers in the name of an MCPTool with a server is put back") {
  LiveServer s(Mode::Enforce);
  s.look("1.0.0", {kGet});
  const auto register_by_hand = [&](const std::string& name, const std::string& uid) {
    REQUIRE(
        s.registry
            .put(s.ctx, {{"name", name},
                         {"version", "9.9.9"},
                         {"inputSchema", {{"type", "object"}, {"required", {"token"}}}},
                         {"managedBy",
                          {{"kind", "MCPTool"}, {"namespace", "mcp"}, {"name", "weather"}, {"uid", uid}}}})
            .ok());
  };
  SUBCASE("a later version of a tool is withdrawn, and nothing is held for its sake") {
    register_by_hand("weather.get", "uid-1");
    s.task.offer = nullptr;
    CHECK(s.pass(s.registry).wants_offer);
    s.look("1.0.0", {kGet});
    CHECK(s.registered("get") == "1.0.0");
    CHECK(s.state("get") == "Registered");
  }
  SUBCASE("a tool that was never offered is withdrawn at once") {
    register_by_hand("weather.evil", "uid-1");
    CHECK(has_event(s.look("1.0.0", {kGet}), "ToolsChanged", "withdrawn: weather.evil"));
    CHECK(s.registered("evil").empty());
  }
  SUBCASE("what an earlier MCPTool of the name left has the time of grace") {
    register_by_hand("weather.old", "uid-0");
    s.look("1.0.0", {kGet});
    CHECK(s.registered("old") == "9.9.9 deprecated");
  }
}

TEST_CASE("without a time of grace what is gone is withdrawn at once") {
  LiveServer s;
  s.task.tools.withdraw_after_seconds = 0;
  s.look("1.0.0", {kGet, kSet});
  s.look("1.1.0", {});
  CHECK(s.registry.entries.empty());
  CHECK(s.task.before.tools.empty());
}

TEST_CASE("one that goes and one that comes in the same look are told as a probable rename") {
  LiveServer s;
  s.look("1.0.0", {kGet, kSet});
  const OfferOutcome outcome = s.look("1.1.0", {kGet, live_tool("put")});
  CHECK(has_event(outcome, "ToolsChanged", "probably renamed: weather.set to weather.put"));
  CHECK(s.line("set").message == "probably renamed to weather.put");
  CHECK(s.registry.latest("weather.set")->at("statusMessage").get<std::string>().find("weather.put") !=
        std::string::npos);
  s.look("1.1.0", {kGet, live_tool("put")});
  CHECK(s.line("set").message == "probably renamed to weather.put");
}

TEST_CASE("a tool that cannot be registered is told and hides no other") {
  // Takes no tool whose name ends in "bad", and another manager has the one that ends in "taken".
  struct Picky : FakeRegistry {
    StatusOr<RegistryEntry> put(const Context& c, const Json& definition) override {
      const std::string name = definition.at("name");
      ++tried;
      if (name.ends_with("bad")) return Status(Code::Invalid, "/inputSchema: is no schema");
      if (name.ends_with("taken")) return Status(Code::Conflict, "is managed by MCPTool mcp/other");
      return FakeRegistry::put(c, definition);
    }
    int tried = 0;
  } picky;
  LiveServer s;
  s.task.offer = live_offer("1.0.0", {kGet, live_tool("bad"), live_tool("b d"), live_tool("taken"), kSet});
  const OfferOutcome outcome = s.pass(picky);
  CHECK(outcome.failure.ok());
  CHECK(s.state("get") == "Registered");
  CHECK(s.state("set") == "Registered");
  CHECK(s.state("bad") == "Rejected InvalidDefinition");
  CHECK(s.state("b d") == "Rejected InvalidName");
  CHECK(s.state("taken") == "Rejected NameConflict");
  CHECK(s.status.at("offered") == 5);
  CHECK(s.status.at("registered") == 2);
  CHECK(s.status.at("rejected") == 3);
  CHECK(outcome.report.registered.reason == "ToolsRejected");
  // What another has may become free; what is no definition stays none.
  const Json told = s.status;
  picky.tried = 0;
  s.pass(picky);
  CHECK(picky.tried == 1);
  CHECK(s.status == told);
}

TEST_CASE("a change that the registry cannot judge is that tool's alone") {
  struct Unjudging : FakeRegistry {
    StatusOr<ContractComparison> compare(const Context&, const Json&, const Json&) override { return answer; }
    Status answer = Status(Code::Invalid, "/inputSchema: is no schema");
  } registry;
  LiveServer s(Mode::Enforce);
  s.task.offer = live_offer("1.0.0", {kGet});
  s.pass(registry);
  s.task.offer = live_offer("1.1.0", {kOtherGet, kSet});
  CHECK(s.pass(registry).failure.ok());
  CHECK(s.state("get") == "Rejected InvalidDefinition");
  CHECK(s.line("get").version == "1.0.0");
  CHECK(s.state("set") == "Registered");
  // One that does not know how to compare holds what it cannot tell.
  registry.answer = Status(Code::NotFound, "no such path");
  s.task.offer = live_offer("1.2.0", {kMoreGet, kSet});
  s.pass(registry);
  CHECK(s.state("get") == "Held Breaking");
}

TEST_CASE("a name that another has is tried again, also where all that is new is to be approved") {
  LiveServer s(Mode::Approve);
  Json others = kGet;
  others["name"] = "weather.get";
  others["version"] = "9.0.0";
  others["managedBy"] = {{"kind", "MCPTool"}, {"namespace", "mcp"}, {"name", "other"}, {"uid", "uid-9"}};
  REQUIRE(s.registry.put(s.ctx, others).ok());
  s.look("1.0.0", {kGet});
  CHECK(s.state("get") == "Rejected NameConflict");
  s.look("1.0.0", {kGet});
  CHECK(s.state("get") == "Rejected NameConflict");
  s.registry.entries.clear();
  s.look("1.0.0", {kGet});
  CHECK(s.registered("get") == "1.0.0");
}

TEST_CASE("of a version that is gone nothing is told when the registry has what is offered") {
  LiveServer s;
  s.look("1.0.0", {kGet});
  s.task.before.tools.at(0).version = "0.9.0";
  s.task.before.tools.at(0).contract_digest = "sha256:0";
  s.look("1.0.0", {kGet});
  CHECK(s.state("get") == "Registered");
}

TEST_CASE("what was deprecated and is offered again in its old version is active") {
  LiveServer s;
  s.look("1.0.0", {kGet});
  s.look("2.0.0", {});
  s.look("3.0.0", {kReworded});
  s.look("1.0.0", {kGet});
  CHECK(s.registered("get") == "1.0.0");
}

TEST_CASE("what the registry lost is registered again, in the version it had and however it was approved") {
  for (const Mode mode : {Mode::Report, Mode::Enforce, Mode::Approve}) {
    LiveServer s(mode);
    s.look("1.0.0", {kGet});
    s.registry.entries.clear();
    s.look("2.0.0", {kGet});
    CHECK(s.registered("get") == "1.0.0");
    CHECK(s.state("get") == "Registered");
  }
}

TEST_CASE("an MCPTool that was made anew takes over what the one before it left") {
  LiveServer s;
  s.look("1.0.0", {kGet, kSet});
  s.task.manager.uid = "uid-2";
  s.task.before = {};
  s.look("1.1.0", {kGet});
  CHECK(s.registry.latest("weather.get")->at("managedBy").at("uid") == "uid-2");
  CHECK(s.registered("get") == "1.0.0");
  CHECK(s.registered("set") == "1.0.0 deprecated");
}

TEST_CASE("while the offer is not at hand what stands is left, and what does not asks for it") {
  LiveServer s;
  s.look("1.0.0", {kGet, kSet});
  s.look("1.0.0", {kGet});
  s.task.offer.reset();
  const Json told = s.status;
  CHECK_FALSE(s.pass(s.registry).wants_offer);
  CHECK(s.status == told);
  SUBCASE("the registry lost one") {
    s.registry.entries.erase({"weather.get", "1.0.0"});
    CHECK(s.pass(s.registry).wants_offer);
  }
  SUBCASE("the registry has one more") {
    Json more = s.registry.entries.at({"weather.get", "1.0.0"});
    more["name"] = "weather.more";
    s.registry.entries[{"weather.more", "1.0.0"}] = more;
    CHECK(s.pass(s.registry).wants_offer);
  }
  SUBCASE("the time of grace is over") {
    s.clock.advance(25h);
    CHECK(s.pass(s.registry).wants_offer);
  }
  SUBCASE("the spec is another") {
    ++s.task.generation;
    CHECK(s.pass(s.registry).wants_offer);
  }
  SUBCASE("nothing was ever taken in") {
    s.task.before = {};
    CHECK(s.pass(s.registry).wants_offer);
  }
}

TEST_CASE("a registry that cannot be asked leaves what was told") {
  LiveServer s;
  s.look("1.0.0", {kGet});
  const Json told = s.status;
  s.registry.fault = Status(Code::Unavailable, "connection refused");
  const OfferOutcome outcome = s.look("1.1.0", {kOtherGet});
  CHECK(outcome.failure.code() == Code::Unavailable);
  CHECK(outcome.report.registered.reason == "RegistryUnavailable");
  CHECK(s.status == told);
}

TEST_CASE("a thousand tools are registered over some passes and fit into one status") {
  LiveServer s(Mode::Approve);
  std::vector<Json> tools;
  for (int i = 0; i < 1'100; ++i) tools.push_back(live_tool("t" + std::string(115, 'x') + std::to_string(i)));
  int passes = 1;
  while (s.look("1.0.0", tools).unfinished) {
    CHECK(s.task.before.digest.empty());
    REQUIRE(++passes < 20);
  }
  CHECK(passes == 5);
  CHECK(s.status.at("registered") == 1'000);
  CHECK(s.registry.puts == 1'000);
  CHECK(s.pass(s.registry).report.registered.reason == "TooManyTools");
  // There is room for no more lines: what is gone is withdrawn at once.
  tools.erase(tools.begin());
  s.look("1.0.0", tools);
  CHECK(s.registry.names().size() == 999);
  // The longest that lines can be.
  for (LiveTool& line : s.task.before.tools) {
    line.version = std::string(77, '1');
    line.reason = "InvalidDefinition";
    line.message = std::string(2'000, 'm');
  }
  Json status = Json::object();
  OfferReport report;
  report.tools = s.task.before.tools;
  tell_offer(report, "http://r", status);
  CHECK(status.dump().size() < 600'000);
}

TEST_CASE("a pass whose calls lose an answer anywhere comes to the same end when it is made again") {
  const std::vector<std::vector<Json>> offers = {
      {kGet, kSet, live_tool("old")}, {kOtherGet, kSet, live_tool("new")}, {kGet, kSet, live_tool("old")}};
  for (const Mode mode : {Mode::Report, Mode::Enforce}) {
    const auto run = [&](int lost) {
      LiveServer s(mode);
      LossyRegistry api;
      api.lost = lost;
      int version = 0;
      for (const auto& offer : offers) {
        s.task.offer = live_offer("1." + std::to_string(version++) + ".0", offer);
        while (!s.pass(api).failure.ok()) CHECK(api.calls == lost);
      }
      Json end = {{"tools", Json::object()}, {"entries", Json::array()}};
      for (const LiveTool& line : s.task.before.tools)
        end["tools"][line.name] = {to_string(line.state), line.version, line.contract_digest};
      for (const auto& [key, entry] : api.inner.entries) end["entries"].push_back(entry);
      return std::pair(end, api.calls);
    };
    const auto [expected, calls] = run(0);
    REQUIRE(calls > 10);
    for (int lost = 1; lost <= calls; ++lost) {
      CAPTURE(lost);
      CHECK(run(lost).first == expected);
    }
  }
}

TEST_CASE("a lost answer takes nothing from what is told of a broken contract") {
  for (int lost = 1; lost < 8; ++lost) {
    CAPTURE(lost);
    LiveServer s;
    LossyRegistry api;
    s.task.offer = live_offer("1.0.0", {kGet});
    s.pass(api);
    api.calls = 0;
    api.lost = lost;
    s.task.offer = live_offer("1.1.0", {kOtherGet});
    while (!s.pass(api).failure.ok()) CHECK(api.calls == lost);
    CHECK(s.state("get") == "Registered Breaking");
  }
}

TEST_CASE("all that a resource has is withdrawn with it") {
  LiveServer s;
  s.look("1.0.0", {kGet, kSet});
  REQUIRE(withdraw_all(s.ctx, s.registry, s.task.manager, "weather.set").ok());
  CHECK(s.registered("set") == "1.0.0");
  CHECK(s.registered("get").empty());
  REQUIRE(withdraw_all(s.ctx, s.registry, s.task.manager).ok());
  CHECK(s.registry.entries.empty());
  CHECK(withdraw_all(s.ctx, s.registry, s.task.manager).ok());
}

TEST_SUITE_END();
