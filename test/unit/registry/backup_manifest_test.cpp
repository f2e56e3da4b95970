#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "registry/backup/manifest.hpp"
#include "registry/model/json.hpp"

using namespace toolhive::registry;
using namespace toolhive::registry::backup;

namespace {

Manifest some_manifest() {
  Manifest manifest;
  manifest.program = "1.2.3";
  manifest.taken_at = "2026-01-01T00:00:00.000001Z";
  manifest.tools = 1;
  manifest.servers = 2;
  manifest.records = 3;
  manifest.damaged = 4;
  manifest.bytes = 5;
  manifest.sha256 = toolhive::sha256("x");
  manifest.files = {{"registry.yaml", "kind: Registry\n"}, {"\"odd\"", ""}};
  return manifest;
}

// The manifest above with a member changed, added or, with null, taken away (RFC 7396).
std::string with(const char* patch) {
  auto json = Json::parse(render_manifest(some_manifest()));
  json.merge_patch(Json::parse(patch));
  return json.dump();
}

}  // namespace

TEST_CASE("a manifest is read back as it was written") {
  const auto wrote = some_manifest();
  const auto text = render_manifest(wrote);
  auto read = parse_manifest(text);
  REQUIRE_MESSAGE(read.ok(), (read.ok() ? "" : read.error().detail));
  CHECK(render_manifest(*read) == text);
  CHECK(read->program == wrote.program);
  CHECK(read->taken_at == wrote.taken_at);
  CHECK(read->tools == 1);
  CHECK(read->servers == 2);
  CHECK(read->records == 3);
  CHECK(read->damaged == 4);
  CHECK(read->bytes == 5);
  CHECK(read->sha256 == wrote.sha256);
  CHECK(read->files == wrote.files);
  CHECK(parse_manifest(with(R"({"unheardOf":1})")).ok());
}

TEST_CASE("what is no manifest is refused and named") {
  const std::pair<std::string, const char*> refused[] = {
      {"", "no JSON"},
      {"[]", "no JSON object"},
      {R"({"a":1,"a":2})", "no JSON"},
      {"[[[[[[]]]]]]", "no JSON"},
      {std::string(kManifestBytes + 1, ' '), "too large"},
      {with(R"({"format":"mcp-registry-export"})"), "another format"},
      {with(R"({"version":2})"), "newer program"},
      {with(R"({"version":"1"})"), "version"},
      {with(R"({"takenAt":"yesterday"})"), "takenAt"},
      {with(R"({"tools":-1})"), "tools"},
      {with(R"({"servers":1.5})"), "servers"},
      {with(R"({"records":null})"), "records"},
      {with(R"({"bytes":"5"})"), "bytes"},
      {with(R"({"damaged":true})"), "damaged"},
      {with(R"({"sha256":"00"})"), "sha256"},
      {with(R"({"files":[]})"), "files"},
      {with(R"({"files":{"a":1}})"), "files"},
      {with(R"({"program":7})"), "program"},
  };
  for (const auto& [text, why] : refused) {
    const auto read = parse_manifest(text);
    CAPTURE(text.substr(0, 200));
    REQUIRE_FALSE(read.ok());
    CAPTURE(read.error().detail);
    CHECK(read.error().code == Code::Corrupt);
    CHECK(read.error().detail.find(why) != std::string::npos);
  }
}

TEST_CASE("a manifest gives the time in one form, however long it was written") {
  const auto read = parse_manifest(
      with(("{\"takenAt\":\"2026-01-01T01:00:00." + std::string(5'000, '0') + "+01:00\"}").c_str()));
  REQUIRE(read.ok());
  CHECK(read->taken_at == "2026-01-01T00:00:00.000000Z");
}
