// Versions held to Semantic Versioning.
#include <doctest/doctest.h>

#include "registry/store/compatibility_rule.hpp"
#include "registry/store/rules.hpp"
#include "service_fixture.hpp"

using namespace toolhive::registry;
using namespace toolhive::registry::test;

namespace {

class SemverService : public Service {
 public:
  SemverService() : Service(store_options(), semver()) {}

  // A version whose input needs what is named; without a version when that is empty.
  Response put(const std::string& version, const std::string& required, const std::string& more = "") {
    return post(R"({"name":"a",)" + (version.empty() ? "" : R"("version":")" + version + "\",") +
                R"("inputSchema":{"type":"object","properties":{"x":{},"y":{}},"required":[)" + required +
                "]}" + more + "}");
  }

 private:
  static ToolPolicy semver() {
    ToolPolicy policy;
    policy.compatibility = CompatibilityPolicy::Semver;
    return policy;
  }
};

}  // namespace

TEST_CASE(
    "a version that breaks callers of the one before it needs a higher major, below 1.0 a higher minor") {
  struct Row {
    const char* before;
    const char* version;
    bool taken;
  };
  const Row rows[] = {{"1.2.0", "1.2.1", false},     {"1.2.0", "1.9.0", false},
                      {"1.2.0", "2.0.0", true},      {"0.3.0", "0.3.1", false},
                      {"0.3.0", "0.4.0", true},      {"0.9.0", "1.0.0", true},
                      {"1.2.0", "1.2.0+b", false},   {"1.2.0", "1.3.0-rc.1", true},
                      {"2.0.0-rc.1", "2.0.0", true}, {"3.0.0", "1.0.0", true}};
  for (const auto& [before, version, taken] : rows) {
    CAPTURE(before);
    CAPTURE(version);
    SemverService service;
    REQUIRE(service.put(before, "").status == 201);
    CHECK(service.put(version, R"("x")").status == (taken ? 201 : 409));
    CHECK(service.put(version, taken ? R"("x")" : R"()", R"(,"tags":["t"])").status == (taken ? 409 : 201));
  }
}

TEST_CASE("the refusal of a version that breaks callers has what breaks them, and the number to give") {
  SemverService service;
  REQUIRE(service.put("1.2.0", "").status == 201);
  const auto refused = service.put("1.3.0", R"("x","y")");
  CHECK(refused.status == 409);
  CHECK(detail_of(refused).find("make it 2.0.0") != std::string::npos);
  const auto errors = body_of(refused)["errors"];
  REQUIRE(errors.size() == 3);
  CHECK(errors[0]["location"] == "/version");
  CHECK(errors[1]["location"] == "/inputSchema/required");
  CHECK(errors[1]["message"] == "has \"x\" added");
  CHECK(errors[2]["message"] == "has \"y\" added");
  CHECK(service.get("/api/v1/tools/a/versions/1.3.0").status == 404);
  // To review is not to break.
  CHECK(service.put("1.3.0", "", R"(,"description":"d")").status == 201);
}

TEST_CASE("a version that the registry numbers begins a series where it breaks callers") {
  SemverService service;
  const auto numbered = [&](const std::string& required) {
    return body_of(service.put("", required))["version"].get<std::string>();
  };
  CHECK(numbered("") == "0.1.0");
  CHECK(numbered(R"("x")") == "0.2.0");
  REQUIRE(service.put("1.4.2", R"("x")", R"(,"tags":["t"])").status == 201);
  CHECK(numbered("") == "1.5.0");
  CHECK(numbered(R"("x","y")") == "2.0.0");
}

TEST_CASE("what was registered once comes back, whatever is before it now") {
  SemverService service;
  REQUIRE(service.put("1.1.0", R"("x")").status == 201);
  REQUIRE(service.write("DELETE", "/api/v1/tools/a/versions/1.1.0", "").status == 204);
  REQUIRE(service.put("1.0.0", "").status == 201);
  CHECK(service.put("1.1.0", R"("x")").status == 201);
}

TEST_CASE("a server is not published with a tool that breaks callers within a major version") {
  SemverService service;
  const auto publish = [&](const std::string& version, const char* required) {
    return service.write(
        "POST", "/v0.1/publish",
        R"({"$schema":"https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json",)"
        R"("name":"io.example/some","description":"d","version":")" +
            version +
            R"(","_meta":{"mcpregistry.dev/tools":[{"name":"t","inputSchema":{"type":"object",)"
            R"("properties":{"x":{}},"required":[)" +
            required + "]}}]}}");
  };
  REQUIRE(publish("1.0.0", "").status == 200);
  CHECK(publish("1.1.0", R"("x")").status == 400);
  CHECK(service.get("/v0.1/servers/io.example%2Fsome/versions/1.1.0").status == 404);
  CHECK(publish("2.0.0", R"("x")").status == 200);
  CHECK(publish("2025-01-01", "").status == 200);
}

TEST_CASE("without the policy a version may break whatever it wants") {
  Service service;
  for (const char* tool :
       {R"({"name":"a","version":"1.0.0","inputSchema":{"type":"object"}})",
        R"({"name":"a","version":"1.0.1","inputSchema":{"type":"object","required":["x"]}})"})
    CHECK(service.post(tool).status == 201);
}

TEST_CASE(
    "what was compared before a write's turn came is not compared again, unless another version came "
    "between") {
  SemverService service;
  REQUIRE(service.put("1.0.0", "").status == 201);
  const auto index = service.store->snapshot();
  Register write;
  write.definition =
      *parse_definition(R"({"name":"a","version":"1.1.0","inputSchema":{"type":"object"}})", {});
  write.compatibility = CompatibilityPolicy::Semver;
  Write ahead = write;
  compare_ahead(*index, ahead);
  const auto& compared = std::get<Register>(ahead).compared;
  REQUIRE(compared != nullptr);
  CHECK(compared->before == index->find("a")->live.front());
  const auto is_refused = [&] {
    return !decide(*service.store->snapshot(), write, {}, "2026-01-01T00:00:00Z");
  };
  const bool alone = is_refused();
  // One that says the opposite shows which is asked.
  VersionComparison other = *compared;
  other.total = alone ? 0 : 1;
  other.breaking = {{Compatibility::Breaking, "/x", "x", "is another"}};
  write.compared = std::make_shared<const VersionComparison>(other);
  CHECK(is_refused() != alone);
  REQUIRE(service.put("1.0.1", "", R"(,"description":"d")").status == 201);
  CHECK(is_refused() == alone);
}

TEST_CASE("nothing is compared ahead without the policy, or of what is registered already") {
  SemverService service;
  REQUIRE(service.put("1.0.0", "").status == 201);
  const auto compared = [&](const char* version, CompatibilityPolicy policy) {
    Register write;
    write.definition = *parse_definition(
        R"({"name":"a","version":")" + std::string(version) + R"(","inputSchema":{"type":"object"}})", {});
    write.compatibility = policy;
    Write ahead = write;
    compare_ahead(*service.store->snapshot(), ahead);
    return std::get<Register>(ahead).compared != nullptr;
  };
  CHECK(compared("1.1.0", CompatibilityPolicy::Semver));
  CHECK_FALSE(compared("1.1.0", CompatibilityPolicy::None));
  CHECK_FALSE(compared("1.0.0", CompatibilityPolicy::Semver));
}
