#include <doctest/doctest.h>

#include <map>
#include <set>

#include "registry/store/journal.hpp"
#include "store_fixture.hpp"

using namespace toolhive::registry;
using namespace toolhive::registry::test;

namespace {

// What a client knows: the documents it was promised, and all it ever asked for.
struct Client {
  // By "name version"; empty when its withdrawal was promised.
  std::map<std::string, std::string> promised;
  // The last write to these had no answer, or a failure.
  std::set<std::string> unknown;
  std::set<std::string> asked;
};

void put(Store& store, Client& client, const std::string& name, const std::string& version) {
  const auto key = name + " " + version;
  client.asked.insert(key);
  auto result = write_and_wait(store, Register{definition(name, "content of " + key, version), {}});
  if (result.ok()) {
    client.promised[key] = result->registration->document;
    client.unknown.erase(key);
  } else {
    client.unknown.insert(key);
  }
}

void withdraw(Store& store, Client& client, const std::string& name, const std::string& version) {
  const auto key = name + " " + version;
  if (!client.promised.contains(key)) return;
  auto result = write_and_wait(store, Withdraw{name, version, std::nullopt, {}});
  if (result.ok())
    client.promised[key].clear();
  else
    client.unknown.insert(key);
}

void work(Store& store, Client& client) {
  for (int i = 0; i < 6; ++i) {
    const auto name = "tool-" + std::to_string(i % 4);
    put(store, client, name, "1." + std::to_string(i) + ".0");
    if (i % 2 == 1) withdraw(store, client, name, "1." + std::to_string(i) + ".0");
  }
}

void check(const Store& store, const Client& client) {
  const auto index = store.snapshot();
  for (const auto& [key, document] : client.promised) {
    if (client.unknown.contains(key)) continue;
    CAPTURE(key);
    const auto space = key.find(' ');
    const Tool* tool = index->find(key.substr(0, space));
    const auto found = tool == nullptr ? nullptr : tool->find(key.substr(space + 1));
    if (document.empty()) {
      CHECK(found == nullptr);
    } else {
      REQUIRE(found != nullptr);
      CHECK(found->document == document);
    }
  }
  index->visit_all([&](const Tool& tool) {
    for (const auto& each : tool.live) {
      const auto key = tool.name + " " + each->version.text();
      CAPTURE(key);
      CHECK(client.asked.contains(key));
      CHECK(each->document.find("content of " + key) != std::string::npos);
    }
  });
}

}  // namespace

TEST_CASE(
    "whenever the power fails, what was acknowledged is there and nothing else but what was asked for") {
  using Unsynced = FaultFileSystem::Unsynced;
  for (const auto unsynced : {Unsynced::Lost, Unsynced::Half, Unsynced::Kept}) {
    std::uint64_t total = 0;
    for (std::uint64_t lives = 1; lives <= total + 1; ++lives) {
      CAPTURE(lives);
      CAPTURE(static_cast<int>(unsynced));
      FaultFileSystem files;
      Client client;
      files.lives = lives;
      {
        auto store = FileStore::open(files, store_options());
        if (store.ok()) work(**store, client);
      }
      if (total == 0) {  // How many changes there are to die at.
        FaultFileSystem healthy;
        Client unused;
        auto store = open_store(healthy);
        work(*store, unused);
        total = healthy.changes();
        REQUIRE(total > 15);
      }
      files.restart(unsynced);
      {
        auto store = open_store(files);
        check(*store, client);
        // It goes on from here, and after one more restart all of it is there.
        put(*store, client, "after", "1.0.0");
        CHECK(client.promised.contains("after 1.0.0"));
        check(*store, client);
      }
      files.restart(Unsynced::Lost);
      check(*open_store(files), client);
      CHECK(verify_store(files, kFolder)->problems.empty());
    }
  }
}

TEST_CASE("a power failure during compaction loses nothing") {
  using Unsynced = FaultFileSystem::Unsynced;
  auto options = store_options();
  options.compact_bytes = 1;
  for (const auto unsynced : {Unsynced::Lost, Unsynced::Half, Unsynced::Kept}) {
    for (std::uint64_t lives = 1; lives < 16; ++lives) {
      CAPTURE(lives);
      CAPTURE(static_cast<int>(unsynced));
      FaultFileSystem files;
      Client client;
      {
        auto store = open_store(files);
        work(*store, client);
        for (int i = 0; i < 10; ++i) {
          put(*store, client, "churn", "1.0.0");
          withdraw(*store, client, "churn", "1.0.0");
        }
      }
      files.lives = lives;
      (void)FileStore::open(files, options);
      files.restart(unsynced);
      {
        auto store = open_store(files, options);
        check(*store, client);
        put(*store, client, "after", "1.0.0");
      }
      auto names = files.list(kFolder);
      REQUIRE(names.ok());
      CHECK(std::count_if(names->begin(), names->end(),
                          [](const auto& name) { return journal_number(name) > 0; }) == 1);
      check(*open_store(files), client);
    }
  }
}
