// Imports beside a registry that serves: the file comes on the standard input, as from elsewhere.
#include <doctest/doctest.h>

#include <chrono>
#include <fstream>
#include <thread>

#include "backup_fixture.hpp"
#include "loopback.hpp"
#include "registry_client.hpp"
#include "serving_registry.hpp"

using namespace toolhive::registry;
using namespace toolhive::registry::test;
using namespace std::chrono_literals;

namespace {

// A registry that serves a configuration's store, and takes imports meanwhile.
class ImportTarget {
 public:
  explicit ImportTarget(const std::string& config) : config_(config), serving_(config) {}

  std::uint16_t port() const { return serving_.port(); }
  std::string get(const std::string& target) const {
    RegistryClient client(port());
    const auto answer = client.send("GET", target);
    REQUIRE(answer);
    return std::to_string(answer->status) + " " + answer->body;
  }
  e2e::Output import(const std::string& text, const std::string& flag = "--progress") const {
    return e2e::run({.argv = {TOOLHIVE_BIN_DIR "/mcp-registry", "import", "--config", config_, flag, "-"},
                     .input = text});
  }

 private:
  const std::string config_;
  const ServingRegistry serving_;
};

bool output_says(const e2e::Output& output, const char* words) {
  return output.out.find(words) != std::string::npos;
}

}  // namespace

TEST_CASE_TEMPLATE("what one registry exported is taken by another one that serves, as it was", Place,
                   FilePlace, DatabasePlace) {
  const FilePlace from;
  fill_with_everything(*open_place(from.options()));
  const std::string text = run_registry({"export", "--config", from.config()}, 0).out;
  const Place to;
  {
    const ImportTarget target(to.config());
    const e2e::Output dry = target.import(text, "--dry-run");
    CHECK_MESSAGE(dry.ok(), dry.explain());
    CHECK_MESSAGE(output_says(dry, "would be added, 0 there already, 0 refused"), dry.explain());
    CHECK(target.get("/api/v1/tools").find(R"("tools":[])") != std::string::npos);

    const e2e::Output done = target.import(text);
    CHECK_MESSAGE(done.ok(), done.explain());
    CHECK_MESSAGE(output_says(done, "progress: "), done.explain());
    CHECK_MESSAGE(output_says(done, " added, 0 there already, 0 refused\n"), done.explain());
    const e2e::Output again = target.import(text);
    CHECK_MESSAGE(output_says(again, ": 0 added, "), again.explain());
  }
  CHECK(told_by(to.options()) == told_by(from.options()));
}

TEST_CASE("an import into a registry that serves names what is in the way, and leaves it") {
  const FilePlace from, to;
  fill_with_everything(*open_place(from.options()));
  const std::string text = run_registry({"export", "--config", from.config()}, 0).out;
  const std::string line = text.substr(text.find("{\"operation\":\"register\""));
  const auto at = line.find("\"name\":\"") + 8;
  const std::string name = line.substr(at, line.find('"', at) - at);
  const ImportTarget target(to.config());
  const auto version_at = line.find("\"version\":\"") + 11;
  const std::string version = line.substr(version_at, line.find('"', version_at) - version_at);
  CAPTURE(name);
  RegistryClient client(target.port());
  const auto posted = client.send("POST", "/api/v1/tools",
                                  R"({"name":")" + name + R"(","version":")" + version +
                                      R"(","title":"of another content","inputSchema":{"type":"object"}})");
  REQUIRE(posted);
  REQUIRE_MESSAGE(posted->status == 201, posted->body);
  const e2e::Output output = target.import(text);
  CHECK(output.code == 1);
  CHECK_MESSAGE(output_says(output, "refused: "), output.explain());
  CHECK(target.get("/api/v1/tools/" + name + "/versions/" + version).find("of another content") !=
        std::string::npos);
}

TEST_CASE("a standard input that has too much, and a file that is not there, change nothing") {
  const FilePlace to;
  const ImportTarget target(to.config());
  const e2e::Output none = e2e::run(
      {.argv = {TOOLHIVE_BIN_DIR "/mcp-registry", "import", "--config", to.config(), "/does/not/exist"}});
  CHECK(none.code == 2);
  const e2e::Output large = target.import(std::string((64 << 20) + 1, 'x'));
  CHECK(large.code == 2);
  CHECK_MESSAGE(large.err.find("has more than 67108864 bytes") != std::string::npos, large.explain());
}
