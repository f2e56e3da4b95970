#include <doctest/doctest.h>
#include <minizip/unzip.h>
#include <sys/stat.h>

#include <filesystem>
#include <map>

#include "test/unit/kube/temporary_folder.hpp"
#include "test/unit/plugin/objects.hpp"
#include "test/unit/plugin/scripted_kubectl.hpp"

using namespace toolhive;
using test::ScriptedKubectl;

namespace {

// Names and contents of an archive.
std::map<std::string, std::string> unzipped(const std::string& path) {
  std::map<std::string, std::string> files;
  void* const archive = unzOpen64(path.c_str());
  REQUIRE(archive != nullptr);
  for (int more = unzGoToFirstFile(archive); more == UNZ_OK; more = unzGoToNextFile(archive)) {
    char name[256];
    unz_file_info64 info{};
    unzGetCurrentFileInfo64(archive, &info, name, sizeof name, nullptr, 0, nullptr, 0);
    std::string content(info.uncompressed_size, '\0');
    unzOpenCurrentFile(archive);
    CHECK(unzReadCurrentFile(archive, content.data(), static_cast<unsigned>(content.size())) ==
          static_cast<int>(content.size()));
    CHECK(unzCloseCurrentFile(archive) == UNZ_OK);
    files[name] = content;
  }
  unzClose(archive);
  return files;
}

}  // namespace

TEST_CASE("a report has objects, logs and what could not be read, and no secret") {
  const test::TemporaryFolder folder;
  const std::string path = folder.path("report.zip");
  ScriptedKubectl kubectl;
  Json pod = test::object("Pod", "main-0");
  pod["spec"]["containers"] = Json::array({{{"env", Json::array({{{"name", "DB_PASSWORD"}, {"value", "hush"}},
                                                                 {{"name", "MODE"}, {"value", "fast"}}})}}});
  kubectl.answer("version", "clientVersion: 1");
  kubectl.answer("get pods --selector", test::list_of({pod}));
  kubectl.answer("logs main-0 --namespace=team", "GET /x Authorization: Bearer hush\n");
  kubectl.fail("get events -o", "Error from server (Forbidden): events is forbidden");
  CHECK(kubectl.run({"report", "--output", path}) == 0);
  CHECK(kubectl.out.str() == path + "\n");

  const auto files = unzipped(path);
  CHECK(files.at("objects/pods.json").find("fast") != std::string::npos);
  CHECK(files.at("logs/team/main-0.log") == "GET /x Authorization: Bearer [redacted]\n");
  CHECK(files.at("errors.txt").find("events is forbidden") != std::string::npos);
  CHECK(files.contains("plugin.txt"));
  for (const auto& [name, content] : files) CHECK_MESSAGE(content.find("hush") == std::string::npos, name);
  for (const std::string& command : kubectl.commands) CHECK(command.find("secret") == std::string::npos);
  struct stat info {};
  REQUIRE(stat(path.c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0600);
}

TEST_CASE("a report takes no file's place") {
  const test::TemporaryFolder folder;
  const std::string path = folder.path("report.zip");
  ScriptedKubectl kubectl;
  CHECK(kubectl.run({"report", "--output", path}) == 0);
  CHECK(kubectl.run({"report", "--output", path}) == 1);
  CHECK(kubectl.err.str().find("cannot write " + path) != std::string::npos);
  CHECK_FALSE(unzipped(path).empty());
}

TEST_CASE("an export is a whole file, or none") {
  const test::TemporaryFolder folder;
  const std::string path = folder.path("tools.jsonl");
  ScriptedKubectl kubectl;
  kubectl.fail_once("exec", "error: container is gone");
  kubectl.answer("exec deployments/main --container=registry -- /usr/bin/mcp-registry export --config",
                 "{}\n{}\n");
  CHECK(kubectl.run({"export", "main", path}) == 1);
  CHECK(std::filesystem::is_empty(folder.path("")));
  CHECK(kubectl.run({"export", "main", path}) == 0);
  CHECK(std::filesystem::file_size(path) == 6);
  CHECK_FALSE(std::filesystem::exists(path + ".part"));
}
