// What is PostgreSQL's own: several replicas, a server that goes away, migrations, damage,
// timeouts.
#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "../e2e/harness/process.hpp"
#include "../unit/registry/store_fixture.hpp"
#include "controller/base/sha256.hpp"
#include "cutting_proxy.hpp"
#include "postgres_server.hpp"
#include "registry/store/postgres/history.hpp"
#include "registry/store/postgres/migrate.hpp"
#include "scripted_server.hpp"

using namespace toolhive::registry;
using toolhive::to_hex;
using namespace toolhive::registry::postgres;
using namespace toolhive::registry::test;
using namespace std::chrono_literals;

namespace {

Result<WriteOutcome> pg_put(Store& store, const std::string& name, const std::string& text,
                            const std::string& version = "1.0.0") {
  return write_and_wait(store, Register{definition(name, text, version), {}});
}

bool holds_live(const Index& index, const std::string& name) {
  const Tool* tool = index.find(name);
  return tool != nullptr && tool->latest() != nullptr;
}

bool holds(const Store& store, const std::string& name) {
  return holds_live(*store.snapshot(), name);
}

bool eventually(const std::function<bool()>& condition, std::chrono::milliseconds limit = 10s) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(1ms);
  }
  return true;
}

// Of everything that can be read.
std::string tags(const Store& store) {
  std::string out = store.snapshot()->tag() + '\n';
  store.snapshot()->visit_all([&](const Tool& tool) {
    for (const auto& each : tool.live) out += tool.name + ' ' + entity_tag(*each) + '\n';
    for (const auto& gone : tool.retired) out += tool.name + " -" + gone.version.text() + '\n';
  });
  return out;
}

constexpr auto kNever = 1h;

struct TemporaryFile {
  TemporaryFile(const std::string& name, const std::string& text) : path("/tmp/registry-test-" + name) {
    write(text);
  }
  ~TemporaryFile() { std::remove(path.c_str()); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  void write(const std::string& text) const { std::ofstream(path) << text; }
  const std::string path;
};

}  // namespace

TEST_CASE("a replica sees another's write within a second, by notification") {
  PostgresDatabase database;
  auto options = database.options();
  options.poll = kNever;
  auto a = PostgresDatabase::open(options), b = PostgresDatabase::open(options);
  for (int i = 0; i < 20; ++i) {
    const auto name = "t" + std::to_string(i);
    auto& writer = i % 2 == 0 ? a : b;
    auto& reader = i % 2 == 0 ? b : a;
    REQUIRE(pg_put(*writer, name, "x").ok());
    CHECK(holds(*writer, name));
    CHECK(eventually([&] { return holds(*reader, name); }, 1s));
  }
  CHECK(tags(*a) == tags(*b));
}

TEST_CASE("a replica sees another's write within a second, when the notification is lost") {
  PostgresDatabase database;
  auto a = database.open(), b = database.open();
  // Written as the store does, but for the NOTIFY.
  NewRecord record;
  record.sequence = 1;
  record.payload = render_document(definition("a"), *Version::parse("1.0.0"), "2026-01-01T00:00:00.000Z");
  record.checksum = record_checksum(1, record.operation, record.payload);
  auto session = PostgresServer::get().session(database.name());
  REQUIRE(session
              ->query("INSERT INTO mcp_registry.records VALUES (1, 0, 'register', $1, $2)",
                      {"\\x" + to_hex(record.checksum), record.payload})
              .ok());
  REQUIRE(
      session
          ->run("UPDATE mcp_registry.head SET sequence = 1, checksum = '\\x" + to_hex(record.checksum) + "'")
          .ok());
  CHECK(eventually([&] { return holds(*a, "a") && holds(*b, "a"); }, 1s));
}

TEST_CASE("replicas that write at once agree on who was first, and end up with the same") {
  PostgresDatabase database;
  auto a = database.open(), b = database.open();
  std::atomic<int> created{0}, conflicts{0}, others{0};
  {
    std::vector<std::jthread> threads;
    for (auto* store : {a.get(), b.get(), a.get(), b.get()}) {
      threads.emplace_back([&, store, writer = threads.size()] {
        for (int k = 0; k < 50; ++k) {
          const auto result = pg_put(*store, "t" + std::to_string(k), "by " + std::to_string(writer));
          ++(result.ok() ? created : result.error().code == Code::Conflict ? conflicts : others);
        }
      });
    }
  }
  CHECK(created == 50);
  CHECK(conflicts == 150);
  CHECK(others == 0);
  CHECK(eventually([&] { return tags(*a) == tags(*b); }, 1s));
  CHECK(a->snapshot()->sequence() == 50);
}

TEST_CASE("replicas that migrate an empty database at once all succeed, and it is migrated once") {
  PostgresDatabase database;
  std::atomic<int> opened{0};
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 6; ++i) {
      threads.emplace_back([&] {
        auto store = PostgresStore::open(database.options());
        CAPTURE((store.ok() ? "" : store.error().detail));
        CHECK(store.ok());
        opened += store.ok() ? 1 : 0;
      });
    }
  }
  CHECK(opened == 6);
  CHECK(database.sql("SELECT count(*) FROM mcp_registry.schema_migrations") ==
        std::to_string(migrations().size()));
}

TEST_CASE("a schema that a later program migrated is refused and left alone") {
  PostgresDatabase database;
  database.open();
  database.sql("INSERT INTO mcp_registry.schema_migrations (version, name) VALUES (999, 'later')");
  auto store = PostgresStore::open(database.options());
  REQUIRE_FALSE(store.ok());
  CHECK(store.error().code == Code::Invalid);
  CHECK(store.error().detail.find("999") != std::string::npos);
}

TEST_CASE("a user who may not create schemas uses one that was migrated for it") {
  PostgresDatabase database;
  database.open();
  database.sql("DROP ROLE IF EXISTS plain; CREATE ROLE plain LOGIN; REVOKE CREATE ON DATABASE " +
               database.name() +
               " FROM public; GRANT USAGE ON SCHEMA mcp_registry TO plain;"
               "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA mcp_registry TO plain");
  auto options = database.options();
  options.database.user = "plain";
  {
    auto store = PostgresDatabase::open(options);
    CHECK(pg_put(*store, "a", "x").ok());
  }
  database.sql("DROP OWNED BY plain; DROP ROLE plain");
}

TEST_CASE("while the server is away writes are refused with the cause and reads go on; then writes go on") {
  auto& server = PostgresServer::get();
  PostgresDatabase database;
  auto options = database.options();
  std::mutex mutex;
  std::vector<std::string> notices;
  options.notice = [&](bool, std::string_view text) {
    std::lock_guard guard(mutex);
    notices.emplace_back(text);
  };
  auto store = PostgresDatabase::open(options);
  REQUIRE(pg_put(*store, "a", "x").ok());
  server.stop();
  CHECK(eventually([&] { return !store->status().writable; }));
  const auto refused = pg_put(*store, "b", "x");
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code == Code::Unavailable);
  CAPTURE(refused.error().detail);
  CHECK(refused.error().detail.find("cannot be reached") != std::string::npos);
  CHECK(store->status().ready);  // All replicas are in the same case.
  CHECK(store->status().reason.find("reads go on") != std::string::npos);
  CHECK(holds(*store, "a"));
  CHECK(pg_put(*store, "a", "x").ok());  // Changes nothing.
  server.start();
  CHECK(eventually([&] { return store->status().writable; }));
  CHECK(pg_put(*store, "b", "x").ok());
  std::lock_guard guard(mutex);
  CHECK(notices.size() >= 2);
  CHECK(notices.size() <= 4);  // Not one for each attempt.
}

TEST_CASE("a store that has nothing to do takes hardly any of the processor") {
  PostgresDatabase database;
  auto options = database.options();
  options.poll = 50ms;
  std::atomic<std::size_t> committed{0};
  options.committed = [&](std::size_t records, std::chrono::nanoseconds) { committed += records; };
  auto store = PostgresDatabase::open(options);
  REQUIRE(pg_put(*store, "a", "x").ok());
  CHECK(committed == 1);
  const auto before = std::clock();
  std::this_thread::sleep_for(1s);  // Of which the processor's time is what is measured.
  CHECK(std::clock() - before < CLOCKS_PER_SEC / 10);
}

TEST_CASE("a server that is away is asked for less and less often, and anew from the next time on") {
  auto& server = PostgresServer::get();
  PostgresDatabase database;
  CuttingProxy proxy(server.folder() + "/.s.PGSQL." + std::to_string(server.port()));
  auto options = database.options();
  options.database.host = proxy.folder();
  options.database.port = 5432;
  options.first_retry = 10ms;
  options.longest_retry = 5s;
  auto store = PostgresDatabase::open(options);
  for (int outage = 0; outage < 2; ++outage) {
    CAPTURE(outage);
    proxy.connections = 0;
    server.stop();
    CHECK(eventually([&] { return proxy.connections >= 5; }, 2s));
    std::this_thread::sleep_for(1s);
    CHECK(proxy.connections < 15);
    server.start();
    CHECK(eventually([&] { return store->status().writable; }));
  }
}

TEST_CASE(
    "acknowledged means durable, whatever the database's default, and a database that is not UTF-8 is "
    "refused") {
  PostgresDatabase database;
  const auto& name = database.name();
  auto session = PostgresServer::get().session("postgres");
  REQUIRE(session->run("ALTER DATABASE " + name + " SET synchronous_commit = off").ok());
  CHECK(database.sql("SHOW synchronous_commit") == "on");
  // Who asks for more than that gets it.
  REQUIRE(session->run("ALTER DATABASE " + name + " SET synchronous_commit = remote_apply").ok());
  CHECK(database.sql("SHOW synchronous_commit") == "remote_apply");

  REQUIRE(session->run("DROP DATABASE " + name).ok());
  REQUIRE(
      session->run("CREATE DATABASE " + name + " ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0").ok());
  const auto refused = PostgresStore::open(database.options());
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code == Code::Invalid);
  CHECK(refused.error().detail.find("ENCODING 'UTF8'") != std::string::npos);
}

TEST_CASE("a write that somebody else's lock is in the way of is refused in the time set for locks") {
  PostgresDatabase database;
  auto options = database.options();
  options.timeouts.lock = 100ms;
  auto store = PostgresDatabase::open(options);
  auto session = PostgresServer::get().session(database.name());
  REQUIRE(session->run("BEGIN; SELECT * FROM mcp_registry.head FOR UPDATE").ok());
  const auto start = std::chrono::steady_clock::now();
  const auto refused = pg_put(*store, "a", "x");
  CHECK(std::chrono::steady_clock::now() - start < 5s);
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().detail.find("too slow or busy") != std::string::npos);
  REQUIRE(session->run("ROLLBACK").ok());
  CHECK(pg_put(*store, "a", "x").ok());
}

TEST_CASE("a session that died unnoticed costs no write") {
  PostgresDatabase database;
  auto store = database.open();
  for (int i = 0; i < 5; ++i) {
    database.sql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'mcp-registry' "
        "AND datname = current_database() AND pid <> pg_backend_pid()");
    const auto written = pg_put(*store, "t" + std::to_string(i), "x");
    CAPTURE((written.ok() ? "" : written.error().detail));
    CHECK(written.ok());
  }
}

TEST_CASE("the server is killed under writes of two replicas: every acknowledged write is there") {
  auto& server = PostgresServer::get();
  PostgresDatabase database;
  auto a = database.open(), b = database.open();
  std::mutex mutex;
  std::map<std::string, std::string> promised;  // Documents by name.
  std::atomic<bool> stop{false};
  std::vector<std::jthread> writers;
  for (int writer = 0; writer < 6; ++writer) {
    writers.emplace_back([&, writer] {
      auto& store = writer % 2 == 0 ? *a : *b;
      for (int i = 0; !stop; ++i) {
        const auto name = "w" + std::to_string(writer) + "-" + std::to_string(i);
        auto result = pg_put(store, name, "text");
        // As a client would that was told to try again.
        if (!result.ok()) std::this_thread::sleep_for(5ms);
        std::lock_guard guard(mutex);
        if (result.ok()) promised[name] = result->registration->document;
      }
    });
  }
  const auto count = [&] {
    std::lock_guard guard(mutex);
    return promised.size();
  };
  for (int kill = 0; kill < 5; ++kill) {
    const auto before = count();
    CHECK(eventually([&] { return count() > before + 50; }));
    server.kill();
    CHECK(holds(*a, promised.begin()->first));
    server.start();
  }
  const auto before = count();
  CHECK(eventually([&] { return count() > before + 50; }));
  stop = true;
  writers.clear();
  CHECK(eventually([&] { return tags(*a) == tags(*b); }));
  auto fresh = database.open();
  CHECK(tags(*fresh) == tags(*a));
  std::size_t missing = 0;
  for (const auto& [name, document] : promised) {
    const auto index = fresh->snapshot();
    const Tool* tool = index->find(name);
    if (tool == nullptr || tool->latest() == nullptr || tool->latest()->document != document) ++missing;
  }
  CHECK(missing == 0);
  MESSAGE(promised.size() << " acknowledged writes over 5 kills of the server");
}

TEST_CASE("a connection that is cut in the commit leaves one record and one answer, before it and after it") {
  PostgresDatabase database;
  CuttingProxy proxy(PostgresServer::get().folder() + "/.s.PGSQL." +
                     std::to_string(PostgresServer::get().port()));
  auto options = database.options();
  options.database.host = proxy.folder();
  options.database.port = 5432;
  auto store = PostgresDatabase::open(options);
  std::uint64_t records = 0;
  for (const auto mode : {CuttingProxy::Mode::CutBeforeCommit, CuttingProxy::Mode::CutAfterCommit}) {
    const auto name = mode == CuttingProxy::Mode::CutBeforeCommit ? "before" : "after";
    proxy.mode = mode;
    const auto written = write_and_wait(
        *store, Register{definition(name, "x", "1.0.0"), {true, false, {}}});  // If-None-Match: *
    CAPTURE((written.ok() ? "" : written.error().detail));
    REQUIRE(written.ok());
    CHECK(written->kind == WriteOutcome::Kind::Created);
    CHECK(holds(*store, name));
    proxy.mode = mode;
    const auto gone = write_and_wait(*store, Withdraw{name, std::nullopt, std::nullopt, {}});
    CHECK(gone.ok());
    records += 2;
    CHECK(store->snapshot()->sequence() == records);
  }
  CHECK(proxy.cuts == 4);
  CHECK(database.sql("SELECT count(*) FROM mcp_registry.records") == "4");
  CHECK(tags(*database.open()) == tags(*store));
}

TEST_CASE("a write whose commit nobody can tell of says that it is not known, and harmless to repeat") {
  PostgresDatabase database;
  CuttingProxy proxy(PostgresServer::get().folder() + "/.s.PGSQL." +
                     std::to_string(PostgresServer::get().port()));
  auto options = database.options();
  options.database.host = proxy.folder();
  options.database.port = 5432;
  options.timeouts.connect = 300ms;
  options.timeouts.statement = 500ms;
  auto store = PostgresDatabase::open(options);
  proxy.next = CuttingProxy::Mode::Stall;
  proxy.mode = CuttingProxy::Mode::CutAfterCommit;
  const auto lost = pg_put(*store, "a", "x");
  REQUIRE_FALSE(lost.ok());
  CHECK(lost.error().code == Code::Unavailable);
  CHECK(lost.error().detail.find("is not known") != std::string::npos);
  proxy.mode = CuttingProxy::Mode::Pass;
  CHECK(eventually([&] { return pg_put(*store, "a", "x").ok(); }));
  CHECK(database.sql("SELECT count(*) FROM mcp_registry.records") == "1");
}

TEST_CASE("a server that says nothing any more costs a write its timeout, not the store") {
  PostgresDatabase database;
  CuttingProxy proxy(PostgresServer::get().folder() + "/.s.PGSQL." +
                     std::to_string(PostgresServer::get().port()));
  auto options = database.options();
  options.database.host = proxy.folder();
  options.database.port = 5432;
  options.timeouts = {200ms, 200ms, 200ms};
  auto store = PostgresDatabase::open(options);
  REQUIRE(pg_put(*store, "a", "x").ok());
  proxy.mode = CuttingProxy::Mode::Stall;
  const auto start = std::chrono::steady_clock::now();
  CHECK(pg_put(*store, "b", "x").error().code == Code::Unavailable);
  CHECK(std::chrono::steady_clock::now() - start < 3s);
  CHECK(holds(*store, "a"));
  proxy.mode = CuttingProxy::Mode::Pass;
  CHECK(eventually([&] { return pg_put(*store, "b", "x").ok(); }));
}

TEST_CASE("a replica that stops in the middle of a write holds up the others for a bounded time") {
  PostgresDatabase database;
  auto options = database.options();
  options.timeouts = {5s, 1500ms, 200ms};
  auto store = PostgresDatabase::open(options);
  auto stopped = Connection::open(options.database, options.timeouts);
  REQUIRE(stopped.ok());
  REQUIRE(begin_writing(**stopped).ok());  // And nothing more.
  const auto refused = pg_put(*store, "a", "x");
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code == Code::Unavailable);
  CHECK(refused.error().detail.find("too slow or busy") != std::string::npos);
  CHECK(store->status().writable);
  CHECK(eventually([&] { return pg_put(*store, "a", "x").ok(); }, 5s));
}

TEST_CASE("a damaged row is reported and left out, and all others are served") {
  PostgresDatabase database;
  {
    auto store = database.open();
    for (const char* name : {"a", "b", "c"}) REQUIRE(pg_put(*store, name, "x").ok());
  }
  database.sql("UPDATE mcp_registry.records SET payload = replace(payload, 'x', 'y') WHERE sequence = 3");
  auto options = database.options();
  std::vector<std::string> notices;
  options.notice = [&](bool urgent, std::string_view text) {
    if (urgent) notices.emplace_back(text);
  };
  auto store = PostgresDatabase::open(options);
  CHECK(store->snapshot()->tools() == 2);
  CHECK_FALSE(holds(*store, "c"));
  CHECK(store->status().quarantined == 1);
  REQUIRE(notices.size() == 1);
  CHECK(notices[0].find("record 3 ") != std::string::npos);
  // It goes on behind the damaged record.
  REQUIRE(pg_put(*store, "d", "x").ok());
  CHECK(store->snapshot()->sequence() == 4);
  // A compaction would leave it out for good.
  for (int i = 0; i < 10; ++i) {
    REQUIRE(write_and_wait(*store, Withdraw{"d", std::nullopt, std::nullopt, {}}).ok());
    REQUIRE(pg_put(*store, "d", "x").ok());
  }
  store.reset();
  options.compact_records = 1;
  CHECK(PostgresDatabase::open(options)->status().quarantined == 1);
  CHECK(database.sql("SELECT count(*) FROM mcp_registry.records WHERE sequence = 3") == "1");
}

TEST_CASE("a record of an operation that is not known stops a start") {
  PostgresDatabase database;
  {
    auto store = database.open();
    REQUIRE(pg_put(*store, "a", "x").ok());
  }
  database.sql("UPDATE mcp_registry.records SET operation = 'transmogrify'");
  auto store = PostgresStore::open(database.options());
  REQUIRE_FALSE(store.ok());
  CHECK(store.error().code == Code::Invalid);
  CHECK(store.error().detail.find("transmogrify") != std::string::npos);
}

TEST_CASE("compaction keeps tools, entity tags, order and what was withdrawn, and other replicas follow it") {
  PostgresDatabase database;
  auto follower = database.open();
  std::string before;
  {
    auto store = database.open();
    REQUIRE(pg_put(*store, "keep", "x", "1.0.0+a").ok());
    REQUIRE(pg_put(*store, "keep", "y", "1.0.0+b").ok());
    REQUIRE(pg_put(*store, "churn", "x", "1.0.0").ok());
    REQUIRE(pg_put(*store, "churn", "x", "1.1.0").ok());
    for (int i = 0; i < 20; ++i) {
      REQUIRE(write_and_wait(*store, Withdraw{"churn", std::nullopt, std::nullopt, {}}).ok());
      REQUIRE(pg_put(*store, "churn", "x", "1.0.0").ok());
    }
    REQUIRE(pg_put(*store, "churn", "x", "1.1.0").ok());
    // Leaves two records of one sequence.
    REQUIRE(write_and_wait(*store, Withdraw{"churn", std::nullopt, std::nullopt, {}}).ok());
    before = tags(*store);
  }
  auto options = database.options();
  options.compact_records = 10;
  auto store = PostgresDatabase::open(options);
  CHECK(database.sql("SELECT count(*) FROM mcp_registry.records") == "4");
  CHECK(tags(*store) == before);
  CHECK(eventually([&] { return tags(*follower) == before; }, 2s));
  REQUIRE(pg_put(*follower, "new", "x").ok());
  CHECK(follower->snapshot()->sequence() == 47);
  CHECK(eventually([&] { return tags(*store) == tags(*follower); }, 2s));
  CHECK(pg_put(*store, "churn", "other", "1.0.0").error().code == Code::Conflict);
  CHECK(tags(*database.open()) == tags(*follower));
}

TEST_CASE("a replica that was away during a compaction reads the history anew") {
  PostgresDatabase database;
  auto store = database.open();
  REQUIRE(pg_put(*store, "a", "x", "1.0.0").ok());
  // With the second the record that the replica has seen last stays, and another is gone.
  bool last_stays = false;
  SUBCASE("of the last that it has seen") {}
  SUBCASE("of what came before the last that it has seen") {
    last_stays = true;
  }
  if (last_stays) REQUIRE(pg_put(*store, "last", "x").ok());
  auto session = PostgresServer::get().session(database.name());
  const auto catch_up = [&](Follower& follower) {
    auto head = begin_reading(*session);
    REQUIRE(head.ok());
    REQUIRE(follow(*session, *head, follower, [](std::string_view) {}).ok());
    REQUIRE(session->run("COMMIT").ok());
  };
  Follower away;
  catch_up(away);
  CHECK(holds_live(away.index, "a"));
  REQUIRE(write_and_wait(*store, Withdraw{"a", std::nullopt, std::nullopt, {}}).ok());
  Follower compacting;
  REQUIRE(compact(*session, compacting, [](std::string_view) {}).ok());
  catch_up(away);
  CHECK_FALSE(holds_live(away.index, "a"));
  CHECK(holds_live(away.index, "last") == last_stays);
  CHECK(away.index.find("a")->find_retired("1.0.0") != nullptr);
  CHECK(away.head == compacting.head);
}

TEST_CASE("after a failover that lost the last writes a replica shows what the database has") {
  PostgresDatabase database;
  auto store = database.open();
  REQUIRE(pg_put(*store, "a", "x").ok());
  const auto head = database.sql("SELECT checksum FROM mcp_registry.head");
  REQUIRE(pg_put(*store, "lost", "x").ok());
  const auto lose =
      "DELETE FROM mcp_registry.records WHERE sequence = 2; UPDATE mcp_registry.head SET sequence = 1, "
      "checksum = '" +
      head + "'";
  database.sql(lose);
  CHECK(eventually([&] { return !holds(*store, "lost"); }));
  CHECK(holds(*store, "a"));

  // The same, but others have written since: as much or more.
  std::size_t written = 0;
  SUBCASE("as much") {
    written = 1;
  }
  SUBCASE("more") {
    written = 2;
  }
  REQUIRE(pg_put(*store, "lost", "x").ok());
  {
    auto session = PostgresServer::get().session(database.name());
    auto other = database.open();
    REQUIRE(session->run("BEGIN; LOCK TABLE mcp_registry.head IN ACCESS EXCLUSIVE MODE; " + lose).ok());
    NewRecord records[2];
    for (std::size_t i = 0; i < written; ++i) {
      auto& record = records[i];
      record.sequence = 2 + i;
      record.payload = render_document(definition("won" + std::to_string(i)), *Version::parse("1.0.0"),
                                       "2026-01-01T00:00:00.000Z");
      record.checksum = record_checksum(record.sequence, record.operation, record.payload);
      REQUIRE(session
                  ->query("INSERT INTO mcp_registry.records VALUES ($1, 0, 'register', $2, $3)",
                          {std::to_string(record.sequence), "\\x" + to_hex(record.checksum), record.payload})
                  .ok());
    }
    REQUIRE(session
                ->run("UPDATE mcp_registry.head SET sequence = " + std::to_string(1 + written) +
                      ", checksum = '\\x" + to_hex(records[written - 1].checksum) + "'; COMMIT")
                .ok());
  }
  CHECK(eventually([&] { return holds(*store, "won0"); }));
  CHECK(holds(*store, "won1") == (written == 2));
  CHECK_FALSE(holds(*store, "lost"));
  CHECK(tags(*database.open()) == tags(*store));
}

TEST_CASE(
    "a database that became read-only refuses writes with the cause, serves reads, and is used when it is "
    "not") {
  PostgresDatabase database;
  auto options = database.options();
  options.longest_retry = 50ms;
  auto store = PostgresDatabase::open(options);
  REQUIRE(pg_put(*store, "a", "x").ok());
  const auto set_read_only = [&](const std::string& value) {
    auto session = PostgresServer::get().session("postgres");
    REQUIRE(
        session->run("ALTER DATABASE " + database.name() + " SET default_transaction_read_only = " + value)
            .ok());
    REQUIRE(session
                ->run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '" +
                      database.name() + "'")
                .ok());
  };
  set_read_only("on");
  CHECK(eventually([&] { return !store->status().writable; }));
  CHECK(eventually([&] { return store->status().reason.find("read-only") != std::string::npos; }));
  CHECK_FALSE(pg_put(*store, "b", "x").ok());
  CHECK(holds(*store, "a"));
  CHECK_FALSE(PostgresStore::open(options).ok());
  set_read_only("off");
  CHECK(eventually([&] { return pg_put(*store, "b", "x").ok(); }));
}

TEST_CASE(
    "passwords come from a file that is read anew, over a verified connection, and show in no message") {
  auto& server = PostgresServer::get();
  PostgresDatabase database;
  database.open();  // Migrates it, so that the tables are not the role's.
  database.sql("DROP ROLE IF EXISTS secretive; CREATE ROLE secretive LOGIN SUPERUSER PASSWORD 'right-horse'");
  const TemporaryFile password("password", "right-horse\n");
  auto options = database.options();
  options.first_retry = 10ms;
  std::mutex mutex;
  std::string notices;
  options.notice = [&](bool, std::string_view text) {
    std::lock_guard guard(mutex);
    notices.append(text).append("\n");
  };
  options.database.host = "127.0.0.1";
  options.database.user = "secretive";
  options.database.password_file = password.path;
  options.database.ca_file = server.folder() + "/server.crt";
  {
    auto store = PostgresDatabase::open(options);
    CHECK(database.sql(
              "SELECT count(*) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE ssl AND usename = "
              "'secretive'") == "1");
    // Changed while it is open.
    database.sql("ALTER ROLE secretive PASSWORD 'battery-staple'");
    database.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'secretive'");
    CHECK(eventually(
        [&] { return store->status().reason.find("password authentication failed") != std::string::npos; }));
    password.write("battery-staple\n");
    CHECK(eventually([&] { return store->status().writable; }));
  }
  password.write("wrong-pony\n");
  auto refused = PostgresStore::open(options);
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().detail.find("password authentication failed") != std::string::npos);
  for (const char* secret : {"right-horse", "battery-staple", "wrong-pony"}) {
    CHECK(refused.error().detail.find(secret) == std::string::npos);
    std::lock_guard guard(mutex);
    CHECK(notices.find(secret) == std::string::npos);
  }

  // The URL of a mounted Secret, and an authority that did not sign the server's certificate.
  const TemporaryFile url("url", "postgresql://secretive:battery-staple@127.0.0.1:" +
                                     std::to_string(server.port()) + "/" + database.name() + "\n");
  DatabaseOptions by_url;
  by_url.url_file = url.path;
  options.database = by_url;
  CHECK(PostgresStore::open(options).ok());
  url.write("postgresql://secretive:battery-staple@127.0.0.1:not-a-port/x\n");
  auto unreadable = PostgresStore::open(options);
  REQUIRE_FALSE(unreadable.ok());
  CHECK(unreadable.error().detail.find("battery") == std::string::npos);
  database.sql("DROP ROLE secretive");
}

TEST_CASE("a server that offers no TLS learns nothing, not even a user's name") {
  ScriptedServer plain("N");  // To the request for TLS: no.
  PostgresStoreOptions options;
  options.database.host = "127.0.0.1";
  options.database.port = plain.port();
  options.database.name = "registry";
  options.database.user = "secretive";
  options.timeouts.connect = 5s;
  const auto refused = PostgresStore::open(options);
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().detail.find("SSL") != std::string::npos);
  CHECK(plain.heard().size() == 8);
}

TEST_CASE("a server with a certificate of another authority, or for another name, is refused") {
  PostgresDatabase database;
  const auto& server = PostgresServer::get();
  database.sql("CREATE ROLE careful LOGIN PASSWORD 'x'");
  const TemporaryFile password("careful-password", "x\n");
  auto options = database.options();
  options.database.user = "careful";
  options.database.password_file = password.path;

  SUBCASE("of another authority") {
    const TemporaryFile other("authority", "");
    const auto made = e2e::run({{"openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
                                 "-subj", "/CN=localhost", "-keyout", "/dev/null", "-out", other.path}});
    REQUIRE_MESSAGE(made.ok(), made.explain());
    options.database.host = "127.0.0.1";
    options.database.ca_file = other.path;
    const auto refused = PostgresStore::open(options);
    REQUIRE_FALSE(refused.ok());
    CHECK_MESSAGE(refused.error().detail.find("certificate verify failed") != std::string::npos,
                  refused.error().detail);
  }
  SUBCASE("for another name") {
    options.database.host = "127.0.0.2";
    options.database.ca_file = server.folder() + "/server.crt";
    const auto refused = PostgresStore::open(options);
    REQUIRE_FALSE(refused.ok());
    CHECK_MESSAGE(refused.error().detail.find("does not match host name") != std::string::npos,
                  refused.error().detail);
    // It is the name alone that is wrong: nothing but the schema is missing to who does not look at
    // it.
    options.database.ssl_mode = "verify-ca";
    const auto reached = PostgresStore::open(options);
    CHECK_MESSAGE(reached.error().detail.find("permission denied") != std::string::npos,
                  reached.error().detail);
  }
  database.sql("DROP ROLE careful");
}

TEST_CASE("a write that the database has no room for is refused with that cause, and is not there") {
  PostgresDatabase database;
  auto store = PostgresDatabase::open(database.options());
  REQUIRE(pg_put(*store, "a", "x").ok());
  // The server says what it says on a full disk; the disk is not full.
  database.sql(
      "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION "
      "'could not extend file' USING ERRCODE = 'disk_full'; END $$;"
      "CREATE TRIGGER no_room BEFORE INSERT ON mcp_registry.records EXECUTE FUNCTION no_room()");
  const auto refused = pg_put(*store, "b", "x");
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code == Code::StorageFull);
  CHECK_MESSAGE(refused.error().detail.find("disk is full: could not extend file") != std::string::npos,
                refused.error().detail);
  CHECK_FALSE(holds(*store, "b"));
  database.sql("DROP TRIGGER no_room ON mcp_registry.records");
  CHECK(pg_put(*store, "b", "x").ok());
  CHECK(holds(*store, "b"));
}
