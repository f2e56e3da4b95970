// The log that several replicas share, on a disk in memory: a writer is stopped, killed or loses
// power at each operation that it does, and others go on meanwhile.
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>

#include "registry/store/journal.hpp"
#include "shared_replica.hpp"
#include "store_fixture.hpp"

using namespace toolhive;
using namespace toolhive::registry;
using namespace toolhive::registry::test;
using namespace std::chrono_literals;
using toolhive::testing::SimulatedClock;

namespace {

constexpr char kWriter[] = "/data/registry/writer";

std::vector<std::string> tools_known_to(const Index& index) {
  std::vector<std::string> names;
  index.visit_all([&](const Tool& tool) { names.push_back(tool.name); });
  return names;
}

struct TwoReplicas {
  FaultFileSystem disk;
  SimulatedClock clock;
  TestReplica first{disk, clock, "first:1"}, second{disk, clock, "second:1"};
};

struct ThreeReplicas : TwoReplicas {
  TestReplica third{disk, clock, "third:1"};
};

// Holds all replicas, and one that comes now, to what was acknowledged.
void check_all_have(FaultFileSystem& disk, SimulatedClock& clock, std::vector<TestReplica*> replicas) {
  TestReplica late(disk, clock, "late:1");
  REQUIRE(late.open());
  for (auto* replica : replicas) {
    if (!replica->is_open()) continue;
    for (int look = 0; look < 3; ++look) (void)replica->look();
    CHECK(tools_known_to(*replica->log().index()) == tools_known_to(*late.log().index()));
    CHECK(replica->log().index()->tag() == late.log().index()->tag());
  }
  CHECK(std::count_if(replicas.begin(), replicas.end(),
                      [](auto* replica) { return replica->is_open() && replica->log().writes(); }) <= 1);
  for (auto* replica : replicas) {
    for (const auto& tool : replica->acknowledged) {
      CAPTURE(tool);
      CHECK(late.log().index()->find(tool) != nullptr);
    }
  }
  CHECK(verify_store(disk, kFolder)->problems.empty());
}

// Becomes the writer and writes, as far as it gets.
void run_as_writer(TestReplica& replica, const std::string& prefix) {
  if (!replica.is_open() && !replica.open()) return;
  if (!replica.become_writer()) return;
  for (int i = 0; i < 3; ++i) (void)replica.write(prefix + std::to_string(i));
}

}  // namespace

TEST_CASE_FIXTURE(TwoReplicas, "the first replica becomes the writer, and others follow what it commits") {
  REQUIRE(first.open());
  CHECK(first.log().writes());
  REQUIRE(second.open());
  CHECK_FALSE(second.log().writes());
  CHECK(second.log().seen().writer == "first:1");
  REQUIRE(first.write("a-tool"));
  CHECK(second.log().index()->find("a-tool") == nullptr);
  REQUIRE(second.look().ok());
  CHECK(second.log().index()->find("a-tool") != nullptr);
  CHECK(second.log().index()->tag() == first.log().index()->tag());
  CHECK_FALSE(second.write("refused"));
}

TEST_CASE_FIXTURE(
    TwoReplicas,
    "a writer is replaced once there was no sign of it for the lease, by the clock of who looks") {
  REQUIRE(first.open());
  REQUIRE(first.write("a-tool"));
  REQUIRE(second.open());
  clock.advance(4999ms);
  REQUIRE(second.look().ok());
  CHECK_FALSE(second.log().writes());
  clock.set_wall(clock.wall() + std::chrono::hours(24));
  REQUIRE(second.look().ok());
  CHECK_FALSE(second.log().writes());
  clock.advance(1ms);
  REQUIRE(second.look().ok());
  CHECK(second.log().writes());
  CHECK(second.log().index()->find("a-tool") != nullptr);

  CHECK_FALSE(first.write("too-late"));
  CHECK_FALSE(first.log().writes());
  REQUIRE(first.look().ok());
  CHECK(first.log().seen().writer == "second:1");
  CHECK(first.log().index()->find("too-late") == nullptr);
}

TEST_CASE_FIXTURE(TwoReplicas, "a writer that gives signs is not replaced, and what it commits is a sign") {
  REQUIRE(first.open());
  REQUIRE(second.open());
  for (int i = 0; i < 20; ++i) {
    clock.advance(1s);
    if (i % 2 == 0)
      REQUIRE(first.look().ok());
    else
      REQUIRE(first.write("tool-" + std::to_string(i)));
    REQUIRE(second.look().ok());
    CHECK_FALSE(second.log().writes());
  }
  // One that saw nothing of that, as it was stopped itself, looks anew before it judges.
  clock.advance(1h);
  REQUIRE(first.look().ok());
  REQUIRE(second.look().ok());
  CHECK_FALSE(second.log().writes());
}

TEST_CASE_FIXTURE(TwoReplicas, "a writer that stops lets another begin at once") {
  REQUIRE(first.open());
  REQUIRE(second.open());
  first.log().release();
  REQUIRE(second.look().ok());
  CHECK(second.log().writes());
  CHECK_FALSE(first.log().writes());
}

TEST_CASE("a process that comes back under its address need not wait for itself") {
  FaultFileSystem disk;
  SimulatedClock clock;
  {
    TestReplica first(disk, clock, "first:1");
    REQUIRE(first.open());
    REQUIRE(first.write("a-tool"));
  }
  TestReplica again(disk, clock, "first:1");
  REQUIRE(again.open());
  CHECK(again.log().writes());
  CHECK(again.log().index()->find("a-tool") != nullptr);
}

TEST_CASE(
    "a writer that is stopped at any operation, while another takes over, acknowledges nothing that is "
    "lost") {
  std::uint64_t total = 1;
  for (std::uint64_t at = 0; at < total; ++at) {
    CAPTURE(at);
    FaultFileSystem disk;
    SimulatedClock clock;
    TestReplica first(disk, clock, "first:1"), second(disk, clock, "second:1");
    first.files.before = [&](std::uint64_t operation) {
      if (operation != at) return;
      if (!second.open()) return;
      clock.advance(6s);
      run_as_writer(second, "second-");
    };
    run_as_writer(first, "first-");
    total = std::max(total, first.files.operations());
    first.files.before = nullptr;
    check_all_have(disk, clock, {&first, &second});
    clock.advance(6s);
    REQUIRE(second.is_open());
    (void)first.look();
    (void)second.look();
    clock.advance(6s);
    CHECK((first.become_writer() || second.become_writer()));
    check_all_have(disk, clock, {&first, &second});
  }
  CHECK(total > 40);
}

TEST_CASE("two writers one after the other are stopped, each at any operation, while a third takes over") {
  std::uint64_t total = 1, scenarios = 0;
  for (std::uint64_t at = 0; at < total; at += 2) {
    std::uint64_t second_total = 1;
    for (std::uint64_t second_at = 0; second_at < second_total; ++second_at) {
      CAPTURE(at);
      CAPTURE(second_at);
      ++scenarios;
      FaultFileSystem disk;
      SimulatedClock clock;
      TestReplica first(disk, clock, "first:1"), second(disk, clock, "second:1"),
          third(disk, clock, "third:1");
      second.files.before = [&](std::uint64_t operation) {
        if (operation != second_at) return;
        if (!third.open()) return;
        clock.advance(6s);
        run_as_writer(third, "third-");
      };
      first.files.before = [&](std::uint64_t operation) {
        if (operation != at) return;
        if (!second.open()) return;
        clock.advance(6s);
        run_as_writer(second, "second-");
      };
      run_as_writer(first, "first-");
      total = std::max(total, first.files.operations());
      second_total = std::max(second_total, second.files.operations());
      first.files.before = second.files.before = nullptr;
      check_all_have(disk, clock, {&first, &second, &third});
    }
  }
  CHECK(scenarios > 500);
}

TEST_CASE("a writer that is killed at any operation leaves all that it acknowledged to the next") {
  std::uint64_t total = 1;
  for (std::uint64_t at = 0; at < total; ++at) {
    CAPTURE(at);
    FaultFileSystem disk;
    SimulatedClock clock;
    TestReplica second(disk, clock, "second:1");
    TestReplica first(disk, clock, "first:1");
    first.files.before = [&](std::uint64_t operation) {
      if (operation == at) throw Killed();
    };
    try {
      run_as_writer(first, "first-");
    } catch (const Killed&) {
    }
    total = std::max(total, first.files.operations() + 1);
    first.end();
    REQUIRE(second.open());
    clock.advance(6s);
    run_as_writer(second, "second-");
    CHECK(second.acknowledged.size() == 3);
    check_all_have(disk, clock, {&first, &second});
  }
  CHECK(total > 40);
}

TEST_CASE("whenever the power fails, what a shared log had acknowledged is there") {
  using Unsynced = FaultFileSystem::Unsynced;
  for (const auto unsynced : {Unsynced::Lost, Unsynced::Half, Unsynced::Kept}) {
    std::uint64_t total = 0;
    for (std::uint64_t lives = 1; total == 0 || lives <= total + 1; ++lives) {
      CAPTURE(lives);
      CAPTURE(static_cast<int>(unsynced));
      FaultFileSystem disk;
      SimulatedClock clock;
      TestReplica first(disk, clock, "first:1"), second(disk, clock, "second:1");
      disk.lives = lives;
      run_as_writer(first, "first-");
      if (first.is_open()) first.log().release();
      run_as_writer(second, "second-");
      if (disk.lives > 1) total = disk.changes();  // It lived to the end.
      first.end();
      second.end();
      disk.restart(unsynced);
      TestReplica third(disk, clock, "third:1");
      REQUIRE(third.open());
      clock.advance(6s);
      run_as_writer(third, "third-");
      CHECK(third.acknowledged.size() == 3);
      check_all_have(disk, clock, {&first, &second, &third});
      third.end();
      disk.restart(Unsynced::Lost);
      check_all_have(disk, clock, {&first, &second, &third});
    }
    CHECK(total > 50);
  }
}

TEST_CASE_FIXTURE(ThreeReplicas,
                  "what a writer could not commit is read by nobody, although it is in its log") {
  REQUIRE(first.open());
  REQUIRE(first.write("kept"));
  REQUIRE(second.open());
  REQUIRE(third.open());
  const auto log = std::string(kFolder) + "/" + journal_name(first.log().seen().log);
  bool seen_in_log = false;
  first.files.before = [&](std::uint64_t) {
    if (seen_in_log || disk.content(log).find("\"lost\"") == std::string::npos) return;
    seen_in_log = true;
    TestReplica fresh(disk, clock, "fresh:1");
    for (auto* replica : {&third, &fresh}) {
      REQUIRE((replica->is_open() ? replica->look().ok() : replica->open()));
      CHECK(replica->log().index()->find("lost") == nullptr);
    }
    clock.advance(6s);
    REQUIRE(second.become_writer());
  };
  CHECK_FALSE(first.write("lost"));
  CHECK(seen_in_log);
  check_all_have(disk, clock, {&first, &second, &third});
  CHECK(first.log().index()->find("lost") == nullptr);
}

TEST_CASE_FIXTURE(TwoReplicas, "a failed append is not committed, and the next one takes its place for all") {
  REQUIRE(first.open());
  REQUIRE(second.open());
  disk.append_fault = Code::StorageFull;
  CHECK_FALSE(first.write("full"));
  CHECK(first.log().writes());
  REQUIRE(second.look().ok());
  disk.append_fault.reset();
  CHECK(first.write("room"));
  check_all_have(disk, clock, {&first, &second});
  CHECK(second.log().index()->find("full") == nullptr);
}

TEST_CASE_FIXTURE(TwoReplicas, "a writer whose sync failed leaves the writing to another, and says so") {
  REQUIRE(first.open());
  REQUIRE(first.write("before"));
  REQUIRE(second.open());
  disk.sync_fault = Code::Unavailable;
  CHECK_FALSE(first.write("unknown"));
  disk.sync_fault.reset();
  CHECK(first.log().broken().find("could not be made durable") != std::string::npos);
  REQUIRE(second.look().ok());
  CHECK(second.log().writes());
  REQUIRE(second.write("after"));
  clock.advance(1h);
  REQUIRE(first.look().ok());
  CHECK_FALSE(first.log().writes());
  CHECK(first.log().index()->find("after") != nullptr);
  CHECK(first.log().index()->find("unknown") == nullptr);
}

TEST_CASE_FIXTURE(ThreeReplicas,
                  "a replica that cannot become the writer gives that back, and another does") {
  REQUIRE(first.open());
  REQUIRE(first.write("kept"));
  REQUIRE(second.open());
  REQUIRE(third.open());
  clock.advance(6s);
  disk.create_fault = Code::StorageFull;
  const auto tried = second.look();
  REQUIRE_FALSE(tried.ok());
  CHECK(tried.error().code == Code::StorageFull);
  CHECK_FALSE(second.log().writes());
  disk.create_fault.reset();
  REQUIRE(second.look().ok());  // It rests.
  CHECK_FALSE(second.log().writes());
  REQUIRE(third.look().ok());
  CHECK(third.log().writes());
  check_all_have(disk, clock, {&first, &second, &third});
}

TEST_CASE("a replica starts on a volume that takes no writes, and shows what is there") {
  FaultFileSystem disk;
  SimulatedClock clock;
  {
    TestReplica first(disk, clock, "first:1");
    REQUIRE(first.open());
    REQUIRE(first.write("kept"));
  }
  disk.read_only = true;
  TestReplica second(disk, clock, "first:1");
  REQUIRE(second.open());
  CHECK_FALSE(second.log().writes());
  CHECK(second.log().index()->find("kept") != nullptr);
  const auto looked = second.look();
  REQUIRE_FALSE(looked.ok());
  CHECK(looked.error().code == Code::ReadOnly);
  disk.read_only = false;
  REQUIRE(second.look().ok());
  CHECK(second.log().writes());
}

TEST_CASE_FIXTURE(ThreeReplicas, "a log that is replaced while it is read is read anew") {
  REQUIRE(first.open());
  REQUIRE(second.open());
  REQUIRE(third.open());
  REQUIRE(first.write("kept"));
  std::uint64_t begin = third.files.operations();
  third.files.before = [&](std::uint64_t operation) {
    if (operation != begin + 1) return;  // The folder was listed, and the log is not yet open.
    first.log().release();
    REQUIRE(second.become_writer());
  };
  REQUIRE(third.look().ok());
  CHECK(third.log().seen().writer == "second:1");
  CHECK(third.log().index()->find("kept") != nullptr);
}

TEST_CASE_FIXTURE(TwoReplicas,
                  "a damaged record is set aside by the next writer, and everything else is kept") {
  REQUIRE(first.open());
  for (const char* tool : {"one", "two", "three"}) REQUIRE(first.write(tool));
  auto& content = disk.content(std::string(kFolder) + "/" + journal_name(first.log().seen().log));
  content[content.find("of two")] = 'X';
  REQUIRE(second.open());
  CHECK(second.log().damaged() == 1);
  CHECK(second.log().index()->find("two") == nullptr);
  first.log().release();
  disk.create_directories_fault = Code::Unavailable;  // No folder for what is damaged: nothing is dropped.
  CHECK_FALSE(second.look().ok());
  disk.create_directories_fault.reset();
  clock.advance(3s);
  REQUIRE(second.become_writer());
  CHECK(second.log().damaged() == 1);
  CHECK(disk.list(std::string(kFolder) + "/quarantine")->size() == 1);
  REQUIRE(second.write("two"));
  TestReplica late(disk, clock, "late:1");
  REQUIRE(late.open());
  CHECK(tools_known_to(*late.log().index()).size() == 3);
  CHECK(verify_store(disk, kFolder)->problems.empty());
}

TEST_CASE("a store of one replica is shared with all it has, and goes back to one with what was added") {
  FaultFileSystem disk;
  SimulatedClock clock;
  {
    auto alone = open_store(disk);
    for (const char* tool : {"one", "two"})
      REQUIRE(write_and_wait(*alone, Register{definition(tool), {}}).ok());
    TestReplica early(disk, clock, "early:1");
    CHECK_FALSE(early.open());
  }
  {
    TestReplica first(disk, clock, "first:1"), second(disk, clock, "second:1");
    REQUIRE(first.open());
    REQUIRE(second.open());
    CHECK(tools_known_to(*second.log().index()).size() == 2);
    REQUIRE(first.write("three"));
    auto alone = FileStore::open(disk, store_options());
    REQUIRE_FALSE(alone.ok());
    CHECK(alone.error().code == Code::Conflict);
  }
  {
    auto alone = open_store(disk);
    CHECK(alone->snapshot()->tools() == 3);
    REQUIRE(write_and_wait(*alone, Register{definition("four"), {}}).ok());
    CHECK(disk.list(kWriter)->empty());
  }
  TestReplica again(disk, clock, "again:1");
  REQUIRE(again.open());
  CHECK(tools_known_to(*again.log().index()).size() == 4);
}

TEST_CASE("a replica whose folder somebody takes for itself commits nothing any more") {
  FaultFileSystem disk;
  SimulatedClock clock;
  TestReplica first(disk, clock, "first:1");
  REQUIRE(first.open());
  REQUIRE(first.write("kept"));
  REQUIRE(end_sharing(disk, kFolder).ok());
  CHECK_FALSE(first.write("lost"));
  const auto looked = first.look();
  REQUIRE_FALSE(looked.ok());
  CHECK(looked.error().detail.find("not shared any more") != std::string::npos);
}

TEST_CASE("two that make a shared folder at once make one, whatever either of them was doing") {
  std::uint64_t total = 1;
  for (std::uint64_t at = 0; at < total; ++at) {
    CAPTURE(at);
    FaultFileSystem disk;
    SimulatedClock clock;
    TestReplica first(disk, clock, "first:1"), second(disk, clock, "second:1");
    first.files.before = [&](std::uint64_t operation) {
      if (operation == at) REQUIRE(second.open());
    };
    REQUIRE(first.open());
    total = std::max(total, first.files.operations());
    first.files.before = nullptr;
    REQUIRE(second.is_open());
    CHECK(first.log().key() == second.log().key());
    CHECK(disk.list(kWriter)->size() == 2);
    check_all_have(disk, clock, {&first, &second});
  }
}

TEST_CASE_FIXTURE(TwoReplicas,
                  "a log that grows is compacted by whoever becomes the writer, and earlier logs go") {
  REQUIRE(first.open());
  REQUIRE(second.open());
  for (int i = 0; i < 5; ++i) REQUIRE(first.write("tool-" + std::to_string(i)));
  first.log().release();
  REQUIRE(second.become_writer());
  std::vector<std::string> logs;
  const auto names = disk.list(kFolder);
  for (const auto& name : *names) {
    if (name.starts_with("tools-")) logs.push_back(name);
  }
  CHECK(logs == std::vector<std::string>{journal_name(second.log().seen().log)});
  REQUIRE(first.look().ok());
  CHECK(first.log().index()->tag() == second.log().index()->tag());
}
