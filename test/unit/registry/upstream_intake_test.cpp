// What is taken in from upstreams, beside what is published here.
#include "registry/upstream/intake.hpp"

#include <doctest/doctest.h>

#include "controller/testing/simulated_clock.hpp"
#include "registry/store/transfer.hpp"
#include "service_fixture.hpp"
#include "upstream_fixture.hpp"

using namespace toolhive::registry;
using namespace toolhive::registry::test;
using namespace toolhive::registry::upstream;
using toolhive::testing::SimulatedClock;

namespace {

constexpr char kUpstreamMember[] = "mcpregistry.dev/upstream";
constexpr char kOfficialMember[] = "io.modelcontextprotocol.registry/official";

std::string published_body(const std::string& name, const std::string& version,
                           const std::string& more = "") {
  return R"({"$schema":")" + std::string(kServerSchema) + R"(","name":")" + name +
         R"(","description":"Ours","version":")" + version + '"' + more + "}";
}

const std::string kRainTool =
    R"(,"_meta":{"mcpregistry.dev/tools":[{"name":"rain","inputSchema":{"type":"object"}}]})";

// A service that takes in what upstreams list.
class TakingService : public Service {
 public:
  explicit TakingService(FileStoreOptions with = store_options()) : Service(std::move(with)) {}

  UpstreamSettings settings_of(const std::string& upstream) const {
    UpstreamSettings settings;
    settings.name = upstream;
    settings.url = "https://" + upstream + ".example";
    return settings;
  }

  // One listing that comes to its end; with `whole` of everything.
  IntakeCounts take(const std::string& upstream, const std::vector<std::string>& entries,
                    bool whole = false) {
    return take(settings_of(upstream), entries, whole);
  }
  IntakeCounts take(const UpstreamSettings& settings, const std::vector<std::string>& entries, bool whole) {
    const auto page = read_page(listed_page(entries));
    REQUIRE(page.ok());
    Intake intake(settings, {policy, options.limits}, *store, clock);
    const auto taken = intake.take(page->versions);
    REQUIRE_MESSAGE(taken.ok(), (taken.ok() ? "" : taken.error().detail));
    if (whole) REQUIRE(intake.mark_missing().ok());
    reasons = intake.reasons();
    return intake.counts();
  }

  // "name version* status upstream," of each version; a star for the latest.
  std::string listed() {
    std::string out;
    const auto list = body_of(get("/v0.1/servers?include_deleted=true&limit=100"));
    for (const auto& each : list["servers"]) {
      const auto& meta = each["_meta"];
      const auto& official = meta[kOfficialMember];
      out += each["server"]["name"].get<std::string>().substr(11) + " " +
             each["server"]["version"].get<std::string>() + (official["isLatest"] == true ? "* " : " ") +
             official["status"].get<std::string>() + " " +
             (meta.contains(kUpstreamMember) ? meta[kUpstreamMember]["name"].get<std::string>() : "here") +
             ",";
    }
    return out;
  }
  std::string tools() {
    std::string out;
    const auto list = body_of(get("/api/v1/tools"));
    for (const auto& tool : list["tools"])
      out += tool["name"].get<std::string>() + " " + tool["version"].get<std::string>() + ",";
    return out;
  }
  std::uint64_t records() const { return store->snapshot()->sequence(); }

  ToolPolicy policy;
  SimulatedClock clock;
  std::vector<std::string> reasons;
};

}  // namespace

TEST_CASE("what is taken in says where it comes from, after a restart too, and is written once") {
  TakingService service;
  const auto entry = listed_entry("io.example/aa", "1.0.0", "active", "2026-01-01T00:00:00Z");
  const auto counts = service.take("one", {entry});
  CHECK(counts.created == 1);
  for (const bool restarted : {false, true}) {
    CAPTURE(restarted);
    if (restarted) service.reopen();
    const auto version = body_of(service.get("/v0.1/servers/io.example%2Faa/versions/latest"));
    CHECK(version["server"]["description"] == "A server");
    CHECK(version["_meta"][kUpstreamMember].dump() ==
          R"({"name":"one","url":"https://one.example","publishedAt":"2025-01-01T00:00:00.000000Z",)"
          R"("updatedAt":"2026-01-01T00:00:00.000000Z"})");
    CHECK(version["_meta"][kOfficialMember]["publishedAt"] == "2001-09-09T01:46:40.000000Z");
    const auto before = service.records();
    const auto again = service.take("one", {entry}, true);
    CHECK(again.created + again.changed + again.marked + again.refused == 0);
    CHECK(service.records() == before);
  }
}

TEST_CASE("edits, deprecations and deletions of an upstream follow, and what it brings back is back") {
  TakingService service;
  service.take("one", {listed_entry("io.example/aa", "1.0.0"), listed_entry("io.example/aa", "2.0.0")});
  CHECK(service.listed() == "aa 1.0.0 active one,aa 2.0.0* active one,");
  CHECK(service
            .take("one", {listed_entry("io.example/aa", "1.0.0", "deprecated"),
                          listed_entry("io.example/aa", "2.0.0", "deleted")})
            .changed == 2);
  CHECK(service.listed() == "aa 1.0.0* deprecated one,aa 2.0.0 deleted one,");
  CHECK(service
            .take("one", {listed_entry("io.example/aa", "2.0.0", "active", "2026-01-02T00:00:00Z",
                                       R"(,"title":"Edited")")})
            .changed == 1);
  CHECK(service.listed() == "aa 1.0.0 deprecated one,aa 2.0.0* active one,");
  CHECK(body_of(service.get("/v0.1/servers/io.example%2Faa/versions/2.0.0"))["server"]["title"] == "Edited");
  // What was deleted before it was seen is not taken in.
  CHECK(service.take("one", {listed_entry("io.example/bb", "1.0.0", "deleted")}).created == 0);
  CHECK(service.listed() == "aa 1.0.0 deprecated one,aa 2.0.0* active one,");
}

TEST_CASE("what an upstream does not list any more is marked as deleted and comes back when it is listed") {
  TakingService service;
  service.take("one", {listed_entry("io.example/aa", "1.0.0"), listed_entry("io.example/bb", "1.0.0")});
  service.take("two", {listed_entry("io.example/cc", "1.0.0")});
  CHECK(service.take("one", {listed_entry("io.example/bb", "1.0.0")}, true).marked == 1);
  CHECK(service.listed() == "aa 1.0.0* deleted one,bb 1.0.0* active one,cc 1.0.0* active two,");
  const auto gone = body_of(service.get("/v0.1/servers/io.example%2Faa/versions/1.0.0?include_deleted=true"));
  CHECK(gone["_meta"][kOfficialMember]["statusMessage"] == "the upstream one does not list it any more");
  CHECK(
      service
          .take("one", {listed_entry("io.example/aa", "1.0.0"), listed_entry("io.example/bb", "1.0.0")}, true)
          .changed == 1);
  CHECK(service.listed() == "aa 1.0.0* active one,bb 1.0.0* active one,cc 1.0.0* active two,");
}

TEST_CASE("only what the globs of an upstream want is taken in, and what they want no more is marked") {
  TakingService service;
  auto settings = service.settings_of("one");
  const std::vector<std::string> entries = {listed_entry("io.example/aa", "1.0.0"),
                                            listed_entry("io.example/b-test", "1.0.0"),
                                            listed_entry("io.other/cc", "1.0.0")};
  settings.names = {{"io.example/*"}, {"*-test"}};
  CHECK(service.take(settings, entries, true).created == 1);
  CHECK(service.listed() == "aa 1.0.0* active one,");
  settings.names = {{"io.example/b*"}, {}};
  const auto counts = service.take(settings, entries, true);
  CHECK(counts.created == 1);
  CHECK(counts.marked == 1);
  CHECK(service.listed() == "aa 1.0.0* deleted one,b-test 1.0.0* active one,");
}

TEST_CASE(
    "a name that is published here is not taken in, whatever became of it, and the conflict is counted") {
  TakingService service;
  REQUIRE(service.write("POST", "/v0.1/publish", published_body("io.example/aa", "1.0.0")).status == 200);
  const auto counts =
      service.take("one", {listed_entry("io.example/aa", "1.0.0"), listed_entry("io.example/aa", "9.0.0"),
                           listed_entry("io.example/bb", "1.0.0")});
  CHECK(counts.conflicts == 2);
  CHECK(counts.created == 1);
  REQUIRE(service.reasons.size() == 2);
  CHECK(service.reasons[0].find("published in this registry itself") != std::string::npos);
  REQUIRE(service.write("DELETE", "/v0.1/servers/io.example%2Faa/versions/1.0.0", "").status == 200);
  CHECK(service.take("one", {listed_entry("io.example/aa", "9.0.0")}).conflicts == 1);
  CHECK(service.listed() == "aa 1.0.0* deleted here,bb 1.0.0* active one,");
}

TEST_CASE(
    "a publication takes a name over from an upstream, whose versions are marked and whose word counts no "
    "more") {
  TakingService service;
  service.take("one", {listed_entry("io.example/aa", "1.0.0", "active", "2026-01-01T00:00:00Z", kRainTool),
                       listed_entry("io.example/aa", "9.0.0")});
  REQUIRE(service.write("POST", "/v0.1/publish", published_body("io.example/aa", "1.0.0")).status == 200);
  CHECK(service.listed() == "aa 1.0.0* active here,aa 9.0.0 deleted one,");
  CHECK(
      service
          .take("one", {listed_entry("io.example/aa", "1.0.0"), listed_entry("io.example/aa", "9.0.0")}, true)
          .conflicts == 2);
  CHECK(service.listed() == "aa 1.0.0* active here,aa 9.0.0 deleted one,");
  // Whoever publishes here changes what he published, and nothing else.
  CHECK(service.write("PATCH", "/v0.1/servers/io.example%2Faa/status", R"({"status":"deprecated"})").status ==
        200);
  CHECK(service.listed() == "aa 1.0.0* deprecated here,aa 9.0.0 deleted one,");
}

TEST_CASE("however much an upstream has under a name, it is taken over by a publication") {
  TakingService service;
  const auto tool = R"(,"_meta":{"io.example/own":")" + std::string(250'000, 'x') + R"("})";
  for (int i = 1; i <= 110; ++i) {
    const auto version = std::to_string(i) + ".0.0";
    REQUIRE(
        service.take("one", {listed_entry("io.example/aa", version, "active", "2026-01-01T00:00:00Z", tool)})
            .created == 1);
  }
  REQUIRE(service.write("POST", "/v0.1/publish", published_body("io.example/aa", "0.1.0")).status == 200);
  CHECK(body_of(service.get("/v0.1/servers/io.example%2Faa/versions/latest"))["server"]["version"] ==
        "0.1.0");
  const auto index = service.store->snapshot();
  CHECK(versions_held(*index, "one") == 0);
  const auto* server = index->find("io.example/aa");
  CHECK(server->live.size() < 111);
  CHECK(server->live.size() > 90);
}

TEST_CASE("nobody but an upstream changes what was taken in from it") {
  TakingService service;
  service.take("one", {listed_entry("io.example/aa", "1.0.0")});
  const std::string version = "/v0.1/servers/io.example%2Faa/versions/1.0.0";
  for (const auto& refused :
       {service.write("PUT", version, published_body("io.example/aa", "1.0.0")),
        service.write("PATCH", version + "/status", R"({"status":"deprecated"})"),
        service.write("PATCH", "/v0.1/servers/io.example%2Faa/status", R"({"status":"deprecated"})"),
        service.write("DELETE", version, "")}) {
    CHECK(refused.status == 400);
    CHECK(detail_of(refused).find("taken in from the upstream one") != std::string::npos);
  }
  // Nor does another upstream, until the first has let it go.
  CHECK(service.take("two", {listed_entry("io.example/aa", "2.0.0")}).conflicts == 1);
  CHECK(service.take("one", {listed_entry("io.example/aa", "1.0.0", "deleted")}).changed == 1);
  CHECK(service.take("two", {listed_entry("io.example/aa", "2.0.0")}).created == 1);
  CHECK(service.take("one", {listed_entry("io.example/aa", "1.0.0")}).conflicts == 1);
  CHECK(service.listed() == "aa 1.0.0 deleted one,aa 2.0.0* active two,");
}

TEST_CASE("the tools of what is taken in come and go with it") {
  TakingService service;
  const auto with_tool = [](const std::string& version, const std::string& status) {
    return listed_entry("io.example/aa", version, status, "2026-01-01T00:00:00Z", kRainTool);
  };
  service.take("one", {with_tool("1.0.0", "active"), with_tool("2.0.0", "active")});
  CHECK(service.tools() == "io.example.aa.rain 2.0.0,");
  service.take("one", {with_tool("2.0.0", "deleted")});
  CHECK(service.tools() == "io.example.aa.rain 1.0.0,");
  service.take("one", {}, true);
  CHECK(service.tools().empty());
}

TEST_CASE("what an upstream gives is checked as a publication is, and one that fails hides no other") {
  TakingService service;
  const auto counts = service.take(
      "one",
      {listed_entry("io.example/aa", "^1.0"), listed_entry("no-slash", "1.0.0"),
       listed_entry("io.example/cc", "1.0.0", "active", "2026-01-01T00:00:00Z", R"(,"unknown":1)"),
       listed_entry("io.example/dd", "1.0.0", "active", "2026-01-01T00:00:00Z", R"(,"version":"2.0.0")"),
       listed_entry("io.example/ee", "1.0.0")});
  CHECK(counts.refused == 4);
  CHECK(counts.created == 1);
  CHECK(service.reasons.size() == 4);
  CHECK(service.listed() == "ee 1.0.0* active one,");
}

TEST_CASE("what the operator of another cluster saw of a server is not said to be seen here") {
  TakingService service;
  // Escaped or not, it is the same member.
  for (const std::string& member :
       {std::string("mcpregistry.dev/observed"), std::string(R"(mcpregistry.dev\/observed)")}) {
    const auto name = "io.example/" + std::string(member.size() % 2 == 0 ? "even" : "odd");
    service.take("one",
                 {listed_entry(name, "1.0.0", "active", "2026-01-01T00:00:00Z",
                               R"(,"_meta":{")" + member + R"(":{"state":"Ready"},"io.example/own":1})")});
  }
  const auto list = body_of(service.get("/v0.1/servers"));
  REQUIRE(list["servers"].size() == 2);
  for (const auto& each : list["servers"]) CHECK(each["server"]["_meta"].dump() == R"({"io.example/own":1})");
}

TEST_CASE("upstreams leave a quarter of the room to those who publish here") {
  auto options = store_options();
  options.limits.tools = 8;
  TakingService service(options);
  std::vector<std::string> entries;
  for (int i = 0; i < 10; ++i) entries.push_back(listed_entry("io.example/s-" + std::to_string(i), "1.0.0"));
  const auto counts = service.take("one", entries);
  CHECK(counts.created == 6);
  CHECK(counts.no_room == 4);
  CHECK(service.write("POST", "/v0.1/publish", published_body("io.example/aa", "1.0.0")).status == 200);
}

TEST_CASE("a storage that fails ends a listing, and the next one goes on") {
  TakingService service;
  service.files.append_fault = toolhive::registry::Code::ReadOnly;
  const auto page = read_page(listed_page({listed_entry("io.example/aa", "1.0.0")}));
  const auto settings = service.settings_of("one");
  Intake intake(settings, {service.policy, service.options.limits}, *service.store, service.clock);
  const auto taken = intake.take(page->versions);
  REQUIRE_FALSE(taken.ok());
  CHECK(taken.error().code == toolhive::registry::Code::ReadOnly);
  service.files.append_fault.reset();
  CHECK(service.take("one", {listed_entry("io.example/aa", "1.0.0")}).created == 1);
}

TEST_CASE("an export has what was taken in with where it comes from, and an import gives it back") {
  TakingService service;
  service.take("one", {listed_entry("io.example/aa", "9.0.0", "deprecated"),
                       listed_entry("io.example/bb", "1.0.0", "active", "2026-01-01T00:00:00Z", kRainTool)});
  REQUIRE(service.write("POST", "/v0.1/publish", published_body("io.example/aa", "1.0.0")).status == 200);
  std::string text;
  REQUIRE(export_index(*service.store->snapshot(), "2026-01-01T00:00:00Z",
                       [&](std::string_view piece) -> Result<void> {
                         text += piece;
                         return {};
                       })
              .ok());
  TakingService other;
  bool done = false;
  const auto report = import_into(*other.store, other.policy, [&](bool rewind) -> Result<std::string> {
    if (rewind) done = false;
    return std::exchange(done, true) ? std::string() : text;
  });
  REQUIRE_MESSAGE(report.ok(), (report.ok() ? "" : report.error().detail));
  CHECK_MESSAGE(report->refusals == 0, (report->refused.empty() ? "" : report->refused.front()));
  CHECK(other.listed() == service.listed());
  CHECK(other.listed() == "aa 1.0.0* active here,aa 9.0.0 deleted one,bb 1.0.0* active one,");
  CHECK(other.tools() == service.tools());
}

TEST_CASE("what came from an upstream that is configured no more is marked") {
  TakingService service;
  service.take("one", {listed_entry("io.example/aa", "1.0.0")});
  service.take("two", {listed_entry("io.example/bb", "1.0.0")});
  CHECK_FALSE(has_forgotten({"one", "two"}, *service.store->snapshot()));
  CHECK(has_forgotten({"two"}, *service.store->snapshot()));
  REQUIRE(mark_forgotten({"two"}, *service.store).ok());
  CHECK(service.listed() == "aa 1.0.0* deleted one,bb 1.0.0* active two,");
  CHECK(versions_held(*service.store->snapshot(), "one") == 0);
  CHECK(versions_held(*service.store->snapshot(), "two") == 1);
}
