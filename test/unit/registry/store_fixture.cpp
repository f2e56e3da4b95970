#include "store_fixture.hpp"

#include <doctest/doctest.h>

namespace toolhive::registry::test {

Definition definition(const std::string& name, const std::string& text, const std::string& version,
                      std::optional<ManagedBy> manager) {
  std::string body =
      R"({"name":")" + name + R"(","description":")" + text + R"(","inputSchema":{"type":"object"})";
  if (!version.empty()) body += R"(,"version":")" + version + '"';
  auto parsed = parse_definition(body + "}", ToolPolicy());
  REQUIRE(parsed.ok());
  parsed->manager = std::move(manager);
  return std::move(*parsed);
}

Result<WriteOutcome> write_and_wait(Store& store, Write write) {
  std::promise<Result<WriteOutcome>> promise;
  store.write(std::move(write), [&](Result<WriteOutcome> result) { promise.set_value(std::move(result)); });
  return promise.get_future().get();
}

FileStoreOptions store_options() {
  FileStoreOptions options;
  options.directory = kFolder;
  options.tool_files = false;  // Whose thread changes the disk at times of its own.
  options.now = [] { return std::chrono::system_clock::time_point(std::chrono::seconds(1'000'000'000)); };
  return options;
}

std::unique_ptr<FileStore> open_store(FileSystem& files, FileStoreOptions options) {
  auto store = FileStore::open(files, std::move(options));
  REQUIRE_MESSAGE(store.ok(), (store.ok() ? "" : store.error().detail));
  return std::move(*store);
}

}  // namespace toolhive::registry::test
