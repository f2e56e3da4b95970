// The cache beside the database: what a start takes from it, and that nothing depends on it.
#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>

#include "../unit/registry/store_fixture.hpp"
#include "controller/base/sha256.hpp"
#include "postgres_server.hpp"
#include "redis_server.hpp"
#include "registry/model/json.hpp"
#include "registry/store/postgres/checkpoint.hpp"
#include "registry/store/postgres/checkpoint_cache.hpp"
#include "scripted_server.hpp"

using namespace toolhive::registry;
using toolhive::to_hex;
using namespace toolhive::registry::postgres;
using namespace toolhive::registry::test;
using namespace std::chrono_literals;

namespace {

// A database with a cache beside it that is kept at once, and what its stores told.
class CachedDatabase {
 public:
  CachedDatabase() : redis(RedisServer::get()) {}

  PostgresStoreOptions options() {
    auto options = database.options();
    options.cache = redis.options();
    options.cache.timeout = 300ms;
    options.cache_interval = 5ms;
    options.cache_changes = 1;
    options.notice = [this](bool, std::string_view text) {
      std::lock_guard guard(mutex_);
      told_ += std::string(text) + '\n';
    };
    return options;
  }
  std::unique_ptr<PostgresStore> open() { return PostgresDatabase::open(options()); }
  // One that reads the cache and never writes to it.
  PostgresStoreOptions reader() {
    auto options = this->options();
    options.cache_interval = 1h;
    return options;
  }
  CheckpointRow checkpoint_row() const {
    return *read_checkpoint_row(*PostgresServer::get().session(database.name()));
  }
  std::string told() {
    std::lock_guard guard(mutex_);
    return told_;
  }

  RedisServer& redis;
  PostgresDatabase database;

 private:
  std::mutex mutex_;
  std::string told_;
};

bool soon(const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + 10s;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(1ms);
  }
  return true;
}

void register_tools(Store& store, const std::string& prefix, int count) {
  for (int i = 0; i < count; ++i)
    REQUIRE(
        write_and_wait(store, Register{definition(prefix + std::to_string(i), "text", "1.0.0"), {}}).ok());
}

// Waits until the cache has what the store has.
void keep(const CachedDatabase& cached, const Store& store) {
  REQUIRE(soon([&] { return cached.checkpoint_row().sequence == store.snapshot()->sequence(); }));
}

// Everything that can be read, in the order in which it is.
std::string contents(const Store& store) {
  std::string out = store.snapshot()->tag() + '\n';
  store.snapshot()->visit_all([&](const Tool& tool) {
    for (const auto& each : tool.live)
      out += tool.name + ' ' + entity_tag(*each) + ' ' + each->document + '\n';
    for (const auto& gone : tool.retired)
      out += tool.name + " -" + gone.version.text() + to_hex(gone.digest) + '\n';
    out += tool.search_text.text();
  });
  return out;
}

std::string manifest_of(const CheckpointRow& checkpoint) {
  return "mcp-registry:1:" + checkpoint.database + ":" + std::to_string(checkpoint.generation) + ":" +
         to_hex(checkpoint.manifest);
}

CacheStatus cache_of(PostgresStore& store) {
  return *store.status().cache;
}

}  // namespace

TEST_CASE("a start takes the state from the cache and what came later from the database") {
  CachedDatabase cached;
  auto first = cached.open();
  CHECK(cache_of(*first).misses == 1);
  register_tools(*first, "t", 30);
  REQUIRE(write_and_wait(*first, Withdraw{"t3", std::nullopt, std::nullopt, {}}).ok());
  REQUIRE(write_and_wait(*first, Register{definition("t4", "other", "1.1.0+b"), {}}).ok());
  keep(cached, *first);
  const auto left = std::stoll(cached.redis.command(
      {"EVAL", "return tostring(redis.call('pttl', KEYS[1]))", "1", manifest_of(cached.checkpoint_row())}));
  CHECK(left > 0);
  CHECK(left <= cached.options().cache.ttl.count());
  const auto second = PostgresDatabase::open(cached.reader());
  CHECK(cache_of(*second).hits == 1);
  CHECK(cache_of(*second).bytes_read > 30 * 100);
  CHECK(contents(*second) == contents(*first));

  first.reset();
  auto without = PostgresDatabase::open(cached.database.options());
  CHECK_FALSE(without->status().cache);
  register_tools(*without, "later", 5);
  REQUIRE(write_and_wait(*without, Withdraw{"t5", std::nullopt, std::nullopt, {}, true}).ok());
  const auto third = PostgresDatabase::open(cached.reader());
  CHECK(cache_of(*third).hits == 1);
  CHECK(third->snapshot()->find("t5") == nullptr);  // Purged after the checkpoint.
  CHECK(contents(*third) == contents(*without));
}

TEST_CASE("what the cache holds has an end, before which it is renewed while somebody needs it") {
  CachedDatabase cached;
  auto options = cached.options();
  options.cache.ttl = 400ms;
  auto store = PostgresDatabase::open(options);
  register_tools(*store, "t", 3);
  keep(cached, *store);
  const auto manifest = manifest_of(cached.checkpoint_row());
  // Nothing changes any more.
  const auto before = cache_of(*store).written;
  CHECK(soon([&] { return cache_of(*store).written >= before + 3; }));
  CHECK(cached.redis.keys(manifest) == manifest);
  store.reset();
  CHECK(soon([&] { return cached.redis.keys("mcp-registry:").empty(); }));
}

TEST_CASE("a few changes are kept after a while, and a history that was compacted at once") {
  PostgresDatabase database;
  auto store = database.open();
  register_tools(*store, "t", 3);
  auto session = PostgresServer::get().session(database.name());
  CheckpointCacheOptions options;
  options.redis = RedisServer::get().options();
  options.database = database.options().database;
  options.interval = 5ms;
  options.patience = 1h;
  options.notice = [](bool, std::string_view) {};
  const auto current = [&] {
    auto follower = std::make_shared<Follower>();
    REQUIRE(follow(*session, *begin_reading(*session), *follower, [](std::string_view) {}).ok());
    REQUIRE(session->run("COMMIT").ok());
    return follower;
  };
  SUBCASE("a few changes") {
    options.patience = 50ms;
    CheckpointCache cache(options);
    cache.offer(current());
    REQUIRE(soon([&] { return cache.status().written == 1; }));
    register_tools(*store, "more", 1);
    cache.offer(current());
    CHECK(soon([&] { return cache.status().written == 2; }));
  }
  SUBCASE("another generation") {
    CheckpointCache cache(options);
    cache.offer(current());
    REQUIRE(soon([&] { return cache.status().written == 1; }));
    auto compacted = std::make_shared<Follower>();
    REQUIRE(compact(*session, *compacted, [](std::string_view) {}).ok());
    cache.offer(compacted);
    CHECK(soon([&] { return cache.status().written == 2; }));
  }
}

TEST_CASE("a large state is kept in several parts, and how long its history is with it") {
  CachedDatabase cached;
  auto options = cached.options();
  options.cache_changes = 10'000;
  auto store = PostgresDatabase::open(options);
  for (int i = 0; i < 20; ++i) {
    auto large = parse_definition(R"({"name":"t","version":"1.0.)" + std::to_string(i) +
                                      R"(","inputSchema":{"type":"object","description":")" +
                                      std::string(240 << 10, 'x') + "\"}}",
                                  ToolPolicy());
    REQUIRE(large.ok());
    REQUIRE(write_and_wait(*store, Register{std::move(*large), {}}).ok());
    REQUIRE(write_and_wait(*store, Register{definition("x", "text", "1.0.0"), {}}).ok());
    REQUIRE(write_and_wait(*store, Withdraw{"x", std::nullopt, std::nullopt, {}, true}).ok());
  }
  store.reset();
  store = cached.open();
  keep(cached, *store);
  const auto expected = contents(*store);
  store.reset();
  CHECK(Json::parse(cached.redis.command({"GET", manifest_of(cached.checkpoint_row())}))["chunks"].size() ==
        2);
  options = cached.reader();
  options.compact_records = 50;
  store = PostgresDatabase::open(options);
  CHECK(cache_of(*store).hits == 1);
  CHECK(contents(*store) == expected);
  CHECK(cached.database.sql("SELECT count(*) FROM mcp_registry.records") == "20");
}

TEST_CASE(
    "the cache is in the database of the server that its URL names, and a failing one is told of once") {
  CachedDatabase cached;
  auto options = cached.options();
  options.cache.url.back() = '3';
  std::atomic<int> told{0};
  options.notice = [&](bool urgent, std::string_view) { told += urgent ? 1 : 0; };
  auto store = PostgresDatabase::open(options);
  register_tools(*store, "t", 3);
  keep(cached, *store);
  CHECK(cached.redis.keys("mcp-registry:").empty());
  cached.redis.kill();
  register_tools(*store, "more", 1);
  const auto before = cache_of(*store).errors;
  CHECK(soon([&] { return cache_of(*store).errors >= before + 5; }));
  CHECK(told == 1);
  cached.redis.start();
}

TEST_CASE("only the parts of the history that changed are written to the cache again") {
  CachedDatabase cached;
  auto options = cached.options();
  options.cache_changes = 10'000;
  auto first = PostgresDatabase::open(options);
  for (int i = 0; i < 40; ++i) register_tools(*first, "t" + std::to_string(i) + "-", 50);
  first.reset();
  first = cached.open();
  keep(cached, *first);
  const auto all = cache_of(*first).bytes_written;
  CHECK(all > 2'000 * 200);
  register_tools(*first, "later", 1);
  keep(cached, *first);
  CHECK(cache_of(*first).bytes_written - all < all / 2);
  const auto second = PostgresDatabase::open(cached.reader());
  CHECK(cache_of(*second).hits == 1);
  CHECK(contents(*second) == contents(*first));
}

TEST_CASE("a cache that is empty, lost a part or holds something else is done without and filled again") {
  CachedDatabase cached;
  auto first = cached.open();
  register_tools(*first, "t", 20);
  keep(cached, *first);
  const auto expected = contents(*first);
  first.reset();
  const auto prefix = "mcp-registry:1:" + cached.checkpoint_row().database;
  const auto manifest = manifest_of(cached.checkpoint_row());
  auto chunk = cached.redis.keys(prefix + ":chunk:");
  chunk = chunk.substr(0, chunk.find(' '));
  const auto list = cached.redis.command({"GET", manifest});
  const auto chunks = Json::parse(list)["chunks"];
  chunk = prefix + ":chunk:" + chunks.front()["sha256"].get<std::string>();
  auto text = cached.redis.command({"GET", chunk});
  REQUIRE(!text.empty());

  const auto opens_without = [&](const char* what, std::uint64_t misses, std::uint64_t errors) {
    CAPTURE(what);
    auto store = cached.open();
    CHECK(contents(*store) == expected);
    CHECK(cache_of(*store).misses == misses);
    CHECK(cache_of(*store).errors == errors);
    CHECK(soon([&] { return cache_of(*store).written == 1; }));
    store.reset();
    CHECK(cache_of(*PostgresDatabase::open(cached.reader())).hits == 1);
  };
  (void)cached.redis.command({"FLUSHALL"});
  opens_without("empty", 1, 0);
  (void)cached.redis.command({"DEL", chunk});
  opens_without("a chunk is missing", 1, 0);
  (void)cached.redis.command({"DEL", manifest});
  opens_without("the manifest is missing", 1, 0);
  text[text.size() / 2] ^= 1;
  (void)cached.redis.command({"SET", chunk, text});
  opens_without("a bit of a chunk is another", 0, 1);
  (void)cached.redis.command({"SET", chunk, ""});
  opens_without("a chunk is empty", 0, 1);
  (void)cached.redis.command({"SET", manifest, "{}"});
  opens_without("the manifest is another", 0, 1);
  (void)cached.redis.command({"DEL", manifest});
  (void)cached.redis.command({"EVAL", "return redis.call('rpush', KEYS[1], 'x') .. ''", "1", manifest});
  opens_without("the manifest is a list", 0, 1);
}

TEST_CASE("what somebody wrote to the cache is not believed, as well-formed as it may be") {
  CachedDatabase cached;
  auto first = cached.open();
  register_tools(*first, "t", 3);
  keep(cached, *first);
  const auto checkpoint = cached.checkpoint_row();
  // A checkpoint of another state, made by the same program for the same database, but not vouched
  // for.
  PostgresDatabase elsewhere;
  auto other = elsewhere.open();
  register_tools(*other, "forged", 3);
  auto session = PostgresServer::get().session(elsewhere.name());
  Follower follower;
  REQUIRE(follow(*session, *begin_reading(*session), follower, [](std::string_view) {}).ok());
  auto redis = redis::Connection::open(cached.redis.options(), std::chrono::steady_clock::now() + 10s);
  REQUIRE(redis.ok());
  std::atomic<std::uint64_t> bytes{0};
  auto forged = write_checkpoint(**redis, {checkpoint.database, 1h}, follower, bytes);
  REQUIRE(forged.ok());
  const auto key =
      "mcp-registry:1:" + checkpoint.database + ":" + std::to_string(checkpoint.generation) + ":";
  first.reset();
  const auto text = cached.redis.command({"GET", key + to_hex(*forged)});
  REQUIRE(!text.empty());
  (void)cached.redis.command({"SET", key + to_hex(cached.checkpoint_row().manifest), text});
  const auto second = PostgresDatabase::open(cached.reader());
  CHECK(cache_of(*second).errors == 1);
  CHECK(second->snapshot()->find("forged0") == nullptr);
  CHECK(second->snapshot()->tools() == 3);

  // Nor does the database vouch for a state that it does not have, as far as it may go.
  const auto own = PostgresServer::get().session(cached.database.name());
  auto head = *read_head(*own);
  CHECK(*record_checkpoint(*own, head, *forged));
  head.checksum[0] = static_cast<std::uint8_t>(head.checksum[0] ^ 1);
  CHECK_FALSE(*record_checkpoint(*own, head, *forged));
  --head.sequence;
  CHECK_FALSE(*record_checkpoint(*own, head, *forged));
}

TEST_CASE("a database that was made anew or restored from a backup has nothing of what came after it") {
  CachedDatabase cached;
  const auto& name = cached.database.name();
  auto store = cached.open();
  register_tools(*store, "before", 10);
  keep(cached, *store);
  store.reset();
  const auto session = PostgresServer::get().session("postgres");
  // A backup of this moment.
  REQUIRE(session->run("CREATE DATABASE " + name + "_backup TEMPLATE " + name).ok());
  store = cached.open();
  register_tools(*store, "after", 10);
  REQUIRE(write_and_wait(*store, Withdraw{"before1", std::nullopt, std::nullopt, {}, true}).ok());
  keep(cached, *store);
  store.reset();

  REQUIRE(session->run("DROP DATABASE " + name).ok());
  REQUIRE(session->run("ALTER DATABASE " + name + "_backup RENAME TO " + name).ok());
  auto restored = PostgresDatabase::open(cached.reader());
  // Of the checkpoint that the backup has, which is there still.
  CHECK(cache_of(*restored).hits == 1);
  CHECK(restored->snapshot()->find("after0") == nullptr);
  CHECK(restored->snapshot()->find("before1") != nullptr);
  CHECK(restored->snapshot()->tools() == 10);
  restored.reset();
  restored = cached.open();
  register_tools(*restored, "instead", 11);  // As far as the lost history went.
  const auto expected = contents(*restored);
  keep(cached, *restored);
  restored.reset();
  CHECK(contents(*PostgresDatabase::open(cached.reader())) == expected);

  REQUIRE(session->run("DROP DATABASE " + name).ok());
  REQUIRE(session->run("CREATE DATABASE " + name).ok());
  auto anew = PostgresDatabase::open(cached.reader());
  CHECK(cache_of(*anew).misses == 1);
  CHECK(anew->snapshot()->tools() == 0);
}

TEST_CASE("a history that was rewritten, or lost its last records in a failover, is read anew") {
  CachedDatabase cached;
  auto store = cached.open();
  register_tools(*store, "t", 12);
  keep(cached, *store);
  const auto expected = contents(*store);
  store.reset();
  auto options = cached.reader();
  options.compact_records = 2;
  {
    // Of the same state under the next generation.
    auto writer = PostgresDatabase::open(cached.database.options());
    for (int i = 0; i < 20; ++i) {
      REQUIRE(write_and_wait(*writer, Register{definition("x", "text", "1.0.0"), {}}).ok());
      REQUIRE(write_and_wait(*writer, Withdraw{"x", std::nullopt, std::nullopt, {}, true}).ok());
    }
  }
  auto compacted = PostgresDatabase::open(options);
  CHECK(cache_of(*compacted).hits == 1);
  CHECK(cached.database.sql("SELECT generation FROM mcp_registry.head") == "2");
  CHECK(compacted->snapshot()->tools() == 12);
  compacted.reset();
  auto read = PostgresDatabase::open(cached.reader());
  CHECK(contents(*read).substr(contents(*read).find('\n')) == expected.substr(expected.find('\n')));
  read.reset();
  // One of those without a wish to write found that it had to, and keeps the others from it for its
  // hour.
  (void)cached.redis.command({"DEL", "mcp-registry:1:" + cached.checkpoint_row().database + ":writer"});

  // The row that vouches comes from a server that was ahead.
  store = cached.open();
  keep(cached, *store);
  register_tools(*store, "lost", 2);
  keep(cached, *store);
  store.reset();
  (void)cached.database.sql(
      "DELETE FROM mcp_registry.records WHERE sequence = (SELECT max(sequence) FROM mcp_registry.records); "
      "UPDATE "
      "mcp_registry.head SET (sequence, checksum) = (SELECT sequence, checksum FROM mcp_registry.records "
      "ORDER BY "
      "sequence DESC LIMIT 1)");
  auto behind = PostgresDatabase::open(cached.reader());
  CHECK(behind->snapshot()->find("lost0") != nullptr);
  CHECK(behind->snapshot()->find("lost1") == nullptr);
}

TEST_CASE("a cache that is away, frozen, cut off or slow does not keep a start from the database for long") {
  CachedDatabase cached;
  auto store = cached.open();
  for (int i = 0; i < 10; ++i) {
    REQUIRE(write_and_wait(
                *store, Register{definition("t" + std::to_string(i), std::string(8'000, 'x'), "1.0.0"), {}})
                .ok());
  }
  keep(cached, *store);
  const auto expected = contents(*store);
  store.reset();
  const auto opens_with = [&](const char* what, const redis::RedisOptions& redis) {
    CAPTURE(what);
    auto options = cached.reader();
    options.cache = redis;
    options.cache.timeout = 300ms;
    const auto start = std::chrono::steady_clock::now();
    auto opened = PostgresDatabase::open(options);
    CHECK(std::chrono::steady_clock::now() - start < 3s);
    CHECK(contents(*opened) == expected);
    CHECK(cache_of(*opened).hits == 0);
    CHECK(cache_of(*opened).errors >= 1);
    CHECK(cached.told().find("the cache is done without") != std::string::npos);
    CHECK(write_and_wait(*opened, Register{definition("t0", std::string(8'000, 'x'), "1.0.0"), {}}).ok());
  };
  cached.redis.freeze(true);
  opens_with("frozen", cached.redis.options());
  cached.redis.freeze(false);
  for (const auto end : {FaultyLine::End::HangUp, FaultyLine::End::Silence}) {
    for (const std::size_t bytes : {3, 100, 20'000}) {
      const FaultyLine line(cached.redis.port(), bytes, end);
      CAPTURE(bytes);
      opens_with("in the middle", cached.redis.options(line.port()));
    }
  }
  cached.redis.kill();
  opens_with("away", cached.redis.options());
  {
    // A replica goes on without it, and uses it when it is back.
    auto replica = cached.open();
    register_tools(*replica, "more", 3);
    CHECK(cache_of(*replica).written == 0);
    cached.redis.start();
    keep(cached, *replica);
    CHECK(soon([&] { return cached.told().find("the cache is used again") != std::string::npos; }));
  }
  CHECK(cache_of(*PostgresDatabase::open(cached.reader())).hits == 1);
  auto nowhere = cached.redis.options();
  nowhere.url = "redis://nowhere.invalid";
  auto options = cached.reader();
  options.cache = nowhere;
  CHECK(PostgresDatabase::open(options)->snapshot()->tools() == 13);
}

TEST_CASE(
    "a wrong password and a wrong authority are told without a secret, and TLS with the right one is used") {
  CachedDatabase cached;
  auto store = cached.open();
  register_tools(*store, "t", 3);
  keep(cached, *store);
  auto options = cached.reader();
  options.cache = cached.redis.tls_options();
  CHECK(cache_of(*PostgresDatabase::open(options)).hits == 1);

  options.cache.ca_file = PostgresServer::get().folder() + "/server.crt";
  CHECK(cache_of(*PostgresDatabase::open(options)).errors == 1);
  CHECK(cached.told().find("TLS handshake failed") != std::string::npos);
  options.cache = cached.redis.tls_options();
  options.cache.url.replace(options.cache.url.find("localhost"), 9, "127.1.2.3");
  CHECK(cache_of(*PostgresDatabase::open(options)).hits == 0);

  options = cached.reader();
  options.cache.url_file = cached.redis.folder() + "/url";
  options.cache.url.clear();
  options.cache.password_file.clear();
  const auto with_url = [&](const std::string& url) {
    const auto run = e2e::run({{"tee", options.cache.url_file}, url});
    REQUIRE(run.ok());
    auto opened = PostgresDatabase::open(options);
    CHECK(opened->snapshot()->tools() == 3);
    return cache_of(*opened);
  };
  const auto at = "@127.0.0.1:" + std::to_string(cached.redis.port()) + "/0\n";
  CHECK(with_url("redis://:secret%20word" + at).hits == 1);
  CHECK(with_url("redis://default:secret%20word" + at).hits == 1);
  CHECK(with_url("redis://:wrong%20sesame" + at).errors == 1);
  CHECK(cached.told().find("the login failed: WRONGPASS") != std::string::npos);
  CHECK(with_url("http://:other%20sesame" + at).errors == 1);
  CHECK(with_url("redis:/" + at.substr(1)).errors == 1);
  CHECK(cached.told().find("sesame") == std::string::npos);
  CHECK(cached.told().find("secret word") == std::string::npos);
}

TEST_CASE(
    "of what a server says to a login only the kind is told, and an answer that never ends is given up") {
  auto options = RedisServer::get().options();
  const auto connect_to = [&](const ScriptedServer& server) {
    options.url = "redis://127.0.0.1:" + std::to_string(server.port()) + "/0";
    return redis::Connection::open(options, std::chrono::steady_clock::now() + 10s);
  };
  ScriptedServer repeating("-ERR unknown command `AUTH`, with args: `secret word`\r\n");
  const auto refused = connect_to(repeating);
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().detail.find("the login failed: ERR") != std::string::npos);
  CHECK(refused.error().detail.find("secret") == std::string::npos);

  const ScriptedServer endless("$400000000\r\n" + std::string(1 << 20, 'x'), true);
  const auto large = connect_to(endless);
  REQUIRE_FALSE(large.ok());
  CHECK(large.error().detail.find("too large") != std::string::npos);
}

TEST_CASE("while one replica writes to the cache the others do not") {
  CachedDatabase cached;
  const auto lock = "mcp-registry:1:" + [&] {
    auto store = cached.open();
    return cached.checkpoint_row().database;
  }() + ":writer";
  (void)cached.redis.command({"SET", lock, "another", "PX", "3600000"});
  auto a = cached.open(), b = cached.open();
  register_tools(*a, "t", 5);
  REQUIRE(soon([&] { return b->snapshot()->tools() == 5; }));
  std::this_thread::sleep_for(100ms);
  CHECK(cache_of(*a).written + cache_of(*b).written == 0);
  CHECK(cache_of(*a).errors + cache_of(*b).errors == 0);
  (void)cached.redis.command({"DEL", lock});
  keep(cached, *a);
  // Counted after the database vouches, which keep() waits for.
  CHECK(soon([&] { return cache_of(*a).written + cache_of(*b).written >= 1; }));
}

TEST_CASE("a store with a damaged record is not copied, so that every start reports it") {
  CachedDatabase cached;
  {
    auto store = PostgresDatabase::open(cached.database.options());
    register_tools(*store, "t", 5);
  }
  (void)cached.database.sql("UPDATE mcp_registry.records SET payload = payload || ' ' WHERE sequence = 3");
  auto store = cached.open();
  CHECK(store->status().quarantined == 1);
  std::this_thread::sleep_for(100ms);
  CHECK_FALSE(cached.checkpoint_row().given());
  CHECK(cache_of(*store).written == 0);
}
