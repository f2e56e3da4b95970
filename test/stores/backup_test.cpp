// Backups of all kinds of stores, and the way back into all kinds.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <semaphore>
#include <thread>

#include "../unit/registry/store_fixture.hpp"
#include "backup_fixture.hpp"
#include "controller/base/sha256.hpp"
#include "controller/base/time.hpp"
#include "registry/backup/back_up.hpp"
#include "registry/model/json.hpp"
#include "registry/store/journal.hpp"

using namespace toolhive::registry;
using namespace toolhive::registry::test;
using toolhive::sha256_hex;

namespace {

Json report_in(const std::string& path) {
  auto report = parse_json(read_text(path));
  REQUIRE(report.ok());
  return std::move(*report);
}

// Which kind of store is backed up, and which is restored.
template <class From, class To>
struct Between {
  using Source = From;
  using Target = To;
};

void change_text(const std::string& path, const std::string& from, const std::string& to) {
  auto text = read_text(path);
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  text.replace(at, from.size(), to);
  std::ofstream(path, std::ios::trunc) << text;
}

// A backup of a filled store in a folder, by the program.
struct MadeBackup {
  MadeBackup() {
    fill_with_everything(*open_place(place.options()));
    run_registry({"backup", "--config", place.config(), "--to", location()}, 0);
  }
  std::string location() const { return "file://" + folder.path() + "/deep/er/one"; }
  std::string file(const std::string& suffix) const { return folder.path() + "/deep/er/one" + suffix; }

  TemporaryFolder folder;
  FilePlace place;
};

// What a restore that was refused left behind: nothing.
void check_untouched(const FilePlace& place) {
  CHECK_FALSE(std::filesystem::exists(place.options().directory + "/restored.json"));
  CHECK(told_by(place.options()).empty());
}

}  // namespace

TEST_CASE_TEMPLATE("a restore puts back every tool, server, version, status and time of a backup", Way,
                   Between<FilePlace, FilePlace>, Between<FilePlace, DatabasePlace>,
                   Between<DatabasePlace, FilePlace>, Between<DatabasePlace, DatabasePlace>) {
  const typename Way::Source from;
  const typename Way::Target to;
  const TemporaryFolder folder;
  fill_with_everything(*open_place(from.options()));
  const auto location = "file://" + folder.path() + "/nightly-1";
  const auto report = folder.path() + "/report";
  run_registry({"backup", "--config", from.config(), "--to", location, "--report", report}, 0);
  const auto made = report_in(report);
  CHECK(made["location"] == location);
  CHECK(made["tools"] == 4);
  CHECK(made["servers"] == 1);
  CHECK(made["sha256"] == sha256_hex(read_text(folder.path() + "/nightly-1.jsonl")));
  CHECK(made["bytes"] == std::filesystem::file_size(folder.path() + "/nightly-1.jsonl"));

  run_registry({"restore", "--config", to.config(), "--from", location, "--report", report}, 0);
  const auto restored = report_in(report);
  CHECK(restored["restored"] == true);
  CHECK(restored["tools"] == 4);
  CHECK(restored["takenAt"] == made["takenAt"]);
  const auto told = told_by(from.options());
  CHECK(told.find("use alpha") != std::string::npos);
  CHECK(told_by(to.options()) == told);
  run_registry({"verify", "--config", to.config()}, 0);

  // It goes on as the first would have: what was withdrawn stands for its content.
  auto store = open_place(to.options());
  CHECK(write_and_wait(*store, Register{definition("gone", "other", "1.0.0"), {}}).error().code ==
        Code::Conflict);
  CHECK(write_and_wait(*store, Register{definition("alpha", "new", "1.0.0"), {}}).error().code ==
        Code::Conflict);
}

TEST_CASE_TEMPLATE("a store that was restored is left alone by the same restore, whatever became of it",
                   Place, FilePlace, DatabasePlace) {
  MadeBackup backup;
  const Place to;
  const auto report = backup.folder.path() + "/report";
  run_registry({"restore", "--config", to.config(), "--from", backup.location()}, 0);
  {
    auto store = open_place(to.options());
    REQUIRE(write_and_wait(*store, Register{definition("later", "x", "1.0.0"), {}}).ok());
  }
  const auto told = told_by(to.options());
  // The backup may be gone by then.
  run_registry({"delete-backup", "--from", backup.location()}, 0);
  run_registry({"restore", "--config", to.config(), "--from", backup.location(), "--report", report}, 0);
  CHECK(report_in(report)["restored"] == false);
  CHECK(report_in(report)["tools"] == 4);
  CHECK(told_by(to.options()) == told);
}

TEST_CASE_TEMPLATE("a restore into a store that has something else changes nothing and says what is there",
                   Place, FilePlace, DatabasePlace) {
  MadeBackup backup;
  const Place to;
  {
    auto store = open_place(to.options());
    REQUIRE(write_and_wait(*store, Register{definition("mine", "x", "1.0.0"), {}}).ok());
  }
  const auto told = told_by(to.options());
  const auto report = backup.folder.path() + "/report";
  run_registry({"restore", "--config", to.config(), "--from", backup.location(), "--report", report}, 3);
  CHECK(report_in(report)["error"].get<std::string>().find("not empty: it has 1 tools and 0 servers") !=
        std::string::npos);
  CHECK(told_by(to.options()) == told);
}

TEST_CASE("a backup that is truncated, altered, or in part missing is refused before the first write") {
  MadeBackup backup;
  const FilePlace to;
  const auto refused = [&](const std::string& why) {
    const auto report = backup.folder.path() + "/report";
    run_registry({"restore", "--config", to.config(), "--from", backup.location(), "--report", report}, 3);
    const auto error = report_in(report)["error"].get<std::string>();
    CAPTURE(error);
    CHECK(error.find(why) != std::string::npos);
    check_untouched(to);
  };
  const auto whole = read_text(backup.file(".jsonl"));
  const auto put = [&](const std::string& text) { std::ofstream(backup.file(".jsonl")) << text; };

  SUBCASE("cut at any place") {
    for (const auto size : {std::size_t{0}, std::size_t{10}, whole.size() / 2, whole.size() - 1}) {
      put(whole.substr(0, size));
      refused("of the backup");
    }
  }
  SUBCASE("one letter is another, with the export's own checksum mended") {
    auto altered = whole;
    altered.replace(altered.find("use alpha"), 9, "use omega");
    const auto end = altered.rfind('\n', altered.size() - 2) + 1;
    altered.replace(altered.find("\"sha256\":\"", end) + 10, 64, sha256_hex(altered.substr(0, end)));
    put(altered);
    refused("another SHA-256");
  }
  SUBCASE("another whole export is in its place") {
    put(whole + whole);
    refused("longer than its manifest says");
  }
  SUBCASE("the export is missing") {
    std::filesystem::remove(backup.file(".jsonl"));
    refused("one.jsonl");
  }
  SUBCASE("the manifest is missing") {
    std::filesystem::remove(backup.file(".json"));
    refused("there is no backup");
  }
  SUBCASE("the manifest is cut short") {
    std::ofstream(backup.file(".json")) << "{";
    refused("the manifest");
  }
  SUBCASE("a newer program made it") {
    change_text(backup.file(".json"), "\"version\": 1", "\"version\": 2");
    refused("newer program");
  }
}

TEST_CASE("an export of what no registry writes is refused, although all of its checksums are right") {
  MadeBackup backup;
  const FilePlace to;
  auto export_text = read_text(backup.file(".jsonl"));
  const auto end = export_text.rfind('\n', export_text.size() - 2) + 1;
  auto lines = export_text.substr(0, end);
  lines +=
      R"({"operation":"register","record":{"name":"a b","inputSchema":{"type":"object"},"version":"1.0.0",)"
      R"("registeredAt":"2026-01-01T00:00:00.000000Z","digest":"sha256:)" +
      sha256_hex(R"({"inputSchema":{"type":"object"},"name":"a b"})") + "\"}}\n";
  const auto records = report_in(backup.file(".json"))["records"].get<int>();
  lines += R"({"records":)" + std::to_string(records + 1) + R"(,"sha256":")" + sha256_hex(lines) + "\"}\n";
  std::ofstream(backup.file(".jsonl")) << lines;
  auto manifest = report_in(backup.file(".json"));
  manifest["records"] = records + 1;
  manifest["bytes"] = lines.size();
  manifest["sha256"] = sha256_hex(lines);
  std::ofstream(backup.file(".json")) << manifest.dump();
  const auto said = run_registry({"restore", "--config", to.config(), "--from", backup.location()}, 3);
  CHECK(said.err.find("/name") != std::string::npos);
  check_untouched(to);
}

TEST_CASE("a backup that is larger than the limits of the registry is refused, and says which to raise") {
  MadeBackup backup;
  const FilePlace to;
  const auto config = to.config();
  std::ofstream(config, std::ios::app) << "limits: {tools: 3}\n";
  const auto said = run_registry({"restore", "--config", config, "--from", backup.location()}, 3);
  CHECK(said.err.find("limits.tools") != std::string::npos);
  check_untouched(to);
}

TEST_CASE("a restore of a time leaves out the versions, states and deletions that came later") {
  const FilePlace from, to;
  const TemporaryFolder folder;
  const auto minute = [](int number) {
    return *toolhive::parse_rfc3339("2026-01-01T00:00:00Z") + std::chrono::minutes(number);
  };
  {
    FileStoreOptions options;
    options.directory = from.options().directory;
    int now = 0;
    options.now = [&] { return toolhive::to_wall_time(minute(now)); };
    auto store = open_store(posix_file_system(), options);
    const auto at = [&](int number, Write write) {
      now = number;
      REQUIRE(write_and_wait(*store, std::move(write)).ok());
    };
    at(1, Register{definition("a", "x", "1.0.0"), {}});
    at(2, Register{definition("b", "x", "1.0.0"), {}});
    at(3, SetStatus{"b", "1.0.0", {Lifecycle::Deprecated, "early", ""}, std::nullopt, {}});
    at(4, Register{definition("gone", "x", "1.0.0"), {}});
    at(5, Withdraw{"gone", std::nullopt, std::nullopt, {}});
    at(6, Register{definition("late", "x", "1.0.0"), {}});
    // From here on it is too late.
    at(11, Register{definition("a", "y", "2.0.0"), {}});
    at(12, SetStatus{"a", "1.0.0", {Lifecycle::Deprecated, "too late", ""}, std::nullopt, {}});
    at(13, Withdraw{"late", std::nullopt, std::nullopt, {}});
    at(14, Register{definition("new", "x", "1.0.0"), {}});
  }
  const auto location = "file://" + folder.path() + "/one";
  run_registry({"backup", "--config", from.config(), "--to", location}, 0);
  run_registry({"restore", "--config", to.config(), "--from", location, "--at", "2026-01-01T02:10:00+02:00"},
               0);
  const auto index = open_place(to.options())->snapshot();
  REQUIRE(index->find("a") != nullptr);
  REQUIRE(index->find("a")->live.size() == 1);
  CHECK(index->find("a")->latest()->lifecycle == Lifecycle::Active);
  CHECK(index->find("a")->latest()->document.find("status") == std::string::npos);
  CHECK(index->find("a")->latest()->updated_at.empty());
  REQUIRE(index->find("b") != nullptr);
  CHECK(index->find("b")->latest()->document.find("early") != std::string::npos);
  REQUIRE(index->find("gone") != nullptr);
  CHECK(index->find("gone")->retired.size() == 1);
  CHECK(index->find("late") == nullptr);
  CHECK(index->find("new") == nullptr);
  CHECK(index->tools() == 2);
  // Another time is another restore.
  run_registry({"restore", "--config", to.config(), "--from", location}, 3);
  run_registry({"restore", "--config", to.config(), "--from", location, "--at", "tomorrow"}, 2);
}

TEST_CASE("of a server a restore of a time leaves out the status that came later") {
  const FilePlace from, to;
  const TemporaryFolder folder;
  fill_with_everything(*open_place(from.options()));
  const auto before = *open_place(from.options())->snapshot()->find("io.example/weather")->find("1.1.0");
  REQUIRE(before.lifecycle == Lifecycle::Deleted);
  const auto location = "file://" + folder.path() + "/one";
  run_registry({"backup", "--config", from.config(), "--to", location}, 0);
  run_registry({"restore", "--config", to.config(), "--from", location, "--at", before.registered_at}, 0);
  const auto index = open_place(to.options())->snapshot();
  const auto after = index->find("io.example/weather")->find("1.1.0");
  REQUIRE(after != nullptr);
  CHECK(after->lifecycle == Lifecycle::Active);
  CHECK(after->registered_at == before.registered_at);
  CHECK(after->updated_at.empty());
}

TEST_CASE("a name stands for one backup: one that is there is checked and stays") {
  MadeBackup backup;
  const auto whole = read_text(backup.file(".jsonl")), manifest = read_text(backup.file(".json"));
  {
    auto store = open_place(backup.place.options());
    REQUIRE(write_and_wait(*store, Register{definition("later", "x", "1.0.0"), {}}).ok());
  }
  const std::vector<std::string> command = {"backup", "--config", backup.place.config(), "--to",
                                            backup.location()};
  CHECK(run_registry(command, 0).out.find("was there already") != std::string::npos);
  CHECK(read_text(backup.file(".jsonl")) == whole);
  CHECK(read_text(backup.file(".json")) == manifest);
  std::ofstream(backup.file(".jsonl"), std::ios::app) << "x";
  CHECK(run_registry(command, 3).err.find("not whole") != std::string::npos);
  run_registry({"delete-backup", "--from", backup.location()}, 0);
  CHECK_FALSE(std::filesystem::exists(backup.file(".json")));
  CHECK_FALSE(std::filesystem::exists(backup.file(".jsonl")));
  run_registry({"delete-backup", "--from", backup.location()}, 0);
  run_registry(command, 0);
  CHECK(read_text(backup.file(".jsonl")) != whole);
}

TEST_CASE("what a folder has goes into the manifest of a backup, by name") {
  const FilePlace place;
  const TemporaryFolder folder;
  open_place(place.options());
  const auto included = folder.path() + "/included";
  std::filesystem::create_directories(included + "/..data");
  std::ofstream(included + "/registry.yaml") << "kind: Registry\n";
  const std::vector<std::string> command = {"backup",    "--config", place.config(),
                                            "--include", included,   "--to"};
  const auto to = [&](const std::string& name) {
    auto arguments = command;
    arguments.push_back("file://" + folder.path() + "/" + name);
    return arguments;
  };
  run_registry(to("one"), 0);
  const auto manifest = report_in(folder.path() + "/one.json");
  CHECK(manifest["files"].size() == 1);
  CHECK(manifest["files"]["registry.yaml"] == "kind: Registry\n");
  std::ofstream(included + "/binary") << "\xff\xfe";
  CHECK(run_registry(to("two"), 2).err.find("UTF-8") != std::string::npos);
  CHECK_FALSE(std::filesystem::exists(folder.path() + "/two.json"));
}

TEST_CASE("a mistake in the arguments is told by the exit code 2, and what may come right by 1") {
  const FilePlace place;
  const TemporaryFolder folder;
  run_registry({"backup", "--config", place.config()}, 2);
  run_registry({"backup", "--config", place.config(), "--to", "ftp://x/y"}, 2);
  run_registry({"backup", "--config", folder.path() + "/none", "--to", "file:///tmp/x"}, 2);
  run_registry({"backup", "--config", place.config(), "--to", "s3://bucket/x"}, 2);
  // No registry has been there, which is no reason for a backup of nothing.
  const auto none =
      run_registry({"backup", "--config", place.config(), "--to", "file://" + folder.path() + "/x"}, 1);
  CHECK(none.err.find("no registry") != std::string::npos);
  CHECK_FALSE(std::filesystem::exists(folder.path() + "/x.json"));
}

TEST_CASE("a log that is replaced while it is read is read anew, and always whole") {
  const FilePlace place;
  const auto directory = place.options().directory;
  {
    auto store = open_place(place.options());
    for (int i = 0; i < 20; ++i)
      REQUIRE(write_and_wait(*store, Register{definition("t" + std::to_string(i), "x", "1.0.0"), {}}).ok());
  }
  const auto log = read_text(directory + "/" + journal_name(1));
  constexpr int kReadings = 3'000;
  std::binary_semaphore begin{0}, done{0};
  // Replaces the log once in each reading, at another moment each time, as a compaction does.
  std::jthread replacing([&] {
    for (int reading = 1; reading <= kReadings; ++reading) {
      const auto next = directory + "/" + journal_name(static_cast<std::uint64_t>(reading) + 1);
      std::ofstream(next + ".tmp") << log;
      begin.acquire();
      for (volatile int spin = reading % 100 * 200; spin > 0;) spin = spin - 1;
      std::filesystem::rename(next + ".tmp", next);
      std::filesystem::remove(directory + "/" + journal_name(static_cast<std::uint64_t>(reading)));
      done.release();
    }
  });
  int failed = 0;
  for (int reading = 0; reading < kReadings; ++reading) {
    begin.release();
    const auto index = read_store(place.options(), [&](std::string_view) { ++failed; });
    if (!index || index->tools() != 20) ++failed;
    done.acquire();
  }
  CHECK(failed == 0);
}
