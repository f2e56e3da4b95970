// Export and import, between all kinds of stores, and the commands that do it.
#include "registry/store/transfer.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "../e2e/harness/process.hpp"
#include "../unit/registry/store_fixture.hpp"
#include "controller/base/sha256.hpp"
#include "kinds.hpp"
#include "registry/model/server_parse.hpp"

using namespace toolhive::registry;
using toolhive::sha256;
using toolhive::to_hex;
using namespace toolhive::registry::test;

namespace {

// A store with versions, withdrawn ones, a manager and equal versions, whose order counts.
void fill(Store& store) {
  const ManagedBy manager{"MCPTool", "default", "weather", "uid-1"};
  const auto put = [&](const std::string& name, const std::string& text, const std::string& version,
                       const std::optional<ManagedBy>& owner = std::nullopt) {
    REQUIRE(write_and_wait(store, Register{definition(name, text, version, owner), {}}).ok());
  };
  put("b", "first", "1.0.0+z");
  put("b", "second", "1.0.0+a");
  put("a", "x", "1.0.0", manager);
  put("gone", "x", "1.0.0");
  REQUIRE(write_and_wait(store, Withdraw{"gone", std::nullopt, std::nullopt, {}}).ok());
  put("c", "x", "1.0.0");
  put("c", "y", "2.0.0");
  REQUIRE(write_and_wait(store, Withdraw{"c", "2.0.0", std::nullopt, {}}).ok());
}

std::string exported(const Store& store) {
  std::string out;
  auto records = export_index(*store.snapshot(), "2026-01-01T00:00:00.000Z",
                              [&](std::string_view piece) -> Result<void> {
                                out += piece;
                                return {};
                              });
  REQUIRE(records.ok());
  return out;
}

// A document in pieces of `size` bytes.
Source pieces(std::string text, std::size_t size = 100) {
  return [text = std::move(text), size, at = std::size_t{0}](bool rewind) mutable -> Result<std::string> {
    if (rewind) at = 0;
    auto piece = text.substr(std::min(at, text.size()), size);
    at += piece.size();
    return piece;
  };
}

// All documents, and which version is the latest.
std::string contents(const Store& store) {
  std::string out;
  store.snapshot()->visit_all([&](const Tool& tool) {
    out += tool.name + '\n';
    for (const auto& each : tool.live) out += "  " + each->document + '\n';
    for (const auto& gone : tool.retired)
      out += "  -" + gone.version.text() + ' ' + to_hex(gone.digest) + '\n';
  });
  return out;
}

// An export of these lines, with header, count and checksum.
std::string made_up(const std::string& lines) {
  const auto text = R"({"format":"mcp-registry-export","version":1,"exportedAt":"2026-01-01T00:00:00Z"})"
                    "\n" +
                    lines;
  return text + R"({"records":)" + std::to_string(std::count(lines.begin(), lines.end(), '\n')) +
         R"(,"sha256":")" + to_hex(sha256(text)) + "\"}\n";
}

}  // namespace

TEST_CASE_TEMPLATE("an export imported into an empty store gives the same tools, and again nothing", Kind,
                   FileKind, PostgresKind) {
  // Its clock stands still, so that only the order of the records tells which of two equal versions
  // is the later.
  FaultFileSystem files;
  auto source = open_store(files);
  Kind to;
  fill(*source);
  const auto document = exported(*source);
  auto target = to.open();
  for (int times = 0; times < 2; ++times) {
    auto report = import_into(*target, {}, pieces(document));
    REQUIRE_MESSAGE(report.ok(), (report.ok() ? "" : report.error().detail));
    CHECK(report->records == 6);
    CHECK(report->added == (times == 0 ? 6 : 0));
    CHECK(report->unchanged == (times == 0 ? 0 : 6));
    CHECK(report->refusals == 0);
    CHECK(contents(*target) == contents(*source));
  }
  CHECK(exported(*target) == document);
  // A version that was withdrawn there stands for its content here.
  CHECK(write_and_wait(*target, Register{definition("gone", "other", "1.0.0"), {}}).error().code ==
        Code::Conflict);
  target.reset();
  CHECK(contents(*to.open()) == contents(*source));
}

TEST_CASE("an import leaves what is there, brings back what was withdrawn, and reports what is in the way") {
  FileKind from, to;
  auto source = from.open();
  fill(*source);
  auto target = to.open();
  REQUIRE(write_and_wait(*target, Register{definition("a", "other", "1.0.0"), {}}).ok());
  REQUIRE(write_and_wait(*target, Register{definition("c", "x", "1.0.0"), {}}).ok());
  REQUIRE(write_and_wait(*target, Withdraw{"c", std::nullopt, std::nullopt, {}}).ok());
  REQUIRE(write_and_wait(*target, Register{definition("gone", "x", "1.0.0"), {}}).ok());

  auto tried = try_import(*target->snapshot(), {}, {}, pieces(exported(*source)));
  REQUIRE(tried.ok());
  CHECK(target->snapshot()->sequence() == 4);  // A dry run changes nothing.
  auto report = import_into(*target, {}, pieces(exported(*source)));
  REQUIRE(report.ok());
  for (const auto& each : {*tried, *report}) {
    CHECK(each.added == 4);
    CHECK(each.unchanged == 1);
    REQUIRE(each.refused.size() == 1);
    CHECK(each.refused[0].find("version 1.0.0 of a") != std::string::npos);
  }
  const auto index = target->snapshot();
  CHECK(index->find("a")->latest()->document.find("other") != std::string::npos);
  CHECK(index->find("c")->latest() != nullptr);
  CHECK(index->find("gone")->latest() != nullptr);
}

TEST_CASE("an import takes nothing from whoever manages it, and no more tools than the limits allow") {
  const ManagedBy first{"MCPTool", "default", "first", "uid-1"},
      second{"MCPTool", "default", "second", "uid-2"};
  FaultFileSystem from, to;
  auto source = open_store(from);
  REQUIRE(write_and_wait(*source, Register{definition("a", "x", "2.0.0", first), {}}).ok());
  REQUIRE(write_and_wait(*source, Register{definition("b", "x", "1.0.0"), {}}).ok());
  auto options = store_options();
  options.limits.tools = 2;
  auto target = open_store(to, options);
  REQUIRE(write_and_wait(*target, Register{definition("a", "x", "1.0.0", second), {}}).ok());
  auto report = import_into(*target, {}, pieces(exported(*source)));
  REQUIRE(report.ok());
  CHECK(report->added == 1);
  REQUIRE(report->refused.size() == 1);
  CHECK(report->refused[0].find("MCPTool default/second") != std::string::npos);

  REQUIRE(write_and_wait(*source, Register{definition("c", "x", "1.0.0"), {}}).ok());
  const auto full = import_into(*target, {}, pieces(exported(*source)));
  REQUIRE_FALSE(full.ok());
  CHECK(full.error().code == Code::StorageFull);
  CHECK(target->snapshot()->tools() == 2);
}

TEST_CASE("an import takes what the API takes, and names what it leaves out") {
  const auto operation = [](const char* name, const Json& record) {
    return R"({"operation":")" + std::string(name) + R"(","record":)" + record.dump() + "}\n";
  };
  // As a registry writes it, but for what `other` says (RFC 7396).
  const auto tool = [&](const std::string& name, const char* other = "{}") {
    Json record = {{"name", name}, {"inputSchema", {{"type", "object"}}}};
    Json ours = {{"version", "1.0.0"}, {"registeredAt", "2026-01-01T00:00:00.000000Z"}};
    const Json members = Json::parse(other);
    for (const auto& [member, value] : members.items()) {
      const bool known = member == "version" || member == "registeredAt" || member == "managedBy" ||
                         member == "replacement" || member.starts_with("status");
      (known ? ours : record)[member] = value;
    }
    const auto digest = "sha256:" + to_hex(sha256(canonical_json(record)));
    record.update(ours);
    record["digest"] = digest;
    return operation("register", record);
  };
  const auto server = [&](const std::string& name, const Json& description) {
    const Json json = {
        {"$schema", kServerSchema}, {"name", name}, {"description", description}, {"version", "1.0.0"}};
    const std::string time = "2026-01-01T00:00:00.000000Z";
    return R"({"operation":"register","record":)" +
           render_server_document(
               {name, *Version::parse("1.0.0"), sha256(canonical_json(json)), json.dump(), {}, {}},
               {time, time, time, {}}) +
           "}\n";
  };
  const auto gone = [&](const std::string& name) {
    return operation("retire",
                     {{"name", name}, {"version", "1.0.0"}, {"digest", "sha256:" + std::string(64, '0')}});
  };
  const std::pair<std::string, const char*> unacceptable[] = {
      {tool(".."), "/name"},
      {tool("a b\n<script>"), "/name"},
      {tool(std::string(129, 'x')), "/name"},
      {tool("private.x"), "/name"},
      {tool("a", R"({"inputSchema":5})"), "/inputSchema"},
      {tool("a", R"({"inputSchema":{"type":"object","type2":1,"required":"x"}})"), "/inputSchema/required"},
      {tool("a", R"({"unheardOf":1})"), "/unheardOf"},
      {tool("a", R"({"registeredAt":"zzz"})"), "/registeredAt"},
      {tool("a", R"({"version":"v1"})"), "/version"},
      {tool("a", R"({"status":"deleted","statusChangedAt":"2026-01-01T00:00:00Z"})"), "/status"},
      {tool("a", R"({"status":"deprecated","statusChangedAt":7})"), "/statusChangedAt"},
      {tool("a", R"({"managedBy":{"kind":5}})"), "/managedBy/kind"},
      {tool("a", ("{\"_meta\":{\"x\":\"" + std::string(2'000, 'x') + "\"}}").c_str()), "at most 1500"},
      {server("io.example/bad", 5), "/description"},
      {gone(".."), ".."},
  };
  std::string lines = tool("good") +
                      tool("good.server", R"({"version":"any","managedBy":{"kind":"Server","name":"s"}})") +
                      server("io.example/good", "d") + gone("good.once");
  for (const auto& [line, at] : unacceptable) lines += line;
  const auto document = made_up(lines);

  ToolPolicy policy;
  policy.naming.deny = {"private.*"};
  policy.tool_bytes = 1'500;
  FaultFileSystem to;
  auto target = open_store(to);
  const auto tried = try_import(Index(), {}, policy, pieces(document, 10'000));
  const auto report = import_into(*target, policy, pieces(document, 10'000));
  REQUIRE_MESSAGE(report.ok(), (report.ok() ? "" : report.error().detail));
  for (const auto& each : {*tried, *report}) {
    CHECK(each.added == 4);
    REQUIRE(each.refused.size() == std::size(unacceptable));
    for (std::size_t i = 0; i < each.refused.size(); ++i) {
      CAPTURE(each.refused[i]);
      CHECK(each.refused[i].find(unacceptable[i].second) != std::string::npos);
    }
  }
  CHECK(target->snapshot()->tools() == 2);
}

TEST_CASE("a dry run judges each record after those before it, however many there are") {
  FaultFileSystem from;
  auto source = open_store(from);
  for (int i = 0; i < 600; ++i)
    source->write(Register{definition("t" + std::to_string(i), "x"), {}}, [](const Result<WriteOutcome>&) {});
  REQUIRE(write_and_wait(*source, Register{definition("last", "x"), {}}).ok());
  StoreLimits limits;
  limits.tools = 520;
  const auto tried = try_import(Index(), limits, {}, pieces(exported(*source), 10'000));
  REQUIRE_FALSE(tried.ok());
  CHECK(tried.error().code == Code::StorageFull);
}

TEST_CASE("of very many refusals an import counts all and keeps some") {
  FaultFileSystem from, to;
  auto source = open_store(from), target = open_store(to);
  for (auto* store : {source.get(), target.get()}) {
    for (int i = 0; i < 1'100; ++i) {
      auto version = "1.0." + std::to_string(i);
      auto one = definition("t" + std::to_string(i % 2), store == source.get() ? "x" : "y", version);
      store->write(Register{std::move(one), {}}, [](const Result<WriteOutcome>&) {});
    }
    REQUIRE(write_and_wait(*store, Register{definition("last", "x"), {}}).ok());
  }
  const auto report = import_into(*target, {}, pieces(exported(*source), 10'000));
  REQUIRE(report.ok());
  CHECK(report->refusals == 1'100);
  CHECK(report->refused.size() == 1'000);
}

TEST_CASE("an export whose definition does not match its digest, or whose line never ends, changes nothing") {
  FileKind from, to;
  auto source = from.open();
  auto target = to.open();
  REQUIRE(write_and_wait(*source, Register{definition("a", "truth", "1.0.0"), {}}).ok());
  auto document = exported(*source);
  document.replace(document.find("truth"), 5, "lying");
  const auto end = document.rfind('\n', document.size() - 2) + 1;
  const auto last = document.find("\"sha256\":\"", end) + 10;
  document.replace(last, 64, to_hex(sha256(document.substr(0, end))));
  const auto changed = import_into(*target, {}, pieces(document));
  REQUIRE_FALSE(changed.ok());
  CHECK(changed.error().detail.find("digest") != std::string::npos);

  int given = 0;
  const auto endless = import_into(*target, {}, [&](bool) -> Result<std::string> {
    return ++given > 80 ? std::string() : std::string(1 << 20, 'x');
  });
  REQUIRE_FALSE(endless.ok());
  CHECK(endless.error().detail.find("does not end") != std::string::npos);
  CHECK(target->snapshot()->sequence() == 0);
}

TEST_CASE("an export that was cut short, changed or made by something else changes nothing and says where") {
  FileKind from, to;
  auto source = from.open();
  fill(*source);
  const auto document = exported(*source);
  auto target = to.open();
  for (std::size_t cut = 0; cut < document.size(); cut += 37) {
    CAPTURE(cut);
    CHECK_FALSE(import_into(*target, {}, pieces(document.substr(0, cut))).ok());
  }
  for (std::size_t at = 0; at < document.size(); at += 11) {
    auto changed = document;
    changed[at] = changed[at] == 'x' ? 'y' : 'x';
    CAPTURE(at);
    CHECK_FALSE(import_into(*target, {}, pieces(changed)).ok());
  }
  auto twice = import_into(*target, {}, pieces(document + document));
  REQUIRE_FALSE(twice.ok());
  CHECK(twice.error().detail.find("comes after the end") != std::string::npos);
  auto later = document;
  later.replace(later.find("\"version\":1,"), 12, "\"version\":2,");
  CHECK(import_into(*target, {}, pieces(later)).error().detail.find("newer") != std::string::npos);
  CHECK(target->snapshot()->sequence() == 0);
}

TEST_CASE("an export of many groups that lacks its end changes nothing") {
  FaultFileSystem from, to;
  auto source = open_store(from);
  for (int i = 0; i < 600; ++i)
    source->write(Register{definition("t" + std::to_string(i), "x"), {}}, [](const Result<WriteOutcome>&) {});
  REQUIRE(write_and_wait(*source, Register{definition("last", "x"), {}}).ok());
  auto document = exported(*source);
  document.resize(document.rfind('\n', document.size() - 2) + 1);
  auto target = open_store(to);
  auto refused = import_into(*target, {}, pieces(document, 10'000));
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().detail.find("cut short after line 602") != std::string::npos);
  CHECK(target->snapshot()->sequence() == 0);
}

TEST_CASE("an import that ends half way goes on when it is repeated") {
  FileKind from;
  auto source = from.open();
  for (int i = 0; i < 20; ++i)
    REQUIRE(write_and_wait(*source, Register{definition("t" + std::to_string(i), "x"), {}}).ok());
  const auto document = exported(*source);
  FaultFileSystem files;
  auto target = open_store(files);
  auto options = store_options();
  files.append_fault = Code::StorageFull;
  auto failed = import_into(*target, {}, pieces(document));
  REQUIRE_FALSE(failed.ok());
  CHECK(failed.error().code == Code::StorageFull);
  CHECK(failed.error().detail.find("repeat the import") != std::string::npos);
  files.append_fault.reset();
  auto report = import_into(*target, {}, pieces(document));
  REQUIRE(report.ok());
  CHECK(report->added == 20);
}

TEST_CASE("the commands move a registry from files to PostgreSQL and back") {
  char pattern[] = "/tmp/registry-transfer-XXXXXX";
  const std::string folder = ::mkdtemp(pattern);
  struct Remove {
    std::string path;
    ~Remove() {
      std::error_code ignored;  // What is left over in /tmp fails no test.
      std::filesystem::remove_all(path, ignored);
    }
  } remove{folder};
  {
    FileStoreOptions options;
    options.directory = folder + "/data";
    auto store = open_store(posix_file_system(), options);
    fill(*store);
  }
  const PostgresDatabase database;
  const auto& server = PostgresServer::get();
  std::ofstream(folder + "/files.yaml") << "storage: {path: " << folder << "/data}\n";
  std::ofstream(folder + "/back.yaml") << "storage: {path: " << folder << "/back}\n";
  std::ofstream(folder + "/database.yaml")
      << "database: {host: " << server.folder() << ", port: " << server.port()
      << ", name: " << database.name() << ", user: postgres}\n";
  const auto command = [&](std::vector<std::string> arguments, int code) {
    arguments.insert(arguments.begin(), TOOLHIVE_BIN_DIR "/mcp-registry");
    auto output = e2e::run({std::move(arguments)});
    CAPTURE(output.explain());
    CHECK(output.code == code);
    return output.out;
  };
  const auto on = [&](const char* which) { return folder + "/" + which + ".yaml"; };

  const auto one = folder + "/one.jsonl", two = folder + "/two.jsonl", three = folder + "/three.jsonl";
  command({"export", "--config", on("files"), "--output", one}, 0);
  CHECK((std::filesystem::status(one).permissions() & std::filesystem::perms::mask) ==
        (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
  CHECK(command({"migrate", "--config", on("database")}, 0).find("from version 0") != std::string::npos);
  CHECK(command({"migrate", "--config", on("database")}, 0).find("already") != std::string::npos);
  CHECK(command({"import", "--config", on("database"), "--dry-run", one}, 0).find("6 would be added") !=
        std::string::npos);
  CHECK(command({"import", "--config", on("database"), one}, 0).find("6 added") != std::string::npos);
  CHECK(command({"import", "--config", on("database"), one}, 0).find("0 added, 6 there already") !=
        std::string::npos);
  CHECK(command({"verify", "--config", on("database")}, 0)
            .find("6 records verify, 0 do not; 3 tools, 4 versions") != std::string::npos);
  command({"export", "--config", on("database"), "--output", two}, 0);
  CHECK(command({"import", "--config", on("back"), two}, 0).find("6 added") != std::string::npos);
  command({"export", "--config", on("back"), "--output", three}, 0);
  const auto body = [](const std::string& path) {
    std::ifstream file(path);
    std::string header, rest;
    std::getline(file, header);
    for (std::string line; std::getline(file, line) && !line.starts_with("{\"records\"");)
      rest += line + '\n';
    return rest;
  };
  CHECK_FALSE(body(one).empty());
  CHECK(body(one) == body(two));
  CHECK(body(one) == body(three));

  // Damage is found, left out of an export, and told by the exit code.
  database.sql(
      "UPDATE mcp_registry.records SET payload = replace(payload, '2.0.0', '2.0.1') WHERE sequence = 6");
  CHECK(command({"verify", "--config", on("database")}, 1).find("record 6 ") != std::string::npos);
  command({"export", "--config", on("database"), "--output", two}, 1);
  command({"import", "--config", on("files"), folder + "/none"}, 2);
  command({"export", "--config", on("files"), "--output", folder + "/none/x"}, 2);
}
