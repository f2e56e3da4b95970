// What a client sees that asks for what has changed since the latest time it knows.
#include <doctest/doctest.h>

#include <set>
#include <string>

#include "service_fixture.hpp"

using namespace toolhive::registry;
using namespace toolhive::registry::test;

namespace {

constexpr std::string_view kOfficialMeta = "io.modelcontextprotocol.registry/official";

FileStoreOptions with_clock(const std::shared_ptr<std::chrono::system_clock::time_point>& clock) {
  auto options = store_options();
  options.now = [clock] { return *clock; };
  return options;
}

std::string simple_tool(const std::string& name, const std::string& version = "1.0.0") {
  return R"({"name":")" + name + R"(","version":")" + version + R"(","inputSchema":{"type":"object"}})";
}

std::string simple_server(const std::string& name, const std::string& version) {
  return R"({"$schema":"https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json","name":")" +
         name + R"(","description":"d","version":")" + version + R"("})";
}

std::string names_since(Service& service, const std::string& since, const std::string& more = "") {
  std::string names;
  const auto page = body_of(service.get("/api/v1/tools?updated_since=" + since + more));
  for (const auto& tool : page["tools"]) names += tool["name"].get<std::string>() + ",";
  return names;
}

}  // namespace

TEST_CASE("times grow with every write, whatever the clock does, and a restart does not forget the last") {
  auto clock = std::make_shared<std::chrono::system_clock::time_point>(std::chrono::seconds(1'000'000'000));
  Service service(with_clock(clock));
  std::string last;
  for (int i = 0; i < 12; ++i) {
    CAPTURE(i);
    if (i == 4) *clock -= std::chrono::hours(1);
    if (i == 8) service.reopen();
    const auto name = "tool" + std::to_string(i);
    const auto tool = body_of(service.post(simple_tool(name)));
    CHECK(tool["registeredAt"].get<std::string>() > last);
    // Whoever has seen all that came before finds just this one.
    if (!last.empty()) CHECK(names_since(service, last) == name + ",");
    last = tool["registeredAt"];
  }
  const auto deprecated = body_of(service.patch("/api/v1/tools/tool0", R"({"status":"deprecated"})"));
  CHECK(deprecated["statusChangedAt"].get<std::string>() > last);
  CHECK(names_since(service, last) == "tool0,");
}

TEST_CASE("a withdrawal is the last time as well, also once the log is compacted") {
  auto clock = std::make_shared<std::chrono::system_clock::time_point>(std::chrono::seconds(1'000'000'000));
  auto options = with_clock(clock);
  options.compact_bytes = 1;
  Service service(options);
  service.post(simple_tool("a", "1.0.0"));
  service.post(simple_tool("a", "2.0.0"));
  const auto before = body_of(service.get("/api/v1/tools/a"))["registeredAt"].get<std::string>();
  *clock += std::chrono::hours(1);
  CHECK(service.write("DELETE", "/api/v1/tools/a/versions/2.0.0", "").status == 204);
  *clock -= std::chrono::hours(2);
  for (int restart = 0; restart < 3; ++restart) {
    CAPTURE(restart);
    // Another version is the latest now.
    CHECK(names_since(service, before) == "a,");
    CHECK(service.store->snapshot()->last_time() == "2001-09-09T02:46:40.000000Z");
    service.reopen();
  }
  CHECK(body_of(service.post(simple_tool("b")))["registeredAt"] == "2001-09-09T02:46:40.000001Z");
}

TEST_CASE("who follows tools learns which are gone, if asked for") {
  Service service;
  for (const char* name : {"a", "b", "c"}) service.post(simple_tool(name));
  const auto last = body_of(service.get("/api/v1/tools/c"))["registeredAt"].get<std::string>();
  CHECK(service.write("DELETE", "/api/v1/tools/b", "").status == 204);
  CHECK(names_since(service, last).empty());
  CHECK(names_since(service, last, "&withdrawn=true") == "b,");
  const auto page = body_of(service.get("/api/v1/tools?withdrawn=true&updated_since=" + last));
  CHECK(page["tools"][0]["status"] == "withdrawn");
  CHECK(page["tools"][0]["statusChangedAt"].get<std::string>() > last);
  CHECK(page["tools"][0].size() == 3);
  CHECK(names_since(service, "2000-01-01T00:00:00Z", "&withdrawn=true&limit=2") == "a,b,");
  CHECK(names_since(service, page["tools"][0]["statusChangedAt"], "&withdrawn=true").empty());
  CHECK(body_of(service.get("/api/v1/tools?withdrawn=true"))["tools"].size() == 3);
  for (const char* filter : {"search=b", "tag=b", "server=io.test/bb", "status=active"}) {
    CAPTURE(std::string(filter));
    const auto found = body_of(service.get("/api/v1/tools?withdrawn=true&" + std::string(filter)));
    for (const auto& tool : found["tools"]) CHECK(tool["name"] != "b");
  }
}

TEST_CASE("cursors can be put into a URL as they are, and what is none is refused") {
  Service service;
  std::set<std::string> versions;
  for (const char* version : {"1.0.0+build.5", "1.0.0+build.6", "2026.08 r&d #3", "%41", "1:2"}) {
    CHECK(service.write("POST", "/v0.1/publish", simple_server("io.example/plus", version)).status == 200);
    versions.insert(version);
  }
  std::set<std::string> seen;
  std::string cursor;
  for (int page = 0; page < 6; ++page) {
    const auto list = body_of(service.get("/v0.1/servers?limit=1" + cursor));
    if (list["servers"].empty()) break;
    CHECK(seen.insert(list["servers"][0]["server"]["version"]).second);
    const auto next = list["metadata"]["nextCursor"].get<std::string>();
    CHECK(next.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") ==
          next.npos);
    cursor = "&cursor=" + next;
  }
  CHECK(seen == versions);
  for (const char* bad : {"garbage", "a:b", "io.example", "dG9vbHM6d2VhdGhlci50b2RheQ"}) {
    CAPTURE(bad);
    CHECK(service.get("/v0.1/servers?cursor=" + std::string(bad)).status == 422);
    CHECK(service.get("/v0.1/servers/io.example%2Fplus/versions?cursor=" + std::string(bad)).status == 422);
  }
  CHECK(service.get("/api/v1/tools?cursor=garbage").status == 400);
  CHECK(service.get("/api/v1/tools?search=a&cursor=dG9vbHM6d2VhdGhlci50b2RheQ").status == 400);
}

TEST_CASE("304 has the entity tag and the Vary of the answer it stands for") {
  Service service;
  service.post(R"({"name":"a","description":")" + std::string(5000, 'x') +
               R"(","inputSchema":{"type":"object"}})");
  for (const char* encoding : {"", "gzip"}) {
    CAPTURE(encoding);
    for (const char* target : {"/api/v1/tools/a", "/api/v1/tools", "/api/v1/tools/a/versions"}) {
      CAPTURE(target);
      Request request;
      request.method = "GET";
      request.target = target;
      request.accept_encoding = encoding;
      const auto whole = service.send(request);
      request.if_none_match = std::string(whole.header("ETag"));
      const auto known = service.send(request);
      CHECK(known.status == 304);
      CHECK(known.header("ETag") == whole.header("ETag"));
      CHECK(known.header("Vary") == whole.header("Vary"));
    }
  }
}
