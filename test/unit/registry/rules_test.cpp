#include "registry/store/rules.hpp"

#include <doctest/doctest.h>
#include <malloc.h>

#include "cost.hpp"
#include "registry/model/server_parse.hpp"
#include "store_fixture.hpp"

namespace registry = toolhive::registry;

using namespace toolhive::registry;
using registry::test::definition;

namespace {

const ManagedBy kFirst{"MCPTool", "default", "weather", "uid-1"};
const ManagedBy kSuccessor{"MCPTool", "default", "weather", "uid-2"};
const ManagedBy kOther{"MCPTool", "default", "other", "uid-3"};

// An index that is changed by decisions alone.
class World {
 public:
  Result<Decision> put(Definition what, Precondition precondition = {}, StoreLimits limits = {}) {
    return run(Register{std::move(what), std::move(precondition)}, limits);
  }
  Result<Decision> force(Definition what) { return run(Register{std::move(what), {}, true}, {}); }
  Result<Decision> withdraw(const std::string& name, std::optional<std::string> version = std::nullopt,
                            std::optional<ManagedBy> manager = std::nullopt, Precondition precondition = {}) {
    return run(Withdraw{name, std::move(version), std::move(manager), std::move(precondition)}, {});
  }
  Result<Decision> set_status(const std::string& name, Status status,
                              std::optional<ManagedBy> manager = std::nullopt) {
    return run(SetStatus{name, std::nullopt, std::move(status), std::move(manager), {}}, {});
  }
  std::string latest(const std::string& name) const { return index.find(name)->latest()->version.text(); }

  Index index;

  Result<Decision> run(const Write& write, const StoreLimits& limits) {
    auto decision = decide(index, write, limits, "2026-01-01T00:00:00.000Z");
    if (!decision.ok()) return decision;
    for (const auto& change : decision->changes) {
      IndexBuilder builder(index);
      Record record;
      record.sequence = index.sequence() + 1;
      record.operation = change.operation;
      record.payload = change.payload;
      std::string line;
      record.checksum = encode_record(line, record.sequence, record.operation, record.payload);
      auto applied = apply(builder, record);
      REQUIRE(applied.ok());
      index = builder.take();
    }
    return decision;
  }
};

bool created(const Result<Decision>& decision) {
  return decision.ok() && decision->kind == WriteOutcome::Kind::Created && !decision->changes.empty();
}
bool unchanged(const Result<Decision>& decision) {
  return decision.ok() && decision->kind == WriteOutcome::Kind::Unchanged && decision->changes.empty();
}
bool refused(const Result<Decision>& decision, Code code) {
  return !decision.ok() && decision.error().code == code;
}

}  // namespace

TEST_CASE("the same content under the same version changes nothing, other content is a conflict") {
  World world;
  CHECK(created(world.put(definition("a", "x", "1.0.0"))));
  CHECK(unchanged(world.put(definition("a", "x", "1.0.0"))));
  const auto conflict = world.put(definition("a", "y", "1.0.0"));
  CHECK(refused(conflict, Code::Conflict));
  CHECK(conflict.error().detail.find("raise the version") != std::string::npos);
  CHECK(created(world.put(definition("a", "y", "1.0.0+b"))));
}

TEST_CASE("a withdrawn version comes back with its content and with no other") {
  World world;
  CHECK(created(world.put(definition("a", "x", "1.0.0"))));
  CHECK(world.withdraw("a").ok());
  CHECK(refused(world.put(definition("a", "y", "1.0.0")), Code::Conflict));
  CHECK(created(world.put(definition("a", "x", "1.0.0"))));
  CHECK(world.latest("a") == "1.0.0");
}

TEST_CASE("a definition without a version is numbered after the highest there ever was") {
  World world;
  CHECK(created(world.put(definition("a", "one"))));
  CHECK(world.latest("a") == "0.1.0");
  CHECK(unchanged(world.put(definition("a", "one"))));
  CHECK(created(world.put(definition("a", "two"))));
  CHECK(world.latest("a") == "0.2.0");
  CHECK(created(world.put(definition("a", "three", "1.4.2"))));
  CHECK(created(world.put(definition("a", "four"))));
  CHECK(world.latest("a") == "1.5.0");
  // Content of an older version is a change of the latest, so it gets a number of its own.
  CHECK(created(world.put(definition("a", "one"))));
  CHECK(world.latest("a") == "1.6.0");

  CHECK(world.withdraw("a").ok());
  CHECK(created(world.put(definition("a", "one"))));
  CHECK(world.latest("a") == "1.6.0");  // The same content as before it was withdrawn.
  CHECK(world.withdraw("a").ok());
  CHECK(created(world.put(definition("a", "five"))));
  CHECK(world.latest("a") == "1.7.0");
  CHECK(created(world.put(definition("b", "x", "0." + std::string(251, '9') + ".0"))));
  CHECK(refused(world.put(definition("b", "y")), Code::Conflict));
}

TEST_CASE("only its manager writes to an entry") {
  World world;
  CHECK(created(world.put(definition("a", "x", "1.0.0", kFirst))));
  CHECK(refused(world.put(definition("a", "y", "1.1.0", kOther)), Code::Conflict));
  CHECK(refused(world.put(definition("a", "y", "1.1.0")), Code::Conflict));
  CHECK(refused(world.put(definition("a", "x", "1.0.0")), Code::Conflict));
  CHECK(refused(world.withdraw("a"), Code::Conflict));
  CHECK(refused(world.withdraw("a", std::nullopt, kOther), Code::Conflict));
  CHECK(created(world.put(definition("a", "y", "1.1.0", kFirst))));
  CHECK(world.withdraw("a", std::nullopt, kFirst).ok());
  // Free again.
  CHECK(created(world.put(definition("a", "x", "1.0.0", kOther))));
}

TEST_CASE("an entry without a manager takes no managed write") {
  World world;
  CHECK(created(world.put(definition("a", "x", "1.0.0"))));
  CHECK(refused(world.put(definition("a", "x", "1.0.0", kFirst)), Code::Conflict));
  CHECK(refused(world.withdraw("a", std::nullopt, kFirst), Code::Conflict));
  CHECK(world.withdraw("a").ok());
}

TEST_CASE("a resource created anew takes its entry over, and its predecessor cannot withdraw it any more") {
  World world;
  CHECK(created(world.put(definition("a", "x", "1.0.0", kFirst))));
  const auto taken = world.put(definition("a", "x", "1.0.0", kSuccessor));
  REQUIRE(taken.ok());
  CHECK(taken->kind == WriteOutcome::Kind::Unchanged);
  CHECK(!taken->changes.empty());
  CHECK(world.index.find("a")->latest()->manager == kSuccessor);
  CHECK(refused(world.withdraw("a", std::nullopt, kFirst), Code::Conflict));
  CHECK(world.withdraw("a", std::nullopt, kSuccessor).ok());
}

TEST_CASE("an entry has one manager, whichever of its versions was taken over") {
  for (const char* taken : {"1.0.0", "2.0.0", "1.5.0"}) {
    CAPTURE(taken);
    World world;
    CHECK(created(world.put(definition("a", "x", "1.0.0", kFirst))));
    CHECK(created(world.put(definition("a", "x", "2.0.0", kFirst))));
    CHECK(world.put(definition("a", "x", taken, kSuccessor)).ok());
    for (const auto& version : world.index.find("a")->live) CHECK(version->manager == kSuccessor);
    CHECK(refused(world.withdraw("a", std::nullopt, kFirst), Code::Conflict));
    CHECK(world.withdraw("a", "2.0.0", kSuccessor).ok());
    CHECK(world.withdraw("a", std::nullopt, kSuccessor).ok());
  }
}

TEST_CASE("an entry that is taken by force is whose the write says, as a whole") {
  for (const auto& taker : {std::optional<ManagedBy>(kOther), std::optional<ManagedBy>()}) {
    World world;
    CHECK(created(world.put(definition("a", "x", "2.0.0", kFirst))));
    auto older = definition("a", "y", "1.0.0");
    older.manager = taker;
    CHECK(created(world.force(older)));
    CHECK(refused(world.withdraw("a", std::nullopt, kFirst), Code::Conflict));
    CHECK(world.withdraw("a", std::nullopt, taker).ok());
  }
}

TEST_CASE("a withdrawal asks for what is there") {
  World world;
  CHECK(refused(world.withdraw("a"), Code::NotFound));
  CHECK(created(world.put(definition("a", "x", "1.0.0"))));
  CHECK(created(world.put(definition("a", "y", "2.0.0"))));
  CHECK(refused(world.withdraw("a", "3.0.0"), Code::NotFound));
  CHECK(world.withdraw("a", "2.0.0").ok());
  CHECK(world.latest("a") == "1.0.0");
  CHECK(world.withdraw("a", "1.0.0").ok());
  CHECK(refused(world.withdraw("a"), Code::NotFound));
}

TEST_CASE("conditions are checked against the latest version") {
  World world;
  CHECK(refused(world.put(definition("a", "x"), {false, true, {}}), Code::Precondition));
  CHECK(refused(world.put(definition("a", "x"), {false, false, {"tag"}}), Code::Precondition));
  CHECK(created(world.put(definition("a", "x"), {true, false, {}})));
  CHECK(refused(world.put(definition("a", "y"), {true, false, {}}), Code::Precondition));
  const auto tag = entity_tag(*world.index.find("a")->latest());
  CHECK(created(world.put(definition("a", "y"), {false, false, {"other", tag}})));
  CHECK(refused(world.put(definition("a", "z"), {false, false, {tag}}), Code::Precondition));
  CHECK(refused(world.withdraw("a", std::nullopt, std::nullopt, {false, false, {tag}}), Code::Precondition));
  CHECK(created(world.put(definition("a", "z"), {false, true, {}})));
}

TEST_CASE("a change of status keeps all versions byte for byte but for their status") {
  World world;
  for (const char* text : {"x", "y"}) CHECK(created(world.put(definition("a", text))));
  const auto before = world.index.find("a")->live;
  CHECK(world.set_status("a", {Lifecycle::Deprecated, "old", ""})->changes.size() == 2);
  CHECK(unchanged(world.set_status("a", {Lifecycle::Deprecated, "old", ""})));
  CHECK(world.set_status("a", {Lifecycle::Deprecated, "older", ""})->changes.size() == 2);
  for (std::size_t i = 0; i < before.size(); ++i) {
    auto document = before[i]->document;
    document.insert(
        document.size() - 1,
        R"(,"status":"deprecated","statusChangedAt":"2026-01-01T00:00:00.000Z","statusMessage":"older")");
    CHECK(world.index.find("a")->live[i]->document == document);
  }
}

TEST_CASE("deciding on a status takes time in proportion to the versions' size, whatever is in them") {
  const double grown = test::growth(1'250, [](std::size_t size) {
    auto what = definition("a", "x");
    what.members += R"(,"_meta":{"m":0)";
    for (std::size_t i = 0; i < size; ++i) what.members += ",\"m" + std::to_string(i) + "\":1";
    what.members += '}';
    World world;
    for (const char* version : {"1.0.0", "1.1.0", "1.2.0"}) {
      what.version = *Version::parse(version);
      REQUIRE(created(world.put(what)));
    }
    return [index = world.index] {
      const SetStatus write{"a", std::nullopt, {Lifecycle::Deprecated, "old", ""}, std::nullopt, {}};
      const auto decision = decide(index, write, {}, "2026-01-01T00:00:00.000Z");
      REQUIRE(decision.ok());
      CHECK(decision->changes.size() == 3);
    };
  });
  CHECK(grown < test::kLinear);
}

TEST_CASE("a successor's registration keeps the status, in time in proportion to the document") {
  const double grown = test::growth(1'250, [](std::size_t size) {
    auto what = definition("a", "x", "1.0.0", kFirst);
    what.members += R"(,"_meta":{"m":0)";
    for (std::size_t i = 0; i < size; ++i) what.members += ",\"m" + std::to_string(i) + "\":1";
    what.members += '}';
    World world;
    REQUIRE(created(world.put(what)));
    REQUIRE(world.set_status("a", {Lifecycle::Deprecated, "old", ""}, kFirst).ok());
    what.manager = kSuccessor;
    return [index = world.index, what] {
      const auto decision = decide(index, Register{what, {}}, {}, "2026-01-01T00:00:00.000Z");
      REQUIRE(decision->changes.size() == 1);
      CHECK(decision->changes[0].payload.find(R"("statusMessage":"old")") != std::string::npos);
    };
  });
  CHECK(grown < test::kLinear);
}

TEST_CASE("a full registry takes versions of the tools it has but no more tools") {
  World world;
  const StoreLimits limits{1, 2};
  CHECK(created(world.put(definition("a", "x"), {}, limits)));
  const auto full = world.put(definition("b", "x"), {}, limits);
  CHECK(refused(full, Code::StorageFull));
  CHECK(full.error().detail.find("limits.tools") != std::string::npos);
  CHECK(created(world.put(definition("a", "y"), {}, limits)));
  CHECK(refused(world.put(definition("a", "z"), {}, limits), Code::StorageFull));
  CHECK(unchanged(world.put(definition("a", "y"), {}, limits)));
  // What was withdrawn is remembered, and takes its place.
  CHECK(world.withdraw("a", "0.1.0").ok());
  CHECK(refused(world.put(definition("a", "z"), {}, limits), Code::StorageFull));
}

TEST_CASE("a server is published where there is room for it and for all the tools it brings") {
  World world;
  CHECK(created(world.put(definition("other", "x"))));
  ServerDefinition server{"io.example/a", Version::first(), {}, "{}", {}};
  for (const char* name : {"io.example.a.x", "io.example.a.y", "io.example.a.z"})
    server.tools.push_back(definition(name, "x"));
  StoreLimits limits;
  limits.tools = 4;
  const auto full = decide(world.index, PutServer{server}, limits, "2026-01-01T00:00:00.000Z");
  CHECK(refused(full, Code::StorageFull));
  limits.tools = 5;
  CHECK(created(decide(world.index, PutServer{server}, limits, "2026-01-01T00:00:00.000Z")));
}

TEST_CASE("a registry whose memory is full takes no more documents, and all that changes or frees some") {
  World world;
  StoreLimits limits;
  limits.memory_bytes = 8'000;
  const std::string text(1'000, 'x');
  CHECK(created(world.put(definition("a", text, "1.0.0"), {}, limits)));
  CHECK(created(world.put(definition("b", text, "1.0.0"), {}, limits)));
  for (const char* name : {"a", "c"}) {
    const auto full = world.put(definition(name, text + text, "2.0.0"), {}, limits);
    REQUIRE(refused(full, Code::StorageFull));
    CHECK(full.error().detail.find("limits.memoryBytes") != std::string::npos);
  }
  CHECK(unchanged(world.put(definition("a", text, "1.0.0"), {}, limits)));
  CHECK(world.set_status("a", {Lifecycle::Deprecated, "Use b.", {}}).ok());
  CHECK(world.withdraw("a").ok());
  CHECK(created(world.put(definition("c", text + text, "2.0.0"), {}, limits)));
}

TEST_CASE("names that come and go fill the memory too, until they are purged") {
  World world;
  StoreLimits limits;
  limits.memory_bytes = 10 * kRetiredMemory + 2 * kVersionMemory;
  int taken = 0;
  for (; taken < 100 && created(world.put(definition("t" + std::to_string(taken), "x"), {}, limits)); ++taken)
    CHECK(world.withdraw("t" + std::to_string(taken)).ok());
  CHECK(taken > 5);
  CHECK(taken < 20);
  Withdraw purge;
  purge.purge = true;
  for (int i = 0; i < 2; ++i) {
    purge.name = "t" + std::to_string(i);
    CHECK(world.run(purge, limits).ok());
  }
  CHECK(created(world.put(definition("more", "x"), {}, limits)));
}

TEST_CASE("a server counts with its tools against the memory, and an edit with what it adds") {
  World world;
  ServerDefinition server{"io.example/a", Version::first(), {}, R"({"name":"io.example/a"})", {}, {}};
  const std::string text(1'000, 'x');
  for (const char* name : {"io.example.a.x", "io.example.a.y", "io.example.a.z"})
    server.tools.push_back(definition(name, text, "0.1.0"));
  StoreLimits limits;
  // Each tool alone has room.
  limits.memory_bytes = 3 * (text.size() + kVersionMemory);
  CHECK(refused(world.run(PutServer{server}, limits), Code::StorageFull));
  limits.memory_bytes *= 2;
  CHECK(created(world.run(PutServer{server}, limits)));
  limits.memory_bytes = world.index.memory_bytes() + 100;
  CHECK(world.run(PutServer{server, true}, limits).ok());
  server.json = R"({"name":"io.example/a","title":")" + text + "\"}";
  CHECK(refused(world.run(PutServer{server, true}, limits), Code::StorageFull));
}

TEST_CASE("a full registry does not say how much there is, of which the sender may see nothing") {
  World world;
  for (const char* name : {"a", "b", "c"}) CHECK(created(world.put(definition(name, "x"))));
  StoreLimits limits;
  limits.tools = 3;
  CHECK(world.put(definition("d", "x"), {}, limits).error().detail.find('3') == std::string::npos);
  limits.tools = 4;
  limits.memory_bytes = world.index.memory_bytes();
  CHECK(
      world.put(definition("d", "x"), {}, limits).error().detail.find(std::to_string(limits.memory_bytes)) ==
      std::string::npos);
}

// A sanitizer's allocator does not tell what it has given out.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST_CASE("what is counted as memory is not less than what is taken, whatever is registered") {
  const auto allocated = [] {
    const auto info = mallinfo2();
    return info.uordblks + info.hblkhd;
  };
  const auto many = [](World& world, const char* name, int count, const std::string& more) {
    for (int i = 0; i < count; ++i) {
      const std::string numbered = name + std::to_string(i);
      auto parsed = parse_definition(
          R"({"name":")" + numbered + R"(","version":"1.0.0","inputSchema":{"type":"object"})" + more + "}",
          {});
      REQUIRE(parsed.ok());
      REQUIRE(created(world.put(std::move(*parsed))));
    }
  };
  const std::string long_text(16'000, 'w');
  const std::string told =
      R"(,"server":{"name":"io.example/told","version":"1.0.0","title":")" + std::string(100, 't') + R"("})";
  const std::pair<int, std::string> kinds[] = {
      {1'000, ""}, {100, R"(,"description":")" + long_text + "\""}, {300, told}};
  for (const auto& [count, more] : kinds) {
    CAPTURE(more.substr(0, 30));
    World warm;  // What threads keep for the next time is no registry's.
    many(warm, "warm", 2, more);
    const auto before = allocated();
    World world;
    many(world, "tool", count, more);
    CHECK(allocated() - before <= world.index.memory_bytes());
    CHECK(world.index.memory_bytes() <= 3 * (allocated() - before));
    for (int i = 0; i < count; ++i) REQUIRE(world.withdraw("tool" + std::to_string(i)).ok());
    CHECK(allocated() - before <= world.index.memory_bytes());
  }
}
#endif

TEST_CASE("a tool that comes back with a server's version comes only under a name that is allowed now") {
  World world;
  const auto publish = [&](const std::string& version, const std::string& tools) {
    auto server = parse_server(
        R"({"$schema":"https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json",)"
        R"("name":"io.example/ab","description":"d","version":")" +
            version + R"(","_meta":{"mcpregistry.dev/tools":[)" + tools + "]}}",
        {});
    REQUIRE(server.ok());
    CHECK(created(world.run(PutServer{std::move(*server)}, {})));
  };
  publish("1.0.0",
          R"({"name":"x","inputSchema":{"type":"object"}},{"name":"y","inputSchema":{"type":"object"}})");
  publish("2.0.0", "");
  SetStatus gone;
  gone.name = "io.example/ab";
  gone.version = "2.0.0";
  gone.status.lifecycle = Lifecycle::Deleted;
  gone.naming.deny = {"*.x"};
  CHECK(world.run(gone, {}).ok());
  CHECK(world.index.find("io.example.ab.x")->latest() == nullptr);
  CHECK(world.latest("io.example.ab.y") == "1.0.0");
}

TEST_CASE("payloads that verify and make no sense are corrupt, not a crash") {
  IndexBuilder builder{Index()};
  for (const char* payload :
       {"", "[]", "{}", "{\"name\":1}", R"({"name":"a"})", R"({"name":"a","version":"x"})",
        R"({"name":"a","version":"1.0.0","digest":"sha256:zz"})", "{\"name\":\"a\""}) {
    CAPTURE(payload);
    Record record;
    record.payload = payload;
    CHECK(apply(builder, record).error().code == Code::Corrupt);
  }
}

TEST_CASE("a withdrawn version comes back where there is room for no more versions") {
  World world;
  StoreLimits limits;
  limits.versions_per_tool = 2;
  CHECK(created(world.put(definition("a", "x", "1.0.0"), {}, limits)));
  CHECK(created(world.put(definition("a", "y", "2.0.0"), {}, limits)));
  CHECK(world.withdraw("a", "2.0.0").ok());
  CHECK(refused(world.put(definition("a", "z", "3.0.0"), {}, limits), Code::StorageFull));
  CHECK(created(world.put(definition("a", "y", "2.0.0"), {}, limits)));
  CHECK(world.withdraw("a").ok());
  CHECK(created(world.put(definition("a", "x", "1.0.0"), {}, limits)));
}
