#include <doctest/doctest.h>

#include "test/unit/kube/temporary_folder.hpp"
#include "test/unit/plugin/scripted_kubectl.hpp"

using namespace toolhive;

namespace {

constexpr const char* kImport =
    "exec --stdin deployments/main --container=registry -- /usr/bin/mcp-registry import --config "
    "/etc/mcp-registry/config/registry.json --progress -";
constexpr const char* kDryRun =
    "exec --stdin deployments/main --container=registry -- /usr/bin/mcp-registry import --config "
    "/etc/mcp-registry/config/registry.json --progress --dry-run -";
constexpr const char* kExport = "{\"format\":\"mcp-registry-export\",\"version\":1}\n{\"records\":0}\n";

// A kubectl, and an export to import.
struct Importing {
  int run(plugin::Words more = {}) {
    more.insert(more.begin(), {"import", "main", file});
    return kubectl.run(more);
  }
  bool noted(const char* words) const { return kubectl.err.str().find(words) != std::string::npos; }

  test::TemporaryFolder folder;
  const std::string file = folder.write("tools.jsonl", kExport);
  test::ScriptedKubectl kubectl;
};

}  // namespace

TEST_CASE("import gives the export to the registry's own program, and tells what came of it") {
  Importing i;
  i.kubectl.answer(kImport, "progress: 2 of 3 records\n3 records: 2 added, 1 there already, 0 refused\n");
  CHECK(i.run() == 0);
  REQUIRE(i.kubectl.inputs.size() == 1);
  CHECK(i.kubectl.inputs[0] == kExport);
  CHECK(i.kubectl.out.str() == "3 records: 2 added, 1 there already, 0 refused\n");
}

TEST_CASE("import with --dry-run only asks what would be") {
  Importing i;
  i.kubectl.answer(kDryRun, "dry run: 1 records: 1 would be added, 0 there already, 0 refused\n");
  CHECK(i.run({"--dry-run"}) == 0);
  CHECK(i.kubectl.commands.size() == 1);
  CHECK(i.kubectl.ran(kDryRun));
}

TEST_CASE("import names each entry that is refused, without commands for the terminal, and ends with 1") {
  Importing i;
  i.kubectl.answer(kImport,
                   "refused: a\x1b[2J is in the way\n2 records: 1 added, 0 there already, 1 refused\n",
                   {.exit_code = 1, .errors = "command terminated with exit code 1"});
  CHECK(i.run() == 1);
  CHECK(i.kubectl.out.str() ==
        "refused: a\\x1b[2J is in the way\n2 records: 1 added, 0 there already, 1 refused\n");
  CHECK(i.noted("What was refused is not in main; everything else is."));
}

TEST_CASE("import that breaks off says so, and that repeating it goes on") {
  Importing i;
  i.kubectl.answer(kImport, "progress: 512 of 2000 records\n",
                   {.exit_code = 1, .errors = "error: connection lost"});
  CHECK(i.run() == 1);
  CHECK(i.noted("importing into main: kubectl exec: error: connection lost"));
  CHECK(i.noted("repeat the import, and it goes on there"));
}

TEST_CASE("import of which nothing was said at its end is no success") {
  Importing i;
  i.kubectl.answer(kImport, "");
  CHECK(i.run() == 1);
  CHECK(i.noted("did not say what became of it"));
  CHECK_FALSE(i.noted("repeat the import"));
}

TEST_CASE("import asks nobody about a file that is not there or is no export") {
  Importing i;
  i.folder.write("tools.jsonl", "{\"tools\":[]}\n");
  CHECK(i.run() == 1);
  CHECK(i.noted("is no export; \"kubectl mcp export\" writes one"));
  CHECK(i.kubectl.run({"import", "main", i.file + ".gone"}) == 1);
  CHECK(i.kubectl.commands.empty());
}
