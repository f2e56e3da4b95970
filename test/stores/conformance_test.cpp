// What store.hpp promises, held against every store.
#include <doctest/doctest.h>

#include <atomic>
#include <future>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

#include "../unit/registry/store_fixture.hpp"
#include "controller/base/sha256.hpp"
#include "kinds.hpp"

using namespace toolhive::registry;
using toolhive::to_hex;
using namespace toolhive::registry::test;

// A store is added here, and in no other place of this file.
#define EVERY_STORE FileKind, SharedFileKind, PostgresKind, CachedPostgresKind

namespace {

using Kind_ = WriteOutcome::Kind;

const ManagedBy kOwner{"MCPTool", "default", "weather", "uid-1"};
const ManagedBy kHeir{"MCPTool", "default", "weather", "uid-2"};
const ManagedBy kStranger{"MCPTool", "default", "other", "uid-3"};

Result<WriteOutcome> put(Store& store, const std::string& name, const std::string& text,
                         const std::string& version = "", const Precondition& precondition = {},
                         const std::optional<ManagedBy>& manager = std::nullopt) {
  return write_and_wait(store, Register{definition(name, text, version, manager), precondition});
}

Result<WriteOutcome> take_away(Store& store, const std::string& name,
                               const std::optional<std::string>& version = std::nullopt,
                               const Precondition& precondition = {},
                               const std::optional<ManagedBy>& manager = std::nullopt) {
  return write_and_wait(store, Withdraw{name, version, manager, precondition});
}

bool came_to(const Result<WriteOutcome>& result, Kind_ kind) {
  return result.ok() && result->kind == kind;
}
bool was_refused(const Result<WriteOutcome>& result, Code code) {
  return !result.ok() && result.error().code == code && !result.error().detail.empty();
}

std::string latest_version(const Store& store, const std::string& name) {
  const auto index = store.snapshot();
  const Tool* tool = index->find(name);
  return tool == nullptr || tool->latest() == nullptr ? "" : tool->latest()->version.text();
}

// Everything that can be read: names, versions in their order, documents, entity tags, what is
// withdrawn.
std::string picture(const Store& store) {
  std::string out;
  store.snapshot()->visit_all([&](const Tool& tool) {
    out += tool.name + '\n';
    for (const auto& each : tool.live) out += "  " + entity_tag(*each) + ' ' + each->document + '\n';
    for (const auto& gone : tool.retired)
      out += "  -" + gone.version.text() + ' ' + to_hex(gone.digest) + '\n';
  });
  return out;
}

}  // namespace

TEST_CASE_TEMPLATE("a store that was never written to is empty and writable", Kind, EVERY_STORE) {
  Kind kind;
  auto store = kind.open();
  CHECK(store->snapshot()->tools() == 0);
  CHECK(store->snapshot()->sequence() == 0);
  CHECK(store->status().writable);
  CHECK(store->status().ready);
  CHECK(store->status().reason.empty());
  CHECK(store->status().quarantined == 0);
}

TEST_CASE_TEMPLATE("a registration is in the next snapshot, as the outcome says it", Kind, EVERY_STORE) {
  Kind kind;
  auto store = kind.open();
  const auto before = store->snapshot();
  auto written = put(*store, "a", "x", "1.0.0");
  REQUIRE(came_to(written, Kind_::Created));
  CHECK(written->new_tool);
  CHECK(written->name == "a");
  const auto index = store->snapshot();
  REQUIRE(index->find("a") != nullptr);
  CHECK(index->find("a")->latest()->document == written->registration->document);
  CHECK(index->find("a")->latest()->checksum == written->registration->checksum);
  CHECK(index->sequence() == 1);
  CHECK(before->find("a") == nullptr);  // What was taken does not change.

  auto second = put(*store, "a", "y", "1.1.0");
  REQUIRE(came_to(second, Kind_::Created));
  CHECK_FALSE(second->new_tool);
}

TEST_CASE_TEMPLATE("the same content again changes nothing, other content under the version is a conflict",
                   Kind, EVERY_STORE) {
  Kind kind;
  auto store = kind.open();
  const auto first = put(*store, "a", "x", "1.0.0");
  REQUIRE(first.ok());
  const auto again = put(*store, "a", "x", "1.0.0");
  REQUIRE(came_to(again, Kind_::Unchanged));
  CHECK(again->registration->document == first->registration->document);
  CHECK(was_refused(put(*store, "a", "y", "1.0.0"), Code::Conflict));
  CHECK(store->snapshot()->sequence() == 1);
  CHECK(store->snapshot()->versions() == 1);
}

TEST_CASE_TEMPLATE("the highest version is latest, and of equal ones the later", Kind, EVERY_STORE) {
  Kind kind;
  auto store = kind.open();
  for (const char* version : {"1.10.0", "1.9.0", "2.0.0-rc.1", "1.10.0+b"})
    CHECK(came_to(put(*store, "a", version, version), Kind_::Created));
  CHECK(latest_version(*store, "a") == "2.0.0-rc.1");
  CHECK(take_away(*store, "a", "2.0.0-rc.1").ok());
  CHECK(latest_version(*store, "a") == "1.10.0+b");
  CHECK(came_to(put(*store, "a", "unnumbered"), Kind_::Created));
  CHECK(latest_version(*store, "a") == "2.1.0");  // After the highest there ever was.
  CHECK(came_to(put(*store, "a", "unnumbered"), Kind_::Unchanged));
}

TEST_CASE_TEMPLATE("preconditions are checked when the write's turn has come", Kind, EVERY_STORE) {
  Kind kind;
  auto store = kind.open();
  CHECK(was_refused(put(*store, "a", "x", "1.0.0", {false, true, {}}), Code::Precondition));
  CHECK(was_refused(put(*store, "a", "x", "1.0.0", {false, false, {"tag"}}), Code::Precondition));
  auto first = put(*store, "a", "x", "1.0.0", {true, false, {}});
  REQUIRE(came_to(first, Kind_::Created));
  CHECK(was_refused(put(*store, "a", "y", "1.1.0", {true, false, {}}), Code::Precondition));
  const auto tag = entity_tag(*first->registration);
  CHECK(came_to(put(*store, "a", "y", "1.1.0", {false, false, {tag}}), Kind_::Created));
  CHECK(was_refused(put(*store, "a", "z", "1.2.0", {false, false, {tag}}), Code::Precondition));
  CHECK(was_refused(take_away(*store, "a", std::nullopt, {false, false, {tag}}), Code::Precondition));

  // Of many that build on one state exactly one gets through.
  const auto now = entity_tag(*store->snapshot()->find("a")->latest());
  std::vector<std::future<Result<WriteOutcome>>> writes;
  for (int i = 0; i < 8; ++i) {
    writes.push_back(std::async(std::launch::async, [&store, &now, i] {
      return put(*store, "a", "rival " + std::to_string(i), "2." + std::to_string(i) + ".0",
                 {false, false, {now}});
    }));
  }
  int created = 0;
  for (auto& each : writes) created += came_to(each.get(), Kind_::Created) ? 1 : 0;
  CHECK(created == 1);
}

TEST_CASE_TEMPLATE("only its manager writes to an entry, and its successor takes over", Kind, EVERY_STORE) {
  Kind kind;
  auto store = kind.open();
  REQUIRE(put(*store, "a", "x", "1.0.0", {}, kOwner).ok());
  CHECK(was_refused(put(*store, "a", "y", "1.1.0", {}, kStranger), Code::Conflict));
  CHECK(was_refused(put(*store, "a", "y", "1.1.0"), Code::Conflict));
  CHECK(was_refused(take_away(*store, "a"), Code::Conflict));
  CHECK(came_to(put(*store, "a", "x", "1.0.0", {}, kHeir), Kind_::Unchanged));
  store.reset();
  store = kind.open();
  CHECK(store->snapshot()->find("a")->latest()->manager == kHeir);
  CHECK(was_refused(take_away(*store, "a", std::nullopt, {}, kOwner), Code::Conflict));
  CHECK(came_to(take_away(*store, "a", std::nullopt, {}, kHeir), Kind_::Withdrawn));
  CHECK(came_to(put(*store, "a", "x", "1.0.0", {}, kStranger), Kind_::Created));
}

TEST_CASE_TEMPLATE("what is withdrawn is gone, and comes back with its content and no other", Kind,
                   EVERY_STORE) {
  Kind kind;
  auto store = kind.open();
  CHECK(was_refused(take_away(*store, "a"), Code::NotFound));
  REQUIRE(put(*store, "a", "x", "1.0.0").ok());
  REQUIRE(put(*store, "a", "y", "1.1.0").ok());
  CHECK(was_refused(take_away(*store, "a", "3.0.0"), Code::NotFound));
  CHECK(came_to(take_away(*store, "a", "1.1.0"), Kind_::Withdrawn));
  CHECK(latest_version(*store, "a") == "1.0.0");
  CHECK(was_refused(put(*store, "a", "z", "1.1.0"), Code::Conflict));
  CHECK(came_to(take_away(*store, "a"), Kind_::Withdrawn));
  CHECK(store->snapshot()->tools() == 0);
  store.reset();
  store = kind.open();
  CHECK(was_refused(take_away(*store, "a"), Code::NotFound));
  CHECK(was_refused(put(*store, "a", "z", "1.0.0"), Code::Conflict));
  auto back = put(*store, "a", "x", "1.0.0");
  REQUIRE(came_to(back, Kind_::Created));
  CHECK(back->new_tool);
}

TEST_CASE_TEMPLATE("of many writers of one version exactly one creates it", Kind, EVERY_STORE) {
  Kind kind;
  auto store = kind.open();
  std::atomic<int> created{0}, conflicts{0}, others{0};
  {
    std::vector<std::jthread> threads;
    for (int writer = 0; writer < 4; ++writer) {
      threads.emplace_back([&, writer] {
        for (int k = 0; k < 25; ++k) {
          const auto result = put(*store, "t" + std::to_string(k), "by " + std::to_string(writer), "1.0.0");
          ++(came_to(result, Kind_::Created)       ? created
             : was_refused(result, Code::Conflict) ? conflicts
                                                   : others);
        }
      });
    }
  }
  CHECK(created == 25);
  CHECK(conflicts == 75);
  CHECK(others == 0);
  CHECK(store->snapshot()->sequence() == 25);
}

TEST_CASE_TEMPLATE("all that can be read is the same after every restart, byte for byte", Kind, EVERY_STORE) {
  Kind kind;
  auto store = kind.open();
  const std::string text = R"(tab\t quote\" backslash\\ \u00e9 )"
                           "\xE2\x82\xAC \xF0\x9F\x98\x80 '); DROP TABLE records; -- {1,2} $1";
  REQUIRE(put(*store, "a", text, "1.0.0").ok());
  REQUIRE(put(*store, "a", "y", "1.0.0+b").ok());
  REQUIRE(put(*store, "b", std::string(8000, 'x')).ok());
  REQUIRE(put(*store, "c", "z", "1.0.0", {}, kOwner).ok());
  REQUIRE(put(*store, "d", "gone").ok());
  REQUIRE(take_away(*store, "d").ok());
  const auto before = picture(*store);
  const auto tag = store->snapshot()->tag();
  for (int restart = 0; restart < 2; ++restart) {
    store.reset();
    store = kind.open();
    CHECK(picture(*store) == before);
    // Each writer of shared files has a log, and so tags, of its own.
    if constexpr (!std::is_same_v<Kind, SharedFileKind>) CHECK(store->snapshot()->tag() == tag);
  }
  CHECK(came_to(put(*store, "a", text, "1.0.0"), Kind_::Unchanged));
}

TEST_CASE_TEMPLATE("writes of one thread are carried out in the order given, those that wait at the end too",
                   Kind, EVERY_STORE) {
  Kind kind;
  std::vector<int> answered;
  {
    auto store = kind.open();
    for (int i = 0; i < 40; ++i) {
      const auto note = [&answered, i](const Result<WriteOutcome>& result) {
        CHECK(result.ok());
        answered.push_back(i);
      };
      // Each pair withdraws what it registered, which fails in any other order.
      if (i % 2 == 0)
        store->write(Register{definition("a", "x", "1.0.0"), {}}, note);
      else
        store->write(Withdraw{"a", std::nullopt, std::nullopt, {}}, note);
    }
  }
  REQUIRE(answered.size() == 40);
  for (int i = 0; i < 40; ++i) CHECK(answered[static_cast<std::size_t>(i)] == i);
  auto store = kind.open();
  CHECK(store->snapshot()->tools() == 0);
  CHECK(store->snapshot()->sequence() == 40);
}

TEST_CASE_TEMPLATE("more writes than may wait are refused, each with an answer, and the rest is carried out",
                   Kind, EVERY_STORE) {
  Kind kind;
  std::atomic<int> done{0}, refused{0};
  {
    // The store's thread is held by the first answer, so that the others have to wait. It may be on
    // its way out of that wait until the store is gone.
    std::promise<void> busy, gate;
    auto opened = gate.get_future().share();
    auto store = kind.open({}, 2);
    store->write(Register{definition("first", "x"), {}}, [&](const Result<WriteOutcome>& result) {
      CHECK(result.ok());
      busy.set_value();
      opened.wait();
    });
    busy.get_future().wait();
    for (int i = 0; i < 10; ++i) {
      store->write(Register{definition("t" + std::to_string(i), "x"), {}},
                   [&](const Result<WriteOutcome>& result) {
                     ++(result.ok() ? done : refused);
                     if (!result.ok()) CHECK(result.error().code == Code::Unavailable);
                   });
    }
    CHECK(refused == 8);
    gate.set_value();
  }
  CHECK(done == 2);
  CHECK(kind.open()->snapshot()->tools() == 3);
}

TEST_CASE_TEMPLATE("a full registry refuses more tools and more versions, and says which limit", Kind,
                   EVERY_STORE) {
  Kind kind;
  auto store = kind.open({1, 2});
  CHECK(came_to(put(*store, "a", "x"), Kind_::Created));
  const auto full = put(*store, "b", "x");
  REQUIRE(was_refused(full, Code::StorageFull));
  CHECK(full.error().detail.find("limits.tools") != std::string::npos);
  CHECK(came_to(put(*store, "a", "y"), Kind_::Created));
  CHECK(was_refused(put(*store, "a", "z"), Code::StorageFull));
}

TEST_CASE_TEMPLATE("the status says how much the tools take", Kind, EVERY_STORE) {
  Kind kind;
  auto store = kind.open();
  for (int i = 0; i < 8; ++i) REQUIRE(put(*store, "t" + std::to_string(i), std::string(7000, 'x')).ok());
  store.reset();
  store = kind.open();
  CHECK(store->status().bytes > 0);
}
