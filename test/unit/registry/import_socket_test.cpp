// An import into a registry that serves its files: only that process may write there.
#include "registry/import_socket.hpp"

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <iterator>

#include "../kube/temporary_folder.hpp"
#include "controller/base/descriptor.hpp"
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

std::ptrdiff_t open_descriptors() {
  using std::filesystem::directory_iterator;
  return std::distance(directory_iterator("/proc/self/fd"), directory_iterator());
}

// What a socket of that folder answers to one who hands over two files at once.
std::string answer_to_two_files(const std::string& folder, int file) {
  struct stat facts {};
  REQUIRE(::stat(folder.c_str(), &facts) == 0);
  const std::string name =
      "mcp-registry-import-" + std::to_string(facts.st_dev) + "-" + std::to_string(facts.st_ino);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::copy(name.begin(), name.end(), address.sun_path + 1);
  const toolhive::Descriptor connection(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  REQUIRE(::connect(connection.get(), reinterpret_cast<const sockaddr*>(&address),
                    static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size())) == 0);
  const std::array<int, 2> files{file, file};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(files))> control{};
  char byte = 'f';
  iovec text{&byte, 1};
  msghdr message{};
  message.msg_iov = &text;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  cmsghdr* const header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(files));
  std::memcpy(CMSG_DATA(header), files.data(), sizeof(files));
  REQUIRE(::sendmsg(connection.get(), &message, MSG_NOSIGNAL) == 1);
  std::string said;
  std::array<char, 512> piece;
  for (ssize_t got; (got = ::recv(connection.get(), piece.data(), piece.size(), 0)) > 0;)
    said.append(piece.data(), static_cast<std::size_t>(got));
  return said;
}

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

TEST_CASE("who hands over more than one file is refused, and none of them stays open") {
  ServedStore served;
  const auto file = open_import_input(served.folder.write("export.jsonl", export_of(1)));
  REQUIRE(file.ok());
  const std::ptrdiff_t before = open_descriptors();
  for (int i = 0; i < 3; ++i)
    CHECK(answer_to_two_files(served.folder.path("."), ::fileno(file->get())).starts_with("failed: "));
  CHECK(open_descriptors() == before);
  CHECK(served.store->snapshot()->tools() == 0);
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
