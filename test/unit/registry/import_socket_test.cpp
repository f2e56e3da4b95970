// An import into a registry that serves its files: only that process may write there.
#include "registry/import_socket.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "../kube/temporary_folder.hpp"
#include "registry/import_report.hpp"
#include "store_fixture.hpp"

using namespace toolhive::registry;
using namespace toolhive::registry::test;
using toolhive::test::TemporaryFolder;

namespace {

// An export of a store with so many tools.
std::string export_of(int tools, const std::string& text = "text") {
  FaultFileSystem files;
  const auto store = open_store(files);
  for (int i = 0; i < tools; ++i)
    REQUIRE(write_and_wait(*store, Register{definition("tool" + std::to_string(i), text, "1.0.0"), {}}).ok());
  std::string out;
  const auto records = export_index(*store->snapshot(), "2026-01-01T00:00:00.000Z",
                                    [&](std::string_view piece) -> Result<void> {
                                      out += piece;
                                      return {};
                                    });
  REQUIRE(records.ok());
  return out;
}

// A store that is served, and whoever imports into it.
struct ServedStore {
  ServedStore() {
    auto opened = ImportSocket::open(folder.path("."), *store, policy);
    REQUIRE(opened.ok());
    socket = std::move(*opened);
  }
  Result<int> import(const std::string& text) {
    said.clear();
    const auto file = open_import_input(folder.write("export.jsonl", text));
    REQUIRE(file.ok());
    return import_through_socket(folder.path("."), *file, [&](std::string_view line) { said += line; });
  }
  bool says(const char* words) const { return said.find(words) != std::string::npos; }

  TemporaryFolder folder;
  FaultFileSystem files;
  std::unique_ptr<FileStore> store = open_store(files);
  const ToolPolicy policy;
  std::unique_ptr<ImportSocket> socket;
  std::string said;
};

}  // namespace

TEST_CASE("the process that serves imports what another one hands to it, and tells how it goes") {
  ServedStore served;
  const auto code = served.import(export_of(600));
  REQUIRE_MESSAGE(code.ok(), (code.ok() ? "" : code.error().detail));
  CHECK(*code == 0);
  CHECK(served.said ==
        "progress: 512 of 600 records\nprogress: 600 of 600 records\n"
        "600 records: 600 added, 0 there already, 0 refused\n");
  CHECK(served.store->snapshot()->tools() == 600);
  CHECK(*served.import(export_of(600)) == 0);
  CHECK(served.says("0 added, 600 there already"));
}

TEST_CASE("what is in the way of an import is named, and the rest goes in") {
  ServedStore served;
  REQUIRE(write_and_wait(*served.store, Register{definition("tool1", "other", "1.0.0"), {}}).ok());
  CHECK(*served.import(export_of(3)) == 1);
  CHECK(served.says("refused: "));
  CHECK(served.says("tool1"));
  CHECK(served.says("3 records: 2 added, 0 there already, 1 refused\n"));
}

TEST_CASE("an import that cannot be done says why, and changes nothing") {
  ServedStore served;
  std::string cut = export_of(3);
  cut.resize(cut.size() - 20);
  const auto failed = served.import(cut);
  REQUIRE_FALSE(failed.ok());
  CHECK(failed.error().detail.find("the export is cut short") != std::string::npos);
  CHECK(served.store->snapshot()->tools() == 0);
}

TEST_CASE("where no process serves the files, an import is told so") {
  ServedStore served;
  served.socket.reset();
  CHECK(served.import(export_of(1)).error().code == Code::NotFound);
}

TEST_CASE("files have one process that imports") {
  ServedStore served;
  CHECK(ImportSocket::open(served.folder.path("."), *served.store, served.policy).error().code ==
        Code::Unavailable);
  CHECK(*served.import(export_of(1)) == 0);
}

TEST_CASE("each folder has imports of its own, by whatever path it is reached") {
  ServedStore served, other;
  const std::string link = other.folder.path("link");
  std::filesystem::create_directory_symlink(served.folder.path("."), link);
  const auto file = open_import_input(other.folder.write("export.jsonl", export_of(2)));
  REQUIRE(file.ok());
  CHECK(*import_through_socket(link, *file, [](std::string_view) {}) == 0);
  CHECK(served.store->snapshot()->tools() == 2);
  CHECK(other.store->snapshot()->tools() == 0);
}

TEST_CASE("what could keep the registry waiting is not read") {
  ServedStore served;
  const std::string pipe = served.folder.path("pipe");
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  const ImportFile file(std::fopen(pipe.c_str(), "r+e"));
  REQUIRE(file);
  const auto failed = import_through_socket(served.folder.path("."), file, [](std::string_view) {});
  REQUIRE_FALSE(failed.ok());
  CHECK(failed.error().detail.find("no file that can be read twice") != std::string::npos);
}

TEST_CASE("an import that the storage breaks off says so, and goes on when it is repeated") {
  ServedStore served;
  served.files.append_fault = Code::StorageFull;
  const auto failed = served.import(export_of(3));
  REQUIRE_FALSE(failed.ok());
  CHECK(failed.error().detail.find("repeat the import, and it goes on there") != std::string::npos);
  served.files.append_fault.reset();
  const auto again = served.import(export_of(3));
  REQUIRE_MESSAGE(again.ok(), again.error().detail);
  CHECK(*again == 0);
  CHECK(served.store->snapshot()->tools() == 3);
}

TEST_CASE("a registry that stops reads no more of an import") {
  std::stop_source stop;
  const Source source =
      until_stopped([](bool) -> Result<std::string> { return std::string("piece"); }, stop.get_token());
  CHECK(*source(true) == "piece");
  stop.request_stop();
  CHECK(source(false).error().code == Code::Unavailable);
}

TEST_CASE("a line that an export brings ends no import early, and stays one line") {
  ImportReport report;
  report.refusals = 1;
  report.refused = {"a\ndone: 0"};
  CHECK(import_summary(report, false) ==
        "refused: a done: 0\n0 records: 0 added, 0 there already, 1 refused\n");
}
