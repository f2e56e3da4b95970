#include "registry/store/file_store.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <thread>
#include <vector>

#include "registry/store/journal.hpp"
#include "store_fixture.hpp"

using namespace toolhive::registry;
using namespace toolhive::registry::test;

namespace {

std::string numbered(int number) {
  return std::string("t").append(std::to_string(number));
}

Write put(const std::string& name, const std::string& text = "text", const std::string& version = "") {
  return Register{definition(name, text, version), {}};
}

std::string document(const Store& store, const std::string& name) {
  const auto index = store.snapshot();
  const Tool* tool = index->find(name);
  return tool == nullptr || tool->latest() == nullptr ? "" : tool->latest()->document;
}

std::size_t lines(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace

TEST_CASE("what was registered and withdrawn is so after a restart, byte for byte") {
  FaultFileSystem files;
  std::string a, tag;
  {
    auto store = open_store(files);
    auto written = write_and_wait(*store, put("a", "x", "1.0.0"));
    REQUIRE(written.ok());
    CHECK(written->kind == WriteOutcome::Kind::Created);
    CHECK(written->new_tool);
    CHECK(written->registration->document == document(*store, "a"));
    CHECK(write_and_wait(*store, put("b")).ok());
    CHECK(write_and_wait(*store, put("a", "y", "1.1.0")).ok());
    CHECK(write_and_wait(*store, Withdraw{"b", std::nullopt, std::nullopt, {}}).ok());
    a = document(*store, "a");
    tag = entity_tag(*store->snapshot()->find("a")->latest());
  }
  auto store = open_store(files);
  CHECK(document(*store, "a") == a);
  CHECK(entity_tag(*store->snapshot()->find("a")->latest()) == tag);
  CHECK(document(*store, "b").empty());
  CHECK(store->snapshot()->tools() == 1);
  CHECK(store->snapshot()->versions() == 2);
  CHECK(write_and_wait(*store, put("a", "other", "1.0.0")).error().code == Code::Conflict);
  CHECK(write_and_wait(*store, put("b", "other", "0.1.0")).error().code == Code::Conflict);
}

TEST_CASE("the second process on a directory is refused, and let in when the first has gone") {
  FaultFileSystem files;
  auto first = open_store(files);
  auto second = FileStore::open(files, store_options());
  REQUIRE_FALSE(second.ok());
  CHECK(second.error().code == Code::Conflict);
  first.reset();
  CHECK(FileStore::open(files, store_options()).ok());
}

TEST_CASE("of many writers of one version exactly one creates it") {
  FaultFileSystem files;
  auto store = open_store(files);
  std::mutex mutex;
  int created = 0, conflicts = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&, i] {
        for (int k = 0; k < 50; ++k) {
          auto result = write_and_wait(*store, put(numbered(k), std::to_string(i), "1.0.0"));
          std::lock_guard guard(mutex);
          if (result.ok())
            ++created;
          else if (result.error().code == Code::Conflict)
            ++conflicts;
        }
      });
    }
  }
  CHECK(created == 50);
  CHECK(conflicts == 150);
  CHECK(lines(files.content(kLog)) == 50);
}

TEST_CASE("writes that wait together are made durable with one sync") {
  FaultFileSystem files;
  auto options = store_options();
  std::promise<void> gate;
  auto opened = gate.get_future().share();
  std::vector<std::size_t> groups;
  // The first group is held until the other writes wait.
  options.committed = [&](std::size_t records, std::chrono::nanoseconds) {
    groups.push_back(records);
    opened.wait();
  };
  auto store = open_store(files, options);
  std::vector<std::future<void>> done;
  for (int i = 0; i < 33; ++i) {
    auto promise = std::make_shared<std::promise<void>>();
    done.push_back(promise->get_future());
    store->write(put(numbered(i)), [promise](const Result<WriteOutcome>& result) {
      CHECK(result.ok());
      promise->set_value();
    });
  }
  gate.set_value();
  for (auto& each : done) each.wait();
  std::size_t total = 0;
  for (const auto group : groups) total += group;
  CHECK(total == 33);
  CHECK(groups.size() <= 3);
}

TEST_CASE("a full disk refuses writes, serves reads, leaves nothing behind and recovers") {
  FaultFileSystem files;
  auto store = open_store(files);
  CHECK(write_and_wait(*store, put("a", "x", "1.0.0")).ok());
  const auto before = files.content(kLog);

  files.append_fault = Code::StorageFull;
  CHECK(write_and_wait(*store, put("b")).error().code == Code::StorageFull);
  CHECK(files.content(kLog) == before);
  CHECK_FALSE(document(*store, "a").empty());
  CHECK(document(*store, "b").empty());
  CHECK(write_and_wait(*store, put("a", "x", "1.0.0")).ok());  // Needs no room.
  CHECK(write_and_wait(*store, put("a", "y", "1.0.0")).error().code == Code::Conflict);
  CHECK(store->status().writable);

  files.append_fault.reset();
  CHECK(write_and_wait(*store, put("b")).ok());
  CHECK_FALSE(document(*store, "b").empty());
}

TEST_CASE("a disk that became read-only is reported, and writes go on when it is writable again") {
  FaultFileSystem files;
  auto store = open_store(files);
  CHECK(write_and_wait(*store, put("a")).ok());
  files.read_only = true;
  CHECK_FALSE(write_and_wait(*store, put("b")).ok());
  CHECK_FALSE(store->status().writable);
  CHECK_FALSE(document(*store, "a").empty());
  files.read_only = false;
  CHECK(store->status().writable);
  CHECK(write_and_wait(*store, put("b")).ok());
}

TEST_CASE("a store opens on a read-only disk, serves reads and says why it takes no writes") {
  FaultFileSystem files;
  {
    auto store = open_store(files);
    CHECK(write_and_wait(*store, put("a")).ok());
  }
  files.content(kLog) += "torn";
  files.read_only = true;
  auto store = open_store(files);
  CHECK_FALSE(document(*store, "a").empty());
  CHECK(write_and_wait(*store, put("b")).error().code == Code::ReadOnly);
  CHECK(store->status().reason.find("read-only") != std::string::npos);
  files.read_only = false;
  CHECK(store->status().writable);
}

TEST_CASE("after a failed sync no write is accepted until a restart, and none is retried") {
  FaultFileSystem files;
  {
    auto store = open_store(files);
    CHECK(write_and_wait(*store, put("a")).ok());
    files.sync_fault = Code::Unavailable;
    CHECK(write_and_wait(*store, put("b")).error().code == Code::Unavailable);
    files.sync_fault.reset();
    const auto changes = files.changes();
    CHECK(write_and_wait(*store, put("c")).error().code == Code::Unavailable);
    CHECK(files.changes() == changes);
    CHECK_FALSE(store->status().writable);
    CHECK(store->status().reason.find("restarted") != std::string::npos);
    CHECK(document(*store, "b").empty());
    CHECK_FALSE(document(*store, "a").empty());
    CHECK(write_and_wait(*store, put("a")).ok());  // Changes nothing.
  }
  auto store = open_store(files);
  CHECK(store->status().writable);
  CHECK(write_and_wait(*store, put("c")).ok());
}

TEST_CASE("on a read-only disk nothing is compacted") {
  FaultFileSystem files;
  {
    auto store = open_store(files);
    for (int i = 0; i < 10; ++i) {
      CHECK(write_and_wait(*store, put("a", "x", "1.0.0")).ok());
      CHECK(write_and_wait(*store, Withdraw{"a", std::nullopt, std::nullopt, {}}).ok());
    }
  }
  files.read_only = true;
  auto options = store_options();
  options.compact_bytes = 1;
  std::string notices;
  options.notice = [&](bool, std::string_view text) { notices += text; };
  const auto store = open_store(files, options);
  CHECK(notices.find("compacted") == std::string::npos);
  CHECK(notices.find("read-only") != std::string::npos);
}

TEST_CASE("a torn end that cannot be cut off stops the start, before the next record runs into it") {
  FaultFileSystem files;
  {
    auto store = open_store(files);
    CHECK(write_and_wait(*store, put("a")).ok());
  }
  files.content(kLog) += "torn";
  files.truncate_fault = Code::Unavailable;
  CHECK(FileStore::open(files, store_options()).error().code == Code::Unavailable);
  files.truncate_fault.reset();
  CHECK(write_and_wait(*open_store(files), put("b")).ok());
  CHECK(open_store(files)->snapshot()->tools() == 2);
}

TEST_CASE("of several logs the one with the highest number is read, also when it has more digits") {
  FaultFileSystem files;
  {
    auto store = open_store(files);
    CHECK(write_and_wait(*store, put("a")).ok());
  }
  const auto log = [](std::uint64_t number) { return std::string(kFolder) + "/" + journal_name(number); };
  files.put(log(1'000'000), files.content(kLog));
  files.put(log(999'999), "");
  CHECK(open_store(files)->snapshot()->tools() == 1);
  CHECK(files.has(log(1'000'000)));
  CHECK_FALSE(files.has(log(999'999)));
}

TEST_CASE("a failed write that cannot be undone at once is undone before the next") {
  FaultFileSystem files;
  auto store = open_store(files);
  CHECK(write_and_wait(*store, put("a")).ok());
  const auto before = files.content(kLog);
  files.append_fault = Code::StorageFull;
  files.truncate_fault = Code::Unavailable;
  CHECK(write_and_wait(*store, put("b")).error().code == Code::StorageFull);
  CHECK(files.content(kLog).size() > before.size());
  files.append_fault.reset();
  CHECK(write_and_wait(*store, put("c")).error().code == Code::Unavailable);
  files.truncate_fault.reset();
  CHECK(write_and_wait(*store, put("c")).ok());
  CHECK(lines(files.content(kLog)) == 2);
  CHECK(files.content(kLog).starts_with(before));
}

TEST_CASE("a failed write that cannot be undone for good stops writes") {
  FaultFileSystem files;
  auto store = open_store(files);
  CHECK(write_and_wait(*store, put("a")).ok());
  files.append_fault = Code::StorageFull;
  files.sync_fault = Code::Unavailable;
  CHECK(write_and_wait(*store, put("b")).error().code == Code::StorageFull);
  files.append_fault.reset();
  files.sync_fault.reset();
  CHECK(write_and_wait(*store, put("c")).error().code == Code::Unavailable);
  CHECK_FALSE(store->status().writable);
}

TEST_CASE("a log that cannot be created is tried again with the next write") {
  FaultFileSystem files;
  auto store = open_store(files);
  files.create_fault = Code::StorageFull;
  CHECK(write_and_wait(*store, put("a")).error().code == Code::StorageFull);
  files.create_fault.reset();
  CHECK(write_and_wait(*store, put("a")).ok());
}

TEST_CASE("a log that was moved away before the first write stops writes, and readiness says so") {
  FaultFileSystem files;
  CHECK(write_and_wait(*open_store(files), put("a")).ok());
  auto store = open_store(files);
  REQUIRE(files.remove(kLog).ok());
  for (int tries = 0; tries < 2; ++tries) {
    const auto refused = write_and_wait(*store, put("b"));
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().code == Code::Unavailable);
    CHECK(refused.error().detail.find(kLog) != std::string::npos);
  }
  CHECK_FALSE(store->status().ready);
  CHECK_FALSE(store->status().writable);
  CHECK_FALSE(document(*store, "a").empty());
}

TEST_CASE("a log that is deleted, moved or replaced between two writes takes no more of them") {
  for (const bool moved : {false, true}) {
    CAPTURE(moved);
    FaultFileSystem files;
    auto store = open_store(files);
    CHECK(write_and_wait(*store, put("a")).ok());
    REQUIRE((moved ? files.rename(kLog, kLog + std::string(".away")) : files.remove(kLog)).ok());
    if (moved) REQUIRE(files.create(kLog).ok());
    for (int tries = 0; tries < 2; ++tries) {
      const auto refused = write_and_wait(*store, put("b"));
      REQUIRE_FALSE(refused.ok());
      CHECK(refused.error().code == Code::Unavailable);
      CHECK(refused.error().detail.find(kLog) != std::string::npos);
    }
    CHECK_FALSE(store->status().ready);
    CHECK_FALSE(document(*store, "a").empty());
    CHECK(document(*store, "b").empty());
  }
}

TEST_CASE("a storage that does not find its folder is unavailable, and no tool that is not there") {
  FaultFileSystem files;
  auto store = open_store(files);
  files.create_fault = Code::NotFound;
  CHECK(write_and_wait(*store, put("a")).error().code == Code::Unavailable);
  CHECK_FALSE(store->status().ready);
}

TEST_CASE("a damaged record is quarantined and reported, and the others are served") {
  FaultFileSystem files;
  {
    auto store = open_store(files);
    for (const char* name : {"a", "b", "c"}) CHECK(write_and_wait(*store, put(name)).ok());
  }
  auto& log = files.content(kLog);
  const auto offset = log.find('\n') + 1;
  const auto line = log.substr(offset, log.find('\n', offset) - offset);
  log[offset + 100] = static_cast<char>(log[offset + 100] ^ 4);
  auto damaged = line;
  damaged[100] = static_cast<char>(damaged[100] ^ 4);

  std::vector<std::string> notices;
  auto options = store_options();
  options.notice = [&](bool urgent, std::string_view text) {
    if (urgent) notices.emplace_back(text);
  };
  for (int start = 0; start < 2; ++start) {  // The second finds the copy there.
    auto store = open_store(files, options);
    CHECK(store->snapshot()->tools() == 2);
    CHECK(document(*store, "b").empty());
    CHECK(store->status().quarantined == 1);
  }
  REQUIRE(notices.size() == 2);
  CHECK(notices[0].find(std::to_string(offset)) != std::string::npos);
  const auto copy =
      std::string(kFolder) + "/quarantine/tools-000001.log-" + std::to_string(offset) + ".record";
  REQUIRE(files.has(copy));
  CHECK(files.content(copy) == damaged);
  auto report = verify_store(files, kFolder);
  REQUIRE(report.ok());
  CHECK(report->problems.size() == 1);
  CHECK(report->records == 2);
}

TEST_CASE("a damaged record outlives a compaction, and a power failure after it") {
  FaultFileSystem files;
  {
    auto store = open_store(files);
    for (int i = 0; i < 10; ++i) {
      CHECK(write_and_wait(*store, put("a", "x", "1.0.0")).ok());
      CHECK(write_and_wait(*store, Withdraw{"a", std::nullopt, std::nullopt, {}}).ok());
    }
  }
  auto& log = files.content(kLog);
  log[100] = static_cast<char>(log[100] ^ 4);
  const auto damaged = log.substr(0, log.find('\n'));
  const auto copy = std::string(kFolder) + "/quarantine/tools-000001.log-0.record";
  auto options = store_options();
  options.compact_bytes = 1;

  // A copy that could not be made is none, and the log stays: not half a copy, and not the only one
  // lost.
  SUBCASE("when it could not be copied") {
    SUBCASE("at all") {
      files.create_directories_fault = Code::Unavailable;
    }
    SUBCASE("but in part") {
      files.append_fault = Code::StorageFull;
    }
    (void)open_store(files, options);
    CHECK(files.content(kLog).starts_with(damaged));
    files.create_directories_fault.reset();
    files.append_fault.reset();
  }
  SUBCASE("when it could be copied"){}(void)open_store(files, options);
  CHECK_FALSE(files.has(kLog));
  files.restart(FaultFileSystem::Unsynced::Lost);
  REQUIRE(files.has(copy));
  CHECK(files.content(copy) == damaged);
}

TEST_CASE("verify finds a definition that does not match its digest") {
  FaultFileSystem files;
  std::string log;
  encode_record(log, 1, Operation::Register,
                R"({"name":"a","version":"1.0.0","inputSchema":{"type":"object"},"digest":"sha256:)" +
                    std::string(64, '0') + R"(","registeredAt":"2026-01-01T00:00:00.000Z"})");
  files.put(kLog, log);
  auto report = verify_store(files, kFolder);
  REQUIRE(report.ok());
  REQUIRE(report->problems.size() == 1);
  CHECK(report->problems[0].find("digest") != std::string::npos);
}

TEST_CASE("verify reads a definition that came in with as many values as a body may hold") {
  // What is stored has the registry's own members besides.
  std::string body = R"({"name":"a","inputSchema":{"type":"object"},"_meta":{"n":[0)";
  constexpr std::size_t kOthers = 12;
  for (auto i = kOthers; i < JsonLimits().values; ++i) body += ",0";
  auto full = parse_definition(body + "]}}", {});
  REQUIRE(full.ok());
  CHECK_FALSE(parse_definition(body + ",0]}}", {}).ok());
  FaultFileSystem files;
  CHECK(write_and_wait(*open_store(files), Register{std::move(*full), {}}).ok());
  const auto report = verify_store(files, kFolder);
  REQUIRE(report.ok());
  CHECK(report->problems.empty());
}

TEST_CASE("a store that a later program wrote is refused and left alone") {
  FaultFileSystem files;
  {
    auto store = open_store(files);
    CHECK(write_and_wait(*store, put("a")).ok());
  }
  files.content(kLog)[0] = '2';
  const auto before = files.content(kLog);
  CHECK(FileStore::open(files, store_options()).error().code == Code::Invalid);
  CHECK(files.content(kLog) == before);
}

TEST_CASE("compaction keeps tools, entity tags, order and the memory of withdrawn versions") {
  FaultFileSystem files;
  std::vector<std::string> tags;
  std::uint64_t sequence = 0;
  {
    auto store = open_store(files);
    CHECK(write_and_wait(*store, put("keep", "x", "1.0.0+a")).ok());
    CHECK(write_and_wait(*store, put("keep", "y", "1.0.0+b")).ok());
    for (int i = 0; i < 20; ++i) {
      CHECK(write_and_wait(*store, put("churn", "x", "1.0.0")).ok());
      CHECK(write_and_wait(*store, Withdraw{"churn", std::nullopt, std::nullopt, {}}).ok());
    }
    for (const auto& each : store->snapshot()->find("keep")->live) tags.push_back(entity_tag(*each));
    sequence = store->snapshot()->sequence();
  }
  auto options = store_options();
  options.compact_bytes = 1;
  for (int start = 0; start < 2; ++start) {
    auto store = open_store(files, options);
    CHECK_FALSE(files.has(kLog));
    const auto compacted = std::string(kFolder) + "/" + journal_name(2);
    REQUIRE(files.has(compacted));
    CHECK(lines(files.content(compacted)) == 3);
    std::vector<std::string> after;
    for (const auto& each : store->snapshot()->find("keep")->live) after.push_back(entity_tag(*each));
    CHECK(after == tags);
    CHECK(store->snapshot()->sequence() == sequence);
    CHECK(write_and_wait(*store, put("churn", "other", "1.0.0")).error().code == Code::Conflict);
  }
  CHECK(verify_store(files, kFolder)->problems.empty());
}

TEST_CASE("a compaction that fails leaves the log as it is, and nothing else") {
  FaultFileSystem files;
  {
    auto store = open_store(files);
    for (int i = 0; i < 10; ++i) {
      CHECK(write_and_wait(*store, put("a", "x", "1.0.0")).ok());
      CHECK(write_and_wait(*store, Withdraw{"a", std::nullopt, std::nullopt, {}}).ok());
    }
  }
  const auto before = files.content(kLog);
  auto options = store_options();
  options.compact_bytes = 1;
  std::string notices;
  options.notice = [&](bool urgent, std::string_view text) { notices += urgent ? text : ""; };
  files.append_fault = Code::StorageFull;
  const auto store = open_store(files, options);
  CHECK(notices.find("could not be compacted") != std::string::npos);
  CHECK(files.content(kLog) == before);
  const auto names = files.list(kFolder);
  REQUIRE(names.ok());
  for (const auto& name : *names) CHECK_FALSE(name.ends_with(".tmp"));
  files.append_fault.reset();
  CHECK(write_and_wait(*store, put("b")).ok());
}

TEST_CASE("a queue that is full refuses a write instead of growing") {
  FaultFileSystem files;
  auto options = store_options();
  options.queue = 1;
  std::promise<void> gate;
  auto opened = gate.get_future().share();
  std::promise<void> busy;
  options.committed = [&, first = true](std::size_t, std::chrono::nanoseconds) mutable {
    if (std::exchange(first, false)) busy.set_value();
    opened.wait();
  };
  auto store = open_store(files, options);
  store->write(put("a"), [](const Result<WriteOutcome>&) {});
  busy.get_future().wait();  // The committer is in the first group.
  store->write(put("b"), [](const Result<WriteOutcome>&) {});
  CHECK(write_and_wait(*store, put("c")).error().code == Code::Unavailable);
  gate.set_value();
  store.reset();
  CHECK(open_store(files)->snapshot()->tools() == 2);
}

TEST_CASE("the operating system's files behave as the store expects") {
  char pattern[] = "/tmp/registry-test-XXXXXX";
  const std::string folder = ::mkdtemp(pattern);
  struct Remove {
    std::string path;
    ~Remove() { std::filesystem::remove_all(path); }
  } remove{folder};
  auto& files = posix_file_system();
  auto options = store_options();
  options.directory = folder + "/a/b";
  {
    auto store = open_store(files, options);
    CHECK(write_and_wait(*store, put("a", "x", "1.0.0")).ok());
    CHECK(FileStore::open(files, options).error().detail.find("another registry process") !=
          std::string::npos);
    CHECK(store->status().free_bytes.value_or(0) > 0);
    CHECK(store->status().bytes == std::filesystem::file_size(options.directory + "/tools-000001.log"));
  }
  const auto permissions = std::filesystem::status(options.directory + "/tools-000001.log").permissions();
  CHECK((permissions & (std::filesystem::perms::group_all | std::filesystem::perms::others_all)) ==
        std::filesystem::perms::none);
  // A torn end is cut off, so that the next record does not run into it.
  std::filesystem::resize_file(options.directory + "/tools-000001.log",
                               std::filesystem::file_size(options.directory + "/tools-000001.log") - 5);
  {
    auto store = open_store(files, options);
    CHECK(store->snapshot()->tools() == 0);
    CHECK(write_and_wait(*store, put("b")).ok());
  }
  CHECK(open_store(files, options)->snapshot()->tools() == 1);
  CHECK(files.open_read(folder + "/none").error().code == Code::NotFound);
  CHECK(files.create(options.directory + "/LOCK").error().code == Code::Conflict);
  options.directory = "/proc/registry";
  CHECK_FALSE(FileStore::open(files, options).ok());
}
