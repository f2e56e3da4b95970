#include "registry/store/tool_files.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <mutex>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <thread>
#include <vector>

#include "registry/store/pretty_json.hpp"
#include "registry/store/tool_file_name.hpp"
#include "store_fixture.hpp"

using namespace toolhive::registry;
using namespace toolhive::registry::test;

namespace {

using namespace std::chrono_literals;

constexpr char kToolsFolder[] = "/data/registry/tools";

bool comes_true(const std::function<bool()>& condition) {
  const auto end = std::chrono::steady_clock::now() + 20s;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(1ms);
  }
  return true;
}

// A disk whose files may be read while the store works on it, and on which one cannot be put in its
// place.
class WatchedFiles final : public FileSystem {
 public:
  FaultFileSystem disk;
  std::string refused;

  Result<void> create_directories(const std::string& path) override { return disk.create_directories(path); }
  Result<std::vector<std::string>> list(const std::string& path) override { return disk.list(path); }
  Result<std::unique_ptr<AppendFile>> create(const std::string& path) override { return disk.create(path); }
  Result<std::unique_ptr<AppendFile>> open_append(const std::string& path) override {
    return disk.open_append(path);
  }
  Result<std::unique_ptr<ReadFile>> open_read(const std::string& path) override {
    return disk.open_read(path);
  }
  Result<void> rename(const std::string& from, const std::string& to) override {
    if (!refused.empty() && to.ends_with(refused)) return Error{Code::Unavailable, "it is a folder"};
    return disk.rename(from, to);
  }
  Result<void> remove(const std::string& path) override { return disk.remove(path); }
  Result<void> sync_directory(const std::string& path) override { return disk.sync_directory(path); }
  Result<std::unique_ptr<FileLock>> lock(const std::string& path) override { return disk.lock(path); }
  Result<std::unique_ptr<FileLock>> share_lock(const std::string& path) override {
    return disk.share_lock(path);
  }
  Result<DiskSpace> space(const std::string& path) override { return disk.space(path); }

  std::string read(const std::string& name) {
    auto file = disk.open_read(std::string(kToolsFolder) + "/" + name);
    if (!file) return "";
    std::string text, piece(64, '\0');
    for (;;) {
      const auto count = (*file)->read(piece.data(), piece.size());
      if (!count || *count == 0) return text;
      text.append(piece, 0, *count);
    }
  }
  std::vector<std::string> names() { return *disk.list(kToolsFolder); }
  bool has(const std::string& name) { return disk.open_read(std::string(kToolsFolder) + "/" + name).ok(); }
};

// Notices, in their order.
class Heard {
 public:
  std::function<void(bool, std::string_view)> sink() {
    return [this](bool urgent, std::string_view text) {
      std::lock_guard guard(mutex_);
      (urgent ? urgent_ : calm_).emplace_back(text);
    };
  }
  std::vector<std::string> urgent() {
    std::lock_guard guard(mutex_);
    return urgent_;
  }
  std::vector<std::string> calm() {
    std::lock_guard guard(mutex_);
    return calm_;
  }

 private:
  std::mutex mutex_;
  std::vector<std::string> urgent_, calm_;
};

FileStoreOptions readable_options() {
  auto options = store_options();
  options.tool_files = true;
  return options;
}

Write registration(const std::string& name, const std::string& text = "text",
                   const std::string& version = "1.0.0") {
  return Register{definition(name, text, version), {}};
}

bool is_settled(FileStore& store) {
  return store.status().tool_files->pending == 0;
}

std::string latest_document(const Store& store, const std::string& name) {
  return store.snapshot()->find(name)->latest()->document;
}

// ToolFiles over an index that a test makes, without a store.
struct Kept {
  WatchedFiles files;
  Heard heard;
  std::mutex mutex;
  std::shared_ptr<const Index> index = std::make_shared<const Index>();

  ToolFilesOptions options() {
    ToolFilesOptions made;
    made.directory = kToolsFolder;
    made.snapshot = [this] {
      std::lock_guard guard(mutex);
      return index;
    };
    made.notice = heard.sink();
    made.first_pause = made.longest_pause = 1ms;
    return made;
  }
  void add(const std::string& name, const std::string& text = "text") {
    std::lock_guard guard(mutex);
    IndexBuilder builder(*index);
    const std::string payload = R"({"name":")" + name + R"(","version":"1.0.0","digest":"sha256:)" +
                                std::string(64, '0') + R"(","description":")" + text + R"("})";
    Record record;
    record.sequence = index->sequence() + 1;
    record.payload = payload;
    record.checksum = record_checksum(record.sequence, record.operation, record.payload);
    REQUIRE(apply(builder, record).ok());
    index = std::make_shared<const Index>(builder.take());
  }
  void withdraw_all() {
    std::lock_guard guard(mutex);
    index = std::make_shared<const Index>();
  }
};

}  // namespace

TEST_CASE("no two names of tools have one file, whatever the file system makes of large letters") {
  const std::vector<std::string> names = {"weather",
                                          "Weather",
                                          "WEATHER",
                                          "we+ather",
                                          "+weather",
                                          "a",
                                          "A",
                                          ".hidden",
                                          "..x",
                                          "a.b",
                                          "a..json",
                                          "a.json",
                                          "%2ea",
                                          ".a",
                                          "README",
                                          "readme",
                                          "README.tmp",
                                          "a/b",
                                          "../x",
                                          "con",
                                          "a~b",
                                          "-",
                                          std::string(128, 'a'),
                                          std::string(129, 'a'),
                                          std::string(64, 'A'),
                                          std::string(65, 'A'),
                                          std::string(700, 'a'),
                                          std::string(699, 'a') + 'b',
                                          std::string("a\0b", 3),
                                          "\xC3\xA9"};
  std::set<std::string> files;
  for (const auto& name : names) {
    CAPTURE(name);
    const auto file = tool_file_name(name);
    CAPTURE(file);
    CHECK(files.insert(file).second);
    CHECK(file.find('/') == std::string::npos);
    CHECK(file.find('\0') == std::string::npos);
    CHECK(file.front() != '.');
    CHECK(file.size() <= 198);
    CHECK(std::none_of(file.begin(), file.end(), [](char c) { return c >= 'A' && c <= 'Z'; }));
    CHECK(is_tool_file_name(file));
  }
  CHECK(tool_file_name("weather_now-1.0") == "weather_now-1.0.json");
  CHECK(tool_file_name("GitHub") == "+git+hub.json");
}

TEST_CASE("what no tool's file is called is not taken for one") {
  for (const char* name :
       {"README", "notes.txt", "Weather.json", ".hidden.json", ".json", "a b.json", "a%4.json", "a%41.json",
        "a+.json", "a+1.json", "a~b.json", "a.json.bak", "a.json.tmp", "lost+found", "%2E.json"})
    CHECK_MESSAGE(!is_tool_file_name(name), name);
  CHECK_FALSE(is_tool_file_name(std::string(129, 'a') + ".json"));
  CHECK_FALSE(is_tool_file_name(std::string(128, 'a') + "~" + std::string(63, '0') + ".json"));
}

TEST_CASE("JSON laid out for people says what it said, byte for byte between its blanks") {
  CHECK(pretty_json(R"({"a":1.50,"b":[1,"x, {y}: \"z\\"],"c":{},"d":[]})") == R"({
  "a": 1.50,
  "b": [
    1,
    "x, {y}: \"z\\"
  ],
  "c": {},
  "d": []
}
)");
  CHECK(pretty_json("1e3") == "1e3\n");
  // Cut short, as nothing stored is: no crash.
  CHECK_FALSE(pretty_json("[\"a").empty());
  CHECK_FALSE(pretty_json("{\"a\":\"\\").empty());
}

TEST_CASE("JSON laid out for people grows tenfold at most") {
  std::string deep = std::string(60, '[') + "1";
  for (int i = 0; i < 20'000; ++i) deep += ",1";
  deep += std::string(60, ']');
  CHECK(pretty_json(deep).size() < 2 * deep.size());
  std::string wide = std::string(8, '[') + "1";
  for (int i = 0; i < 20'000; ++i) wide += ",1";
  wide += std::string(8, ']');
  CHECK(pretty_json(wide).size() <= 10 * wide.size());
  CHECK(nlohmann::json::parse(pretty_json(wide)) == nlohmann::json::parse(wide));
  const std::string large = "[\"" + std::string(2 << 20, 'x') + "\"]";
  CHECK(pretty_json(large) == large + "\n");
}

TEST_CASE("each tool has its latest version in a readable file, and none when it is withdrawn") {
  WatchedFiles files;
  auto store = open_store(files.disk, readable_options());
  REQUIRE(write_and_wait(*store, registration("weather", "one", "1.0.0")).ok());
  REQUIRE(write_and_wait(*store, registration("weather", "two", "1.1.0")).ok());
  REQUIRE(write_and_wait(*store, registration("GitHub")).ok());
  REQUIRE(comes_true([&] { return is_settled(*store); }));
  CHECK(files.read("weather.json") == pretty_json(latest_document(*store, "weather")));
  CHECK(files.read("weather.json").find("\n  \"version\": \"1.1.0\"") != std::string::npos);
  CHECK(files.read("+git+hub.json") == pretty_json(latest_document(*store, "GitHub")));

  REQUIRE(write_and_wait(*store, Withdraw{"weather", "1.1.0", std::nullopt, {}}).ok());
  REQUIRE(write_and_wait(*store, Withdraw{"GitHub", std::nullopt, std::nullopt, {}}).ok());
  REQUIRE(comes_true([&] { return is_settled(*store); }));
  CHECK(files.read("weather.json").find("\"version\": \"1.0.0\"") != std::string::npos);
  CHECK(files.names() == std::vector<std::string>{"README", "weather.json"});
}

TEST_CASE("a tool whose record was imported with its name at another place has a file too") {
  WatchedFiles files;
  auto store = open_store(files.disk, readable_options());
  FaultFileSystem other_disk;
  auto source = open_store(other_disk);
  REQUIRE(write_and_wait(*source, registration("weather")).ok());
  auto document = nlohmann::ordered_json::parse(latest_document(*source, "weather"));
  document.erase("name");
  document["name"] = "weather";
  REQUIRE(comes_true([&] { return is_settled(*store); }));
  REQUIRE(write_and_wait(*store, Restore{Operation::Register, document.dump()}).ok());
  REQUIRE(comes_true([&] { return is_settled(*store); }));
  CHECK(files.read("weather.json") == pretty_json(latest_document(*store, "weather")));
}

TEST_CASE(
    "a start writes anew what differs, removes the files of tools that are gone, and leaves what is not "
    "ours") {
  WatchedFiles files;
  {
    auto store = open_store(files.disk, readable_options());
    for (const char* name : {"a", "b", "c"}) REQUIRE(write_and_wait(*store, registration(name)).ok());
    REQUIRE(comes_true([&] { return is_settled(*store); }));
  }
  const auto path = [](const std::string& name) { return std::string(kToolsFolder) + "/" + name; };
  files.disk.put(path("a.json"), "changed by hand");
  REQUIRE(files.disk.remove(path("b.json")).ok());
  files.disk.put(path("gone.json"), "{}");
  files.disk.put(path("c.json.tmp"), "{");
  files.disk.put(path("notes.txt"), "mine");
  files.disk.put(path("Upper.json"), "mine");

  auto store = open_store(files.disk, readable_options());
  REQUIRE(comes_true([&] { return is_settled(*store); }));
  CHECK(files.names() ==
        std::vector<std::string>{"README", "Upper.json", "a.json", "b.json", "c.json", "notes.txt"});
  for (const char* name : {"a", "b", "c"})
    CHECK(files.read(std::string(name) + ".json") == pretty_json(latest_document(*store, name)));
}

TEST_CASE("a start whose files are as they should be changes nothing on the disk") {
  WatchedFiles files;
  std::uint64_t changes = 0;
  for (int start = 0; start < 2; ++start) {
    auto store = open_store(files.disk, readable_options());
    if (start == 0) REQUIRE(write_and_wait(*store, registration("a")).ok());
    REQUIRE(comes_true([&] { return is_settled(*store); }));
    store.reset();
    if (start == 0) changes = files.disk.changes();
  }
  CHECK(files.disk.changes() == changes);
}

TEST_CASE("a folder that somebody else filled is left alone, and said so once") {
  WatchedFiles files;
  files.disk.put(std::string(kToolsFolder) + "/weather.json", "somebody's");
  Heard heard;
  auto options = readable_options();
  options.notice = heard.sink();
  auto store = open_store(files.disk, options);
  REQUIRE(write_and_wait(*store, registration("weather")).ok());
  REQUIRE(comes_true([&] { return !heard.urgent().empty(); }));
  CHECK(heard.urgent().front().find("move them away, or set storage.toolFiles to false") !=
        std::string::npos);
  CHECK(files.read("weather.json") == "somebody's");
  CHECK(files.names().size() == 1);
}

TEST_CASE("turned off, the files of an earlier start go, and nothing else does") {
  WatchedFiles files;
  {
    auto store = open_store(files.disk, readable_options());
    REQUIRE(write_and_wait(*store, registration("a")).ok());
    REQUIRE(comes_true([&] { return is_settled(*store); }));
  }
  files.disk.put(std::string(kToolsFolder) + "/notes.txt", "mine");
  auto store = open_store(files.disk);
  CHECK(comes_true([&] { return files.names() == std::vector<std::string>{"notes.txt"}; }));
  CHECK_FALSE(store->status().tool_files.has_value());
}

TEST_CASE("turned off, a folder without our mark keeps files that could be ours") {
  Kept kept;
  kept.files.disk.put(std::string(kToolsFolder) + "/weather.json", "somebody's");
  auto options = kept.options();
  options.wanted = false;
  {
    const ToolFiles tool_files(kept.files.disk, options);
    CHECK(comes_true([&] { return tool_files.status().pending == 0; }));
  }
  CHECK(kept.files.read("weather.json") == "somebody's");
}

TEST_CASE("a full disk is told once and tried again, and the writes of the registry go on") {
  Kept kept;
  kept.add("a");
  kept.files.disk.create_fault = Code::StorageFull;
  ToolFiles tool_files(kept.files.disk, kept.options());
  REQUIRE(comes_true([&] { return tool_files.status().errors >= 3; }));
  CHECK(kept.heard.urgent().size() == 1);
  CHECK(kept.heard.urgent().front().find("the registry needs none of them") != std::string::npos);
  CHECK(tool_files.status().pending > 0);
  kept.files.disk.set(&FaultFileSystem::create_fault, std::nullopt);
  REQUIRE(comes_true([&] { return tool_files.status().pending == 0; }));
  CHECK(kept.files.has("a.json"));
  CHECK(comes_true([&] { return kept.heard.calm().size() == 1; }));
  CHECK(kept.heard.urgent().size() == 1);
}

TEST_CASE("half a file never takes a tool's name") {
  Kept kept;
  kept.add("a", "first");
  ToolFiles tool_files(kept.files.disk, kept.options());
  REQUIRE(comes_true([&] { return tool_files.status().pending == 0; }));
  const auto before = kept.files.read("a.json");
  REQUIRE(before.find("first") != std::string::npos);
  kept.files.disk.set(&FaultFileSystem::append_fault, Code::StorageFull);
  kept.add("a", "second");
  tool_files.changed({"a"});
  REQUIRE(comes_true([&] { return tool_files.status().errors > 0; }));
  CHECK(kept.files.read("a.json") == before);
  kept.files.disk.set(&FaultFileSystem::append_fault, std::nullopt);
  REQUIRE(comes_true([&] { return tool_files.status().pending == 0; }));
  CHECK(kept.files.read("a.json").find("second") != std::string::npos);
  CHECK(kept.files.names() == std::vector<std::string>{"README", "a.json"});
}

TEST_CASE("a disk that is nearly full is left to the log") {
  Kept kept;
  kept.add("a");
  auto options = kept.options();
  options.reserve_bytes = 2ULL << 30;  // More than this disk ever has.
  ToolFiles tool_files(kept.files.disk, options);
  REQUIRE(comes_true([&] { return tool_files.status().errors > 0; }));
  CHECK(kept.files.names().empty());
  CHECK(comes_true([&] { return kept.heard.urgent().size() == 1; }));
  CHECK(kept.heard.urgent().front().find("which are left to the log") != std::string::npos);
}

TEST_CASE("a file that cannot be written keeps no other from being written") {
  Kept kept;
  kept.add("a");
  kept.add("b");
  kept.add("c");
  kept.files.refused = "b.json";
  ToolFiles tool_files(kept.files, kept.options());
  REQUIRE(comes_true([&] { return tool_files.status().errors > 1; }));
  CHECK(comes_true([&] { return kept.files.has("c.json"); }));
  CHECK(kept.files.has("a.json"));
  CHECK(tool_files.status().pending >= 1);
}

TEST_CASE("when more tools have changed than are remembered, all are looked at") {
  Kept kept;
  auto options = kept.options();
  options.most_names = 2;
  kept.files.disk.create_fault = Code::Unavailable;
  ToolFiles tool_files(kept.files.disk, options);
  REQUIRE(comes_true([&] { return tool_files.status().errors > 0; }));
  std::vector<std::string> names;
  for (const char* name : {"a", "b", "c", "d", "e"}) {
    kept.add(name);
    names.emplace_back(name);
  }
  tool_files.changed(names);
  kept.files.disk.set(&FaultFileSystem::create_fault, std::nullopt);
  REQUIRE(comes_true([&] { return tool_files.status().pending == 0; }));
  for (const auto& name : names) CHECK(kept.files.has(name + ".json"));
  kept.withdraw_all();
  tool_files.changed({"a", "b", "c", "d", "e"});
  REQUIRE(comes_true([&] { return tool_files.status().pending == 0; }));
  CHECK(kept.files.names() == std::vector<std::string>{"README"});
}

TEST_CASE("whenever the power fails, the next start has each file as it should be") {
  using Unsynced = FaultFileSystem::Unsynced;
  for (const auto unsynced : {Unsynced::Lost, Unsynced::Half, Unsynced::Kept}) {
    for (std::uint64_t lives = 1; lives < 30; ++lives) {
      CAPTURE(lives);
      CAPTURE(static_cast<int>(unsynced));
      WatchedFiles files;
      {
        auto store = open_store(files.disk, readable_options());
        REQUIRE(write_and_wait(*store, registration("a", "first")).ok());
        REQUIRE(write_and_wait(*store, registration("b")).ok());
        REQUIRE(comes_true([&] { return is_settled(*store); }));
        REQUIRE(files.disk.sync_directory(kToolsFolder).ok());
      }
      files.disk.lives = lives;
      if (auto store = FileStore::open(files.disk, readable_options()); store.ok()) {
        (void)write_and_wait(**store, registration("a", "second", "1.1.0"));
        (void)write_and_wait(**store, Withdraw{"b", std::nullopt, std::nullopt, {}});
        (void)write_and_wait(**store, registration("c"));
        comes_true([&] { return is_settled(**store) || (*store)->status().tool_files->errors > 0; });
      }
      files.disk.restart(unsynced);
      auto store = open_store(files.disk, readable_options());
      REQUIRE(comes_true([&] { return is_settled(*store); }));
      std::vector<std::string> expected = {"README"};
      store->snapshot()->visit_after("", [&](const std::shared_ptr<const Tool>& tool) {
        expected.push_back(tool->name + ".json");
        CHECK(files.read(expected.back()) == pretty_json(tool->latest()->document));
        return true;
      });
      CHECK(files.names() == expected);
    }
  }
}

TEST_CASE("files in a folder of a real disk are its owner's alone, and a link in their place is replaced") {
  namespace fs = std::filesystem;
  char pattern[] = "/tmp/tool-files-XXXXXX";
  REQUIRE(::mkdtemp(pattern) != nullptr);
  const fs::path folder = pattern;
  const auto outside = folder / "outside";
  std::ofstream(outside) << "not to be touched";
  auto options = readable_options();
  options.directory = folder / "data";
  {
    auto store = open_store(posix_file_system(), options);
    REQUIRE(write_and_wait(*store, registration("weather")).ok());
    REQUIRE(comes_true([&] { return is_settled(*store); }));
  }
  const auto file = folder / "data" / "tools" / "weather.json";
  CHECK(fs::status(file).permissions() == (fs::perms::owner_read | fs::perms::owner_write));
  fs::remove(file);
  fs::create_symlink(outside, file);
  {
    auto store = open_store(posix_file_system(), options);
    REQUIRE(comes_true([&] { return is_settled(*store); }));
    std::ostringstream text;
    text << std::ifstream(file).rdbuf();
    CHECK(text.str() == pretty_json(latest_document(*store, "weather")));
  }
  CHECK_FALSE(fs::is_symlink(file));
  std::ostringstream text;
  text << std::ifstream(outside).rdbuf();
  CHECK(text.str() == "not to be touched");
  fs::remove_all(folder);
}
