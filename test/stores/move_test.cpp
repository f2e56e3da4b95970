// Moving what files hold into a database.
#include "registry/store/open/move.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "../unit/registry/store_fixture.hpp"
#include "backup_fixture.hpp"
#include "kinds.hpp"
#include "registry/store/fill.hpp"
#include "registry/store/open/open.hpp"

using namespace toolhive::registry;
using toolhive::to_hex;
using namespace toolhive::registry::test;

namespace {

// Files on a real disk with tools of several versions, statuses and withdrawals, and an empty
// database.
struct ToMove {
  TemporaryFolder folder;
  PostgresDatabase database;

  std::string files() const { return folder.path() + "/files"; }
  std::unique_ptr<FileStore> open_files() const {
    FileStoreOptions options;
    options.directory = files();
    return toolhive::registry::test::open_store(posix_file_system(), std::move(options));
  }
  StoreOptions target() const {
    StoreOptions options;
    options.database = database.options().database;
    return options;
  }
  void put(Store& store, const std::string& name, const std::string& version = "1.0.0") const {
    REQUIRE(write_and_wait(store, Register{definition(name, "of " + version, version), {}}).ok());
  }
  void fill_files() const { fill_with_everything(*open_files()); }
  Result<MovedStore> move() const {
    return move_store(files(), target(), [](std::string_view) {});
  }
};

// Documents with their entity tags, and what is withdrawn.
std::string all_of(const Index& index) {
  std::string out;
  index.visit_all([&](const Tool& tool) {
    for (const auto& each : tool.live) out += entity_tag(*each) + ' ' + each->document + '\n';
    for (const auto& gone : tool.retired)
      out += '-' + tool.name + ' ' + gone.version.text() + ' ' + to_hex(gone.digest) + ' ' +
             gone.withdrawn_at + '\n';
  });
  return out;
}

std::string all_of_folder(const std::string& folder) {
  std::string out;
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
    if (entry.is_regular_file()) paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  for (const auto& path : paths) {
    std::ifstream file(path);
    out += path.string() + '\n' + std::string(std::istreambuf_iterator<char>(file), {}) + '\n';
  }
  return out;
}

std::string detail_of(const Result<MovedStore>& moved) {
  return moved.ok() ? "" : moved.error().detail;
}

}  // namespace

TEST_CASE(
    "moved to a database, all tools, versions, statuses, times, withdrawals and entity tags are the same") {
  const ToMove moving;
  moving.fill_files();
  const std::string before = all_of(*moving.open_files()->snapshot());
  const std::string disk = all_of_folder(moving.files());
  const auto moved = moving.move();
  REQUIRE_MESSAGE(moved.ok(), detail_of(moved));
  CHECK(moved->done);
  CHECK(moved->tools == moving.database.open()->snapshot()->tools());
  CHECK(moved->tools > 2);
  auto store = moving.database.open();
  CHECK(all_of(*store->snapshot()) == before);
  CHECK(to_hex(digest_of_history(*store->snapshot())) == to_hex(moved->sha256));
  CHECK(all_of_folder(moving.files()) == disk);
}

TEST_CASE("a move that is repeated leaves alone what was written to the database since") {
  const ToMove moving;
  moving.fill_files();
  REQUIRE(moving.move().ok());
  {
    auto store = moving.database.open();
    moving.put(*store, "later");
  }
  const auto again = moving.move();
  REQUIRE_MESSAGE(again.ok(), detail_of(again));
  CHECK_FALSE(again->done);
  CHECK(moving.database.open()->snapshot()->find("later") != nullptr);
}

TEST_CASE(
    "what was moved and not read back is read back when the move is repeated, and is not taken for moved") {
  const ToMove moving;
  moving.fill_files();
  REQUIRE(moving.move().ok());
  const std::string unchecked =
      "UPDATE mcp_registry.restored SET origin = replace(origin, '\"checked\":true', '\"checked\":false')";
  moving.database.sql(unchecked);
  const auto again = moving.move();
  REQUIRE_MESSAGE(again.ok(), detail_of(again));
  CHECK(again->done);
  CHECK_FALSE(moving.move()->done);
  {
    auto store = moving.database.open();
    moving.put(*store, "later");
  }
  moving.database.sql(unchecked);
  for (int i = 0; i < 2; ++i) {
    const auto other = moving.move();
    REQUIRE_FALSE(other.ok());
    CHECK(other.error().code == Code::Corrupt);
  }
}

TEST_CASE("files that were written to since they were moved are not taken for moved") {
  const ToMove moving;
  moving.fill_files();
  REQUIRE(moving.move().ok());
  {
    auto store = moving.open_files();
    moving.put(*store, "later");
  }
  const auto again = moving.move();
  REQUIRE_FALSE(again.ok());
  CHECK(again.error().code == Code::Conflict);
  CHECK(again.error().detail.find("were written to since") != std::string::npos);
  CHECK(moving.database.open()->snapshot()->find("later") == nullptr);
  moving.database.sql("DROP SCHEMA mcp_registry CASCADE");
  REQUIRE(moving.move().ok());
  CHECK(moving.database.open()->snapshot()->find("later") != nullptr);
}

TEST_CASE("a database that holds anything else is not moved to, and stays as it is") {
  const ToMove moving;
  moving.fill_files();
  {
    auto store = moving.database.open();
    moving.put(*store, "theirs");
  }
  const auto moved = moving.move();
  REQUIRE_FALSE(moved.ok());
  CHECK(moved.error().code == Code::Conflict);
  CHECK(moved.error().detail.find("it has 1 tools") != std::string::npos);
  CHECK(moving.database.open()->snapshot()->tools() == 1);
}

TEST_CASE("files that a registry has open are not moved") {
  const ToMove moving;
  moving.fill_files();
  auto store = moving.open_files();
  const auto moved = moving.move();
  REQUIRE_FALSE(moved.ok());
  CHECK(moved.error().code == Code::Unavailable);
  CHECK(moved.error().detail.find("another registry process") != std::string::npos);
  moving.database.open();
  CHECK(moving.database.sql("SELECT count(*) FROM mcp_registry.records") == "0");
}

TEST_CASE("an empty registry is moved as well, and a damaged record is told of and left out") {
  const ToMove moving;
  moving.open_files();
  REQUIRE(moving.move().ok());
  const ToMove damaged;
  damaged.fill_files();
  const std::string log = damaged.files() + "/tools-000001.log";
  {
    std::fstream file(log, std::ios::in | std::ios::out);
    file.seekp(200);
    file << "XX";
  }
  int told = 0;
  const auto moved = move_store(damaged.files(), damaged.target(), [&](std::string_view) { ++told; });
  REQUIRE_MESSAGE(moved.ok(), detail_of(moved));
  CHECK(told == 1);
}

TEST_CASE("the command that moves says what it did to its report, and ends with what others go by") {
  const ToMove moving;
  moving.fill_files();
  const auto database = moving.database.options().database;
  const auto config = moving.folder.path() + "/config.yaml", report = moving.folder.path() + "/report";
  const auto run = [&](const std::string& text, int code) {
    std::ofstream(config) << text;
    run_registry({"move", "--from", moving.files(), "--config", config, "--report", report}, code);
    return nlohmann::json::parse(read_text(report));
  };
  const std::string at_database = "database: {host: " + database.host +
                                  ", port: " + std::to_string(database.port) + ", user: " + database.user;
  const std::string named = at_database + ", name: " + moving.database.name() + "}";
  const auto good = run(named, 0);
  CHECK(good.at("tools") == moving.database.open()->snapshot()->tools());
  CHECK(good.at("moved") == true);
  CHECK(good.at("sha256").get<std::string>().size() == 64);
  CHECK(run(named, 0).at("moved") == false);
  const std::string missing = run(at_database + ", name: no_such_database}", 1).at("error");
  CHECK(missing.find("no_such_database") != std::string::npos);
  const std::string none = run("storage: {path: /nowhere}", 2).at("error");
  CHECK(none.find("names no database") != std::string::npos);
}
