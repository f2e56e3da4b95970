// The official registry API, /v0.1 and /v0.
#include <doctest/doctest.h>

#include <map>

#include "controller/base/percent.hpp"
#include "cost.hpp"
#include "registry/api/server_versions.hpp"
#include "registry/model/server_parse.hpp"
#include "service_fixture.hpp"

using namespace toolhive::registry;
using toolhive::percent_encode;
using namespace toolhive::registry::test;

namespace {

constexpr char kOfficial[] = "io.modelcontextprotocol.registry/official";
const std::string kWeather = "/v0.1/servers/io.example%2Fweather";

std::string server_body(const std::string& name, const std::string& version, const std::string& more = "") {
  return R"({"$schema":"https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json","name":")" +
         name + R"(","description":"Tells the weather","version":")" + version + '"' + more + "}";
}

// A service whose clock moves on with every look at it.
class ServerService : public Service {
 public:
  ServerService() : Service(ticking()) {}

  Response publish(const std::string& name, const std::string& version, const std::string& more = "") {
    return write("POST", "/v0.1/publish", server_body(name, version, more));
  }
  // "name version" of a list, each with a comma behind it; those of the latest version with a star.
  std::string listed(const std::string& target) {
    std::string out;
    const auto list = body_of(get(target));
    for (const auto& each : list["servers"]) {
      const auto& server = each["server"];
      out += server["name"].get<std::string>().substr(11) + " " + server["version"].get<std::string>() +
             (each["_meta"][kOfficial]["isLatest"] == true ? "*," : ",");
    }
    return out;
  }
  // "name version," of each tool.
  std::string tools() {
    std::string out;
    const auto list = body_of(get("/api/v1/tools"));
    for (const auto& tool : list["tools"])
      out += tool["name"].get<std::string>() + " " + tool["version"].get<std::string>() + ",";
    return out;
  }

 private:
  static FileStoreOptions ticking() {
    auto options = store_options();
    auto now = std::make_shared<std::chrono::system_clock::time_point>(std::chrono::seconds(1'000'000'000));
    options.now = [now] { return *now += std::chrono::seconds(1); };
    return options;
  }
};

const std::string rain = R"({"name":"rain","inputSchema":{"type":"object"}})";
const std::string snow = R"({"name":"snow","inputSchema":{"type":"object"}})";

std::string with_tools(const std::string& tools) {
  return R"(,"_meta":{"mcpregistry.dev/tools":[)" + tools + "]}";
}

}  // namespace

TEST_CASE("a published server is read as it was sent, beside what the registry says of it") {
  ServerService service;
  const auto published = service.publish("io.example/weather", "1.0.0", R"(,"title":"Weather \"now\"")");
  CHECK(published.status == 200);
  CHECK(*published.body ==
        R"({"server":)" + server_body("io.example/weather", "1.0.0", R"(,"title":"Weather \"now\"")") +
            R"(,"_meta":{"io.modelcontextprotocol.registry/official":{"status":"active",)"
            R"("statusChangedAt":"2001-09-09T01:46:41.000000Z","publishedAt":"2001-09-09T01:46:41.000000Z",)"
            R"("updatedAt":"2001-09-09T01:46:41.000000Z","isLatest":true}}})");
  for (const std::string& target : {kWeather + "/versions/1.0.0", kWeather + "/versions/latest",
                                    std::string("/v0/servers/io.example%2fweather/versions/1.0.0")}) {
    CAPTURE(target);
    CHECK(*service.get(target).body == *published.body);
  }
  CHECK(*service.get("/v0.1/servers").body ==
        R"({"servers":[)" + *published.body + R"(],"metadata":{"count":1}})");
  service.reopen();
  CHECK(*service.get(kWeather + "/versions/latest").body == *published.body);
}

TEST_CASE("a version is published once, which is a bad request the second time") {
  ServerService service;
  CHECK(service.publish("io.example/weather", "1.0.0").status == 200);
  const auto again = service.publish("io.example/weather", "1.0.0");
  CHECK(again.status == 400);
  CHECK(detail_of(again).find("published already") != std::string::npos);
  CHECK(service.write("DELETE", kWeather + "/versions/1.0.0", "").status == 200);
  CHECK(service.publish("io.example/weather", "1.0.0").status == 400);
}

TEST_CASE("the latest version is the highest, and what is no semantic version comes after all that are") {
  ServerService service;
  const auto latest = [&] {
    return body_of(service.get(kWeather + "/versions/latest"))["server"]["version"].get<std::string>();
  };
  const auto publish = [&](const char* version) {
    CHECK(service.publish("io.example/weather", version).status == 200);
  };
  publish("2025-06-18");
  publish("2024-01-01");
  CHECK(latest() == "2024-01-01");  // Published later.
  publish("1.0.0");
  CHECK(latest() == "1.0.0");
  publish("1.1.0-rc.1");
  publish("1.0.1");
  CHECK(latest() == "1.1.0-rc.1");
  publish("v1.1.0");
  CHECK(latest() == "v1.1.0");
  publish("1.0.2");
  publish("snapshot");
  CHECK(latest() == "v1.1.0");
  CHECK(service.listed("/v0.1/servers") ==
        "weather 1.0.0,weather 1.0.1,weather 1.0.2,weather 1.1.0-rc.1,weather 2024-01-01,weather 2025-06-18,"
        "weather snapshot,weather v1.1.0*,");
  CHECK(
      service.listed(kWeather + "/versions").starts_with("weather snapshot,weather 1.0.2,weather v1.1.0*,"));
  CHECK(service.listed("/v0.1/servers?version=latest") == "weather v1.1.0*,");
  CHECK(service.listed("/v0.1/servers?version=1.0.1") == "weather 1.0.1,");
}

TEST_CASE("of versions of equal precedence the one that was published first stays the latest") {
  ServerService service;
  for (const char* version : {"v4.0.0", "4.0.0", "4.0.0+b"})
    CHECK(service.publish("io.example/weather", version).status == 200);
  CHECK(service.listed("/v0.1/servers?version=latest") == "weather v4.0.0*,");
}

TEST_CASE("a version that only tools tell of is not the latest of a server that was published") {
  ServerService service;
  service.publish("io.example/weather", "1.0.0");
  CHECK(service
            .post(R"({"name":"rain","inputSchema":{"type":"object"},)"
                  R"("server":{"name":"io.example/weather","version":"99.0.0"}})")
            .status == 201);
  CHECK(service.listed("/v0.1/servers") == "weather 1.0.0*,weather 99.0.0,");
}

TEST_CASE("the list of servers goes on from its cursor, and a full page has one") {
  ServerService service;
  for (const char* name : {"io.example/bb", "io.example/aa", "io.example/cc"}) {
    CHECK(service.publish(name, "1.0.0").status == 200);
    CHECK(service.publish(name, "1.1.0").status == 200);
  }
  std::string all, cursor;
  int pages = 0;
  for (; pages < 10; ++pages) {
    const std::string target = "/v0.1/servers?limit=2" + (cursor.empty() ? "" : "&cursor=" + cursor);
    const auto page = body_of(service.get(target));
    CHECK(page["metadata"]["count"] == page["servers"].size());
    all += service.listed(target);
    if (!page["metadata"].contains("nextCursor")) break;
    cursor = percent_encode(page["metadata"]["nextCursor"].get<std::string>());
  }
  CHECK(all == "aa 1.0.0,aa 1.1.0*,bb 1.0.0,bb 1.1.0*,cc 1.0.0,cc 1.1.0*,");
  CHECK(pages == 3);  // The last page is full, so that an empty one comes after it.
  CHECK(service.listed("/v0.1/servers?cursor=io.example/bb:1.0.0") == "bb 1.1.0*,cc 1.0.0,cc 1.1.0*,");
  CHECK(service.listed("/v0.1/servers?cursor=io.example/bb") == "cc 1.0.0,cc 1.1.0*,");
}

TEST_CASE("a search takes words as people type them, and finds them in names, titles and descriptions") {
  ServerService service;
  service.publish("io.example/maps", "1.0.0", R"(,"title":"Öffnungszeiten von Cafés")");
  service.publish("io.example/google.maps", "1.0.0");
  CHECK(service.listed("/v0.1/servers?search=%20maps") == service.listed("/v0.1/servers?search=maps%20"));
  CHECK(service.listed("/v0.1/servers?search=maps+google") == "google.maps 1.0.0*,");
  for (const char* words : {"%C3%B6ffnung", "OFFNUNG", "cafe%CC%81s+maps", "caf%C3%A9s%E3%80%80von"}) {
    CAPTURE(words);
    CHECK(service.listed(std::string("/v0.1/servers?search=") + words) == "maps 1.0.0*,");
  }
  CHECK(service.listed("/v0.1/servers?search=tells+weather") == "google.maps 1.0.0*,maps 1.0.0*,");
  CHECK(service.listed("/v0.1/servers?search=maps+rain") == "");
  // Those that tools tell of are found by their names.
  service.post(R"({"name":"t","inputSchema":{"type":"object"},"server":{"name":"io.example/told"}})");
  CHECK(service.listed("/v0.1/servers?search=TOLD+example") == "told 0.1.0*,");
  std::string words = "a";
  for (int more = 1; more < 16; ++more) words += "+a";
  CHECK(service.get("/v0.1/servers?search=" + words).status == 200);
  CHECK(service.get("/v0.1/servers?search=" + words + "+a").status == 422);
}

TEST_CASE("who follows servers sees a version that became the latest when a later one was deleted") {
  ServerService service;
  service.publish("io.example/weather", "1.0.0");
  service.publish("io.example/weather", "1.1.0");
  service.publish("io.example/weather", "2.0.0");
  std::string last;
  const auto list = body_of(service.get("/v0.1/servers"));
  for (const auto& each : list["servers"])
    last = std::max(last, each["_meta"][kOfficial]["updatedAt"].get<std::string>());
  const std::string since = "/v0.1/servers?updated_since=" + last;
  CHECK(service.listed(since) == "");
  REQUIRE(service.write("DELETE", "/v0.1/servers/io.example%2Fweather/versions/2.0.0", "").status == 200);
  CHECK(service.listed(since) == "weather 1.1.0*,weather 2.0.0,");
  CHECK(service.listed(since + "&version=latest") == "weather 1.1.0*,");
}

TEST_CASE("the parameters of the list are those of the official registry") {
  ServerService service;
  service.publish("io.example/weather", "1.0.0");
  service.publish("io.example/map", "1.0.0+a b");
  service.publish("io.example/map", "1.0.0");
  CHECK(service.listed("/v0.1/servers?search=%2FWEATH") == "weather 1.0.0*,");
  CHECK(service.listed("/v0.1/servers?search=example%2Fm&colour=red&search=weather").starts_with("map"));
  CHECK(service.listed("/v0.1/servers?updated_since=2001-09-09T01:46:42Z").starts_with("map 1.0.0"));
  CHECK(service.listed("/v0.1/servers?updated_since=2001-09-09T01:46:43Z") == "");
  for (const char* query :
       {"limit=0", "limit=101", "limit=x", "search=ab", "search=+++a", "include_deleted=maybe"}) {
    CAPTURE(query);
    CHECK(service.get(std::string("/v0.1/servers?") + query).status == 422);
  }
  for (const char* query : {"updated_since=yesterday", "search=%00abc", "search=%zz",
                            "updated_since=2001-09-09T01:46:42Z&include_deleted=false"}) {
    CAPTURE(query);
    CHECK(service.get(std::string("/v0.1/servers?") + query).status == 400);
  }
  CHECK(service.get("/v0.1/servers?limit=&search=").status == 200);
}

TEST_CASE("include_deleted takes the words that the official registry takes for yes and no") {
  ServerService service;
  service.publish("io.example/weather", "1.0.0");
  service.write("DELETE", kWeather + "/versions/1.0.0", "");
  const auto count = [&](const std::string& word) {
    return body_of(service.get("/v0.1/servers?include_deleted=" + word))["metadata"]["count"].get<int>();
  };
  for (const char* yes : {"1", "t", "T", "true", "True", "TRUE"}) CHECK(count(yes) == 1);
  for (const char* no : {"0", "f", "F", "false", "False", "FALSE", ""}) CHECK(count(no) == 0);
  for (const char* neither : {"yes", "tRUE", "2"})
    CHECK(service.get(std::string("/v0.1/servers?include_deleted=") + neither).status == 422);
}

TEST_CASE("a server.json may be sent under each type that is made of JSON") {
  ServerService service;
  int number = 0;
  const auto status = [&](const char* type) {
    const std::string body = server_body("io.example/weather", "1.0." + std::to_string(number++));
    Request request;
    request.method = "POST";
    request.target = "/v0.1/publish";
    request.content_type = type;
    request.body = body;
    return service.send(request).status;
  };
  for (const char* type : {"", "application/json", "Application/JSON ; charset=utf-8",
                           "application/vnd.example.server+json", "application/x+json; a=b"}) {
    CAPTURE(type);
    CHECK(status(type) == 200);
  }
  for (const char* type : {"text/plain", "application/jsonl", "text/x+json", "application/xml", "+json"}) {
    CAPTURE(type);
    CHECK(status(type) == 415);
  }
}

TEST_CASE("a deleted version is kept and shown to those who ask for it, and the next highest is the latest") {
  ServerService service;
  service.publish("io.example/weather", "1.0.0");
  service.publish("io.example/weather", "2.0.0");
  const auto deleted = service.write("DELETE", kWeather + "/versions/2.0.0", "");
  CHECK(deleted.status == 200);
  CHECK(body_of(deleted)["_meta"][kOfficial]["status"] == "deleted");
  CHECK(body_of(deleted)["_meta"][kOfficial]["isLatest"] == false);
  CHECK(service.get(kWeather + "/versions/2.0.0").status == 404);
  CHECK(service.get(kWeather + "/versions/2.0.0?include_deleted=true").status == 200);
  CHECK(service.listed(kWeather + "/versions") == "weather 1.0.0*,");
  CHECK(service.listed(kWeather + "/versions?include_deleted=true") == "weather 2.0.0,weather 1.0.0*,");
  CHECK(service.listed("/v0.1/servers") == "weather 1.0.0*,");
  CHECK(service.listed("/v0.1/servers?updated_since=2001-09-09T01:46:42Z") ==
        "weather 1.0.0*,weather 2.0.0,");
  CHECK(service.write("DELETE", kWeather + "/versions/2.0.0", "").status == 404);

  CHECK(service.write("DELETE", kWeather + "/versions/1.0.0", "").status == 200);
  CHECK(service.get(kWeather + "/versions").status == 404);
  CHECK(service.get(kWeather + "/versions/latest").status == 404);
  CHECK(service.patch(kWeather + "/versions/1.0.0/status", R"({"status":"active"})").status == 200);
  CHECK(service.listed("/v0.1/servers") == "weather 1.0.0*,");
}

TEST_CASE("a status' message is served as it was given, whatever characters it has") {
  ServerService service;
  service.publish("io.example/weather", "1.0.0");
  for (const std::string message : {"", "a \"quoted\" word", R"(,"statusMessage":"x","server":{)",
                                    "ends in \\", "\n\t\x01 \u00e9", R"(\",")"}) {
    CAPTURE(message);
    const Json body = {{"status", "deprecated"}, {"statusMessage", message}};
    CHECK(service.patch(kWeather + "/versions/1.0.0/status", body.dump()).status == 200);
    const auto meta = body_of(service.get(kWeather + "/versions/1.0.0"))["_meta"][kOfficial];
    CHECK(meta["statusMessage"] == message);
    CHECK(meta.size() == 6);
  }
}

TEST_CASE("a status is set for a version or for all, with a message, and setting it again is refused") {
  ServerService service;
  service.publish("io.example/weather", "1.0.0");
  service.publish("io.example/weather", "1.1.0");
  const auto one = service.patch(kWeather + "/versions/1.0.0/status",
                                 R"({"status":"deprecated","statusMessage":"Use 1.1"})");
  CHECK(one.status == 200);
  const auto meta = body_of(one)["_meta"][kOfficial];
  CHECK(meta["status"] == "deprecated");
  CHECK(meta["statusMessage"] == "Use 1.1");
  CHECK(meta["publishedAt"] == "2001-09-09T01:46:41.000000Z");
  CHECK(meta["statusChangedAt"] == "2001-09-09T01:46:43.000000Z");
  CHECK(meta["updatedAt"] == "2001-09-09T01:46:43.000000Z");

  const auto all =
      body_of(service.patch(kWeather + "/status", R"({"status":"deprecated","statusMessage":"Use 1.1"})"));
  CHECK(all["updatedCount"] == 2);
  CHECK(all["servers"][0]["server"]["version"] == "1.1.0");
  CHECK(all["servers"][1]["_meta"][kOfficial]["statusChangedAt"] == "2001-09-09T01:46:43.000000Z");
  CHECK(service.patch(kWeather + "/status", R"({"status":"deprecated","statusMessage":"Use 1.1"})").status ==
        400);
  CHECK(service.patch(kWeather + "/status", R"({"status":"active","statusMessage":"x"})").status == 400);
  CHECK(service.patch(kWeather + "/status", R"({"status":"gone"})").status == 422);
  CHECK(service.patch(kWeather + "/status", "{").status == 400);
  CHECK(service.patch("/v0.1/servers/io.example%2Fnobody/status", R"({"status":"deleted"})").status == 404);
  CHECK(service.patch("/v0.1/servers/tool/status", R"({"status":"deleted"})").status == 404);
  CHECK(service.patch(kWeather + "/versions/9/status", R"({"status":"deleted"})").status == 404);
}

TEST_CASE("an edit changes what a version says of itself, and neither its name, its version nor its status") {
  ServerService service;
  service.publish("io.example/weather", "1.0.0");
  service.patch(kWeather + "/status", R"({"status":"deprecated"})");
  const auto target = kWeather + "/versions/1.0.0";
  const auto edited =
      service.write("PUT", target, server_body("io.example/weather", "1.0.0", R"(,"title":"New")"));
  CHECK(edited.status == 200);
  const auto server = body_of(edited);
  CHECK(server["server"]["title"] == "New");
  CHECK(server["_meta"][kOfficial]["status"] == "deprecated");
  CHECK(server["_meta"][kOfficial]["publishedAt"] == "2001-09-09T01:46:41.000000Z");
  CHECK(server["_meta"][kOfficial]["statusChangedAt"] == "2001-09-09T01:46:42.000000Z");
  CHECK(server["_meta"][kOfficial]["updatedAt"] == "2001-09-09T01:46:43.000000Z");
  CHECK(service.write("PUT", target, server_body("io.example/other", "1.0.0")).status == 400);
  CHECK(service.write("PUT", target, server_body("io.example/weather", "1.0.1")).status == 400);
  CHECK(service.write("PUT", target, "{}").status == 422);
  CHECK(service.write("PUT", kWeather + "/versions/latest", server_body("io.example/weather", "1.0.0"))
            .status == 404);
  CHECK(
      service.write("PUT", kWeather + "/versions/2.0.0", server_body("io.example/weather", "2.0.0")).status ==
      404);
  service.write("DELETE", target, "");
  CHECK(service.write("PUT", target, server_body("io.example/weather", "1.0.0")).status == 404);
}

TEST_CASE("a publication is checked, and validate says all that is wrong without publishing") {
  ServerService service;
  const auto refused = service.publish("io.example/weather", "latest");
  CHECK(refused.status == 422);
  CHECK(body_of(refused)["errors"][0]["location"] == "/version");
  for (const char* body : {"[]", "null", "\"x\""}) {
    CAPTURE(body);
    CHECK(service.write("POST", "/v0.1/publish", body).status == 422);
    CHECK(service.patch(kWeather + "/status", body).status == 422);
  }
  CHECK(service.write("POST", "/v0.1/publish", "{").status == 400);

  const auto check = [&](const std::string& body) {
    return body_of(service.write("POST", "/v0.1/validate", body));
  };
  CHECK(check(server_body("io.example/weather", "1.0.0")).dump() == R"({"valid":true,"issues":[]})");
  const auto found = check(
      R"({"$schema":"https://static.modelcontextprotocol.io/schemas/2025-10-17/server.schema.json","name":"weather",)"
      R"("description":"","version":"^1.0.0","remotes":[{"type":"stdio","url":"https://a.b/{x}"}]})");
  CHECK(found["valid"] == false);
  std::string issues;
  for (const auto& issue : found["issues"]) {
    issues += issue["path"].get<std::string>() + "=" + issue["reference"].get<std::string>() + "/" +
              issue["severity"].get<std::string>() + " ";
    CHECK_FALSE(issue["message"].get<std::string>().empty());
  }
  const auto warned =
      check(R"({"$schema":"https://static.modelcontextprotocol.io/schemas/2025-10-17/server.schema.json",)"
            R"("name":"io.example/weather","description":"d","version":"1.0.0"})");
  CHECK(warned["valid"] == true);
  CHECK(warned["issues"].size() == 1);
  CHECK(issues ==
        "$schema=schema-version-deprecated/warning name=invalid-server-name/error description=schema/error "
        "version=version-looks-like-range/error remotes[0].type=schema/error "
        "remotes[0].url=invalid-templated-url/error ");
  CHECK(check("[]")["valid"] == false);
  CHECK(service.write("POST", "/v0.1/validate", "{").status == 400);
  CHECK(service.get("/v0.1/servers?version=latest").status == 200);
  CHECK(service.listed("/v0.1/servers").empty());
}

TEST_CASE("a server that tools name is a server like those published, while one of its tools is there") {
  ServerService service;
  const auto add = [&](const char* name, const char* server) {
    CHECK(service
              .post(std::string(R"({"name":")") + name +
                    R"(","version":"1.5.0","inputSchema":{"type":"object"},"server":)" + server + "}")
              .status == 201);
  };
  add("rain", R"({"name":"io.example/weather","version":"2.0.0","title":"Weather",)"
              R"("remotes":[{"type":"streamable-http","url":"http://weather.default.svc:8080/mcp"}]})");
  add("snow", R"({"name":"io.example/weather","version":"2.0.0"})");
  add("map", R"({"name":"io.example/maps"})");
  CHECK(service.listed("/v0.1/servers") == "maps 1.5.0*,weather 2.0.0*,");
  CHECK(service.listed("/v0.1/servers?version=2.0.0") == "weather 2.0.0*,");
  CHECK(service.listed("/v0.1/servers?updated_since=2001-09-09T01:46:41Z") == "maps 1.5.0*,weather 2.0.0*,");
  CHECK(service.listed("/v0.1/servers?updated_since=2001-09-09T01:46:42Z") == "maps 1.5.0*,");
  const auto told = body_of(service.get(kWeather + "/versions/latest"));
  CHECK(
      told["server"].dump() ==
      R"({"$schema":"https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json",)"
      R"("name":"io.example/weather","description":"The tools rain, snow","title":"Weather","version":"2.0.0",)"
      R"("remotes":[{"type":"streamable-http","url":"http://weather.default.svc:8080/mcp"}],)"
      R"("_meta":{"io.modelcontextprotocol.registry/publisher-provided":{"tools":["rain","snow"]}}})");
  CHECK(told["_meta"][kOfficial]["status"] == "active");
  CHECK(told["_meta"][kOfficial]["publishedAt"] == "2001-09-09T01:46:41.000000Z");
  // What it says of itself could be published.
  CHECK(body_of(service.write("POST", "/v0.1/validate", told["server"].dump()))["valid"] == true);
  CHECK(service.write("DELETE", kWeather + "/versions/2.0.0", "").status == 404);
  // It changed when one of its tools did, whichever that is.
  CHECK(service.patch("/api/v1/tools/rain", R"({"status":"deprecated"})").status == 200);
  const auto changed = body_of(service.get("/api/v1/tools/rain"))["statusChangedAt"];
  const auto official = body_of(service.get(kWeather + "/versions/latest"))["_meta"][kOfficial];
  CHECK(official["updatedAt"] == changed);
  CHECK(official["status"] == "active");

  service.patch("/api/v1/tools/map", R"({"status":"deprecated"})");
  CHECK(
      body_of(service.get("/v0.1/servers/io.example%2Fmaps/versions/latest"))["_meta"][kOfficial]["status"] ==
      "deprecated");
  CHECK(service.publish("io.example/weather", "2.0.0").status == 200);
  CHECK(body_of(service.get(kWeather + "/versions/2.0.0"))["server"]["description"] == "Tells the weather");
  service.write("DELETE", "/api/v1/tools/map", "");
  CHECK(service.listed("/v0.1/servers") == "weather 2.0.0*,");
}

TEST_CASE("a server that many tools name has a description that could be published") {
  ServerService service;
  for (const char letter : {'a', 'b', 'c'})
    service.post(
        R"({"name":")" + std::string(60, letter) +
        R"(","version":"1.0.0","inputSchema":{"type":"object"},"server":{"name":"io.example/weather"}})");
  const auto server = body_of(service.get(kWeather + "/versions/latest"))["server"];
  CHECK(server["description"].get<std::string>().size() == 100);
  CHECK(server["description"].get<std::string>().ends_with("..."));
  CHECK(body_of(service.write("POST", "/v0.1/validate", server.dump()))["valid"] == true);
}

TEST_CASE("a status of all versions counts those published, not what tools tell of") {
  ServerService service;
  service.publish("io.example/weather", "1.0.0");
  service.post(
      R"({"name":"rain","version":"7.0.0","inputSchema":{"type":"object"},"server":{"name":"io.example/weather"}})");
  const auto all = body_of(service.patch(kWeather + "/status", R"({"status":"deprecated"})"));
  CHECK(all["updatedCount"] == 1);
  CHECK(all["servers"].size() == 1);
}

TEST_CASE("a server has as many versions as the configuration allows") {
  auto options = store_options();
  options.limits.versions_per_tool = 2;
  Service service(options);
  const auto publish = [&](const char* version) {
    return service.write("POST", "/v0.1/publish", server_body("io.example/weather", version)).status;
  };
  CHECK(publish("1.0.0") == 200);
  CHECK(publish("1.1.0") == 200);
  CHECK(publish("1.2.0") == 507);
}

TEST_CASE("the tools that a server brings are registered with it and withdrawn with its last version") {
  ServerService service;
  const auto tools = [&] { return service.tools(); };
  CHECK(service.publish("io.example/weather", "1.0.0", with_tools(rain + "," + snow)).status == 200);
  CHECK(tools() == "io.example.weather.rain 1.0.0,io.example.weather.snow 1.0.0,");
  const auto tool = body_of(service.get("/api/v1/tools/io.example.weather.rain"));
  CHECK(tool["server"]["name"] == "io.example/weather");
  CHECK(tool["managedBy"]["kind"] == "Server");
  CHECK(service.write("DELETE", "/api/v1/tools/io.example.weather.rain", "").status == 409);
  CHECK(service.listed("/v0.1/servers") == "weather 1.0.0*,");

  CHECK(service.publish("io.example/weather", "1.1.0", with_tools(rain)).status == 200);
  CHECK(tools() == "io.example.weather.rain 1.1.0,");
  CHECK(service.publish("io.example/weather", "1.0.1", with_tools(snow)).status == 200);
  CHECK(tools() == "io.example.weather.rain 1.1.0,");
  CHECK(service.write("DELETE", kWeather + "/versions/1.1.0", "").status == 200);
  CHECK(tools() == "io.example.weather.snow 1.0.1,");
  // Others' own, under names like theirs.
  service.post(R"({"name":"io.example.weather.own","version":"1.0.0","inputSchema":{"type":"object"}})");
  service.post(R"({"name":"io.example.weather.run","version":"1.0.0","inputSchema":{"type":"object"},)"
               R"("managedBy":{"kind":"MCPTool","namespace":"n","name":"m"}})");
  CHECK(service.patch(kWeather + "/status", R"({"status":"deleted"})").status == 200);
  CHECK(tools() == "io.example.weather.own 1.0.0,io.example.weather.run 1.0.0,");
}

TEST_CASE("the tools of a server are those of its latest version, whichever that becomes") {
  ServerService service;
  const auto publish = [&](const char* version, const std::string& tools) {
    return service.publish("io.example/weather", version, with_tools(tools)).status;
  };
  const auto set = [&](const char* version, const char* status) {
    return service
        .patch(kWeather + "/versions/" + version + "/status", R"({"status":")" + std::string(status) + "\"}")
        .status;
  };
  CHECK(publish("1.0.0", rain) == 200);
  CHECK(publish("2.0.0", rain + "," + snow) == 200);
  CHECK(service.tools() == "io.example.weather.rain 2.0.0,io.example.weather.snow 2.0.0,");
  CHECK(set("2.0.0", "deleted") == 200);
  CHECK(service.tools() == "io.example.weather.rain 1.0.0,");
  CHECK(set("2.0.0", "deprecated") == 200);
  CHECK(service.tools() == "io.example.weather.rain 2.0.0,io.example.weather.snow 2.0.0,");
  CHECK(publish("3.0.0", "") == 200);
  CHECK(service.tools() == "");
  CHECK(set("3.0.0", "deleted") == 200);
  CHECK(service.tools() == "io.example.weather.rain 2.0.0,io.example.weather.snow 2.0.0,");
  CHECK(service.patch(kWeather + "/status", R"({"status":"deleted"})").status == 200);
  CHECK(service.tools() == "");
  CHECK(set("1.0.0", "active") == 200);
  CHECK(service.tools() == "io.example.weather.rain 1.0.0,");
}

TEST_CASE("a change of an older version of a server changes nothing of its tools") {
  ServerService service;
  CHECK(service.publish("io.example/weather", "2.0.0", with_tools(snow)).status == 200);
  CHECK(service.publish("io.example/weather", "1.0.0", with_tools(rain)).status == 200);
  CHECK(service.tools() == "io.example.weather.snow 2.0.0,");
  const auto edited = server_body("io.example/weather", "1.0.0", with_tools(rain) + R"(,"title":"T")");
  CHECK(service.write("PUT", kWeather + "/versions/1.0.0", edited).status == 200);
  CHECK(service.patch(kWeather + "/versions/1.0.0/status", R"({"status":"deleted"})").status == 200);
  CHECK(service.tools() == "io.example.weather.snow 2.0.0,");
}

TEST_CASE("the tools of a server have its version as it is, and take no number that nobody published") {
  ServerService service;
  const auto publish = [&](const char* version, const std::string& tools) {
    return service.publish("io.example/weather", version, with_tools(tools)).status;
  };
  CHECK(publish("beta", rain) == 200);
  CHECK(service.tools() == "io.example.weather.rain beta,");
  CHECK(publish("gamma", rain) == 200);
  CHECK(service.tools() == "io.example.weather.rain gamma,");
  CHECK(publish("0.1.5", rain) == 200);
  CHECK(service.tools() == "io.example.weather.rain 0.1.5,");
  CHECK(publish("v2.0.0", rain) == 200);
  CHECK(publish("v1.5.0", rain) == 200);
  CHECK(publish("zeta", snow) == 200);
  CHECK(service.tools() == "io.example.weather.rain v2.0.0,");
  const std::string other = R"({"name":"rain","title":"Rain","inputSchema":{"type":"object"}})";
  CHECK(publish("2.1.0", other) == 200);
  CHECK(service.tools() == "io.example.weather.rain 2.1.0,");
  CHECK(service.get("/api/v1/tools/io.example.weather.rain/versions/v2.0.0").status == 200);
  service.reopen();
  CHECK(service.tools() == "io.example.weather.rain 2.1.0,");
}

TEST_CASE("a tool whose name somebody else took does not keep a server's version from being deleted") {
  ServerService service;
  CHECK(service.publish("io.example/weather", "1.0.0", with_tools(rain + "," + snow)).status == 200);
  CHECK(service.publish("io.example/weather", "2.0.0", with_tools(snow)).status == 200);
  CHECK(
      service.post(R"({"name":"io.example.weather.rain","version":"9.0.0","inputSchema":{"type":"object"}})")
          .status == 201);
  CHECK(service.write("DELETE", kWeather + "/versions/2.0.0", "").status == 200);
  CHECK(service.tools() == "io.example.weather.rain 9.0.0,io.example.weather.snow 1.0.0,");
}

TEST_CASE("a server whose tools cannot be registered is not published either") {
  ServerService service;
  const auto refused = [&](const std::string& tools) {
    return service.publish("io.example/weather", "1.0.0",
                           R"(,"_meta":{"mcpregistry.dev/tools":)" + tools + "}");
  };
  for (const char* tools :
       {"{}", "[1]", "[{}]", R"([{"name":"a"}])", R"([{"name":"a b","inputSchema":{"type":"object"}}])",
        R"([{"name":"a","version":"1.0.0","inputSchema":{"type":"object"}}])",
        R"([{"name":"a","inputSchema":{"type":"object"}},{"name":"a","inputSchema":{"type":"object"}}])"}) {
    CAPTURE(tools);
    const auto response = refused(tools);
    CHECK(response.status == 422);
    CHECK(body_of(response)["errors"][0]["location"].get<std::string>().starts_with(
        "/_meta/mcpregistry.dev~1tools"));
    CHECK(body_of(service.write("POST", "/v0.1/validate",
                                server_body("io.example/weather", "1.0.0",
                                            R"(,"_meta":{"mcpregistry.dev/tools":)" + std::string(tools) +
                                                "}")))["valid"] == false);
  }
  // Somebody else's tool.
  service.post(R"({"name":"io.example.weather.a","inputSchema":{"type":"object"}})");
  CHECK(refused(R"([{"name":"a","inputSchema":{"type":"object"}}])").status == 400);
  CHECK(service.listed("/v0.1/servers").empty());
}

TEST_CASE("a tool is taken as tools/list gives it: what is null is not there, what is unknown left out") {
  ServerService service;
  const auto more = with_tools(
      R"({"name":"fly","title":null,"description":"Finds flights","inputSchema":{"type":"object"},)"
      R"("outputSchema":null,"securitySchemes":[{"type":"noauth"}],"status":"beta","tags":null,)"
      R"("annotations":{"title":null,"readOnlyHint":true,"priority":0.7},)"
      R"("icons":[{"src":"https://x.example/i.png","sizes":null,"purpose":"any"}],)"
      R"("execution":{"taskSupport":"optional","cost":1},"_meta":{"ui":{"x":null}}})");
  REQUIRE(service.publish("io.example/apps", "1.0.0", more).status == 200);
  auto tool = body_of(service.get("/api/v1/tools/io.example.apps.fly"));
  for (const char* ours : {"version", "digest", "contractDigest", "registeredAt", "managedBy", "server"})
    tool.erase(ours);
  CHECK(tool.dump() ==
        R"({"name":"io.example.apps.fly","description":"Finds flights","inputSchema":{"type":"object"},)"
        R"("annotations":{"readOnlyHint":true},"icons":[{"src":"https://x.example/i.png"}],)"
        R"("execution":{"taskSupport":"optional"},"_meta":{"ui":{"x":null}}})");
  // The server.json says what it said.
  const auto server = body_of(service.get("/v0.1/servers/io.example%2Fapps/versions/1.0.0"));
  CHECK(server["server"]["_meta"]["mcpregistry.dev/tools"][0].contains("securitySchemes"));

  const auto verdict =
      body_of(service.write("POST", "/v0.1/validate", server_body("io.example/apps", "1.0.0", more)));
  CHECK(verdict["valid"] == true);
  std::string warned;
  for (const auto& issue : verdict["issues"]) {
    CHECK(issue["severity"] == "warning");
    warned += issue["path"].get<std::string>() + " ";
  }
  const std::string at = "_meta.mcpregistry.dev/tools[0].";
  CHECK(warned == at + "securitySchemes " + at + "status " + at + "annotations.priority " + at +
                      "execution.cost " + at + "icons[0].purpose ");

  // What is the server's to say is refused, and what is known has to be right.
  for (const char* bad :
       {R"("version":"2.0.0")", R"("managedBy":{})", R"("annotations":[])", R"("icons":{})"}) {
    CAPTURE(bad);
    const auto body = with_tools(R"({"name":"a","inputSchema":{"type":"object"},)" + std::string(bad) + "}");
    CHECK(service.publish("io.example/apps", "2.0.0", body).status == 422);
  }
}

TEST_CASE("a server and a tool with names as long as each may be have one entry, which can be used") {
  ServerService service;
  const std::string server = "io.example/" + std::string(189, 'x');
  const std::string name(128, 'y');
  const auto tool = [](const std::string& called) {
    return with_tools(R"({"name":")" + called + R"(","inputSchema":{"type":"object"}})");
  };
  REQUIRE(service.publish(server, "1.0.0", tool(name)).status == 200);
  const auto full = "io.example." + std::string(189, 'x') + "." + name;
  const auto target = "/api/v1/tools/" + full;
  CHECK(service.get(target).status == 200);
  const auto manager = "?managedBy=Server/io.example/" + std::string(189, 'x');
  CHECK(
      service.patch(target + manager, R"({"status":"deprecated","replacement":")" + full + R"("})").status ==
      200);
  CHECK(service.post(R"({"name":"io.example.z","inputSchema":{"type":"object"}})").status == 201);
  const auto next = body_of(service.get("/api/v1/tools?limit=1"))["nextCursor"].get<std::string>();
  CHECK(body_of(service.get("/api/v1/tools?limit=1&cursor=" + next))["tools"][0]["name"] == "io.example.z");
  // A tool's own name is as long as MCP lets it be.
  const auto longer = service.publish(server, "2.0.0", tool(name + "y"));
  CHECK(longer.status == 422);
  CHECK(detail_of(longer).find("128") != std::string::npos);
  CHECK(service.post(R"({"name":")" + full + R"(","inputSchema":{"type":"object"}})").status == 422);
}

TEST_CASE("no two servers share the name of a tool, wherever their names have dots") {
  ServerService service;
  const auto tool = [](const std::string& called) {
    return with_tools(R"({"name":")" + called + R"(","inputSchema":{"type":"object"}})");
  };
  CHECK(service.publish("io.example.maps/v2", "1.0.0", tool("draw")).status == 200);
  CHECK(service.publish("io.example/maps", "1.0.0", tool("v2.draw")).status == 200);
  CHECK(service.publish("io.example/maps.v2", "1.0.0", tool("draw")).status == 200);
  CHECK(service.tools() ==
        "io.example.maps.-v2.draw 1.0.0,io.example.maps.v2.-draw 1.0.0,io.example.maps.v2.draw 1.0.0,");
  // They go with their servers, each with its own.
  CHECK(service.write("DELETE", "/v0.1/servers/io.example%2Fmaps/versions/1.0.0", "").status == 200);
  CHECK(service.tools() == "io.example.maps.-v2.draw 1.0.0,io.example.maps.v2.draw 1.0.0,");
}

TEST_CASE("whatever names a server and its tool have, no other pair is registered under the same one") {
  const std::vector<std::string> servers = {"a.b/cd",   "a/bc.d",   "a.b/c.-d", "a.b.-c/d1", "a.b/c._d",
                                            "a.b.c/d1", "a.b/c.d1", "a.b/c..d", "a.b/c.--d"};
  const std::vector<std::string> tools = {"x",  "-x",  "_-x", "__-x", ".x",  "-.x",  "x.",   "x..y",
                                          "_x", "x.y", ".-x", "x-.y", "d.x", "-d.x", "d1.x", "_"};
  std::map<std::string, std::string> pairs;
  for (const auto& server : servers) {
    for (const auto& tool : tools) {
      const auto [other, added] = pairs.emplace(server_tool_name(server, tool), server + " " + tool);
      CHECK_MESSAGE(added,
                    server << " " << tool << " is " << other->first << ", and so is " << other->second);
    }
  }
}

TEST_CASE("servers and tools keep out of each other's lists and names") {
  ServerService service;
  service.publish("io.example/weather", "1.0.0");
  service.post(R"({"name":"zebra","inputSchema":{"type":"object"}})");
  CHECK(body_of(service.get("/api/v1/tools"))["total"] == 1);
  CHECK(body_of(service.get("/api/v1/tools"))["tools"].size() == 1);
  CHECK(service.get("/api/v1/tools/io.example%2Fweather").status == 404);
  CHECK(service.get("/api/v1/tools/io.example%2Fweather/versions?withdrawn=true").status == 404);
  CHECK(service.write("DELETE", "/api/v1/tools/io.example%2Fweather?purge=true", "").status == 404);
  CHECK(service.get("/v0.1/servers/zebra/versions/latest").status == 404);
  CHECK(body_of(service.get("/v0.1/ping"))["pong"] == true);
  CHECK(body_of(service.get("/v0/health"))["status"] == "ok");
  CHECK(body_of(service.get("/v0.1/version")).contains("version"));
}

TEST_CASE("what has not changed is answered with 304, and whatever changes it gives it another entity tag") {
  ServerService service;
  service.publish("io.example/weather", "1.0.0");
  service.post(
      R"({"name":"map","version":"1.0.0","inputSchema":{"type":"object"},"server":{"name":"io.example/maps"}})");
  const std::string maps = "/v0.1/servers/io.example%2Fmaps";
  const std::vector<std::string> targets = {"/v0.1/servers?limit=5", kWeather + "/versions",
                                            kWeather + "/versions/1.0.0", maps + "/versions/latest"};
  const auto tags = [&] {
    std::vector<std::string> all;
    for (const auto& target : targets) {
      CAPTURE(target);
      const auto tag = std::string(service.get(target).header("ETag"));
      CHECK(tag.size() > 2);
      const auto again = service.get(target, tag);
      CHECK(again.status == 304);
      CHECK(again.body == nullptr);
      CHECK(service.get(target, "\"other\"").status == 200);
      all.push_back(tag);
    }
    return all;
  };
  const auto first = tags();
  const auto published = service.publish("io.example/weather", "1.1.0");
  CHECK(published.header("ETag") == service.get(kWeather + "/versions/1.1.0").header("ETag"));
  const auto second = tags();
  // 1.0.0 is not the latest any more.
  for (std::size_t i = 0; i < 3; ++i) CHECK(first[i] != second[i]);
  CHECK(first[3] == second[3]);
  service.post(
      R"({"name":"path","version":"1.0.0","inputSchema":{"type":"object"},"server":{"name":"io.example/maps"}})");
  const auto third = tags();
  CHECK(second[2] == third[2]);
  CHECK(second[3] != third[3]);
  service.patch(kWeather + "/versions/1.0.0/status", R"({"status":"deprecated"})");
  const auto fourth = tags();
  CHECK(third[2] != fourth[2]);
  CHECK(third[1] != fourth[1]);  // Of all versions, not only of the one published last.
  service.reopen();
  CHECK(tags()[3] == third[3]);
}

TEST_CASE(
    "of equal versions the tool registered last and the server published first stay the latest, through "
    "changes and restarts") {
  Service service;  // Its clock stands still.
  const auto tool = [](const char* version) {
    return R"({"name":"a","version":")" + std::string(version) + R"(","inputSchema":{"type":"object"}})";
  };
  for (const char* version : {"1.0.0+b", "1.0.0+a", "0.9.0"}) {
    CHECK(service.post(tool(version)).status == 201);
    CHECK(service.write("POST", "/v0.1/publish", server_body("io.example/weather", version)).status == 200);
  }
  const auto latest = [&] {
    return body_of(service.get("/api/v1/tools/a"))["version"].get<std::string>() + " " +
           body_of(service.get(kWeather + "/versions/latest"))["server"]["version"].get<std::string>();
  };
  CHECK(latest() == "1.0.0+a 1.0.0+b");
  for (int restart = 0; restart < 2; ++restart) {
    CHECK(service.patch("/api/v1/tools/a/versions/1.0.0%2Bb", R"({"status":"deprecated"})").status == 200);
    CHECK(service.patch(kWeather + "/versions/1.0.0%2Bb/status", R"({"status":"deprecated"})").status == 200);
    CHECK(latest() == "1.0.0+a 1.0.0+b");
    service.reopen();
    CHECK(latest() == "1.0.0+a 1.0.0+b");
    CHECK(service.patch("/api/v1/tools/a/versions/1.0.0%2Bb", R"({"status":"active"})").status == 200);
    CHECK(service.patch(kWeather + "/versions/1.0.0%2Bb/status", R"({"status":"active"})").status == 200);
    CHECK(latest() == "1.0.0+a 1.0.0+b");
  }
  // No two writes have one time.
  CHECK(body_of(service.get("/api/v1/tools/a/versions/0.9.0"))["registeredAt"] ==
        "2001-09-09T01:46:40.000004Z");
}

TEST_CASE("of what several tools say of a server the last by name counts, member by member") {
  ServerService service;
  const auto add = [&](const char* name, const char* said) {
    CHECK(
        service
            .post(
                std::string(R"({"name":")") + name +
                R"(","version":"1.0.0","inputSchema":{"type":"object"},"server":{"name":"io.example/weather")" +
                said + "}}")
            .status == 201);
  };
  add("b", R"(,"title":"B","websiteUrl":"https://b.example","other":1)");
  add("a", R"(,"title":"A","description":"said by a")");
  add("c", R"(,"websiteUrl":"https://c.example")");
  const auto response = service.get(kWeather + "/versions/latest");
  const auto told = body_of(response)["server"];
  CHECK(told["title"] == "B");
  CHECK(told["description"] == "said by a");
  CHECK(told["websiteUrl"] == "https://c.example");
  CHECK_FALSE(told.contains("other"));
  // Another program may make something else of the same tools.
  CHECK(response.header("ETag").ends_with("-" + std::string(kToldVersion) + "-latest\""));
  CHECK(service.get("/v0.1/servers").header("ETag").ends_with("-" + std::string(kToldVersion) + "\""));
  service.reopen();
  CHECK(*service.get(kWeather + "/versions/latest").body == *response.body);
}

TEST_CASE("of a server of which more is said than anybody reads, what is said first is left out") {
  ServerService service;
  const auto add = [&](int number, const std::string& member, const std::string& value) {
    CHECK(
        service
            .post(
                R"({"name":"t)" + std::to_string(number) +
                R"(","version":"1.0.0","inputSchema":{"type":"object"},"server":{"name":"io.example/weather",")" +
                member + "\":" + value + "}}")
            .status == 201);
  };
  const auto large = R"([{"name":"A","description":")" + std::string(200'000, 'x') + "\"}]";
  const auto remotes = R"([{"type":"sse","url":"https://a.example/sse","headers":)" + large + "}]";
  const auto packages = R"([{"registryType":"npm","identifier":"a","version":"1.0.0",)"
                        R"("transport":{"type":"stdio"},"environmentVariables":)" +
                        large + "}]";
  add(1, "description", "\"unread\"");
  add(2, "remotes", remotes);
  add(3, "packages", packages);
  const auto told = body_of(service.get(kWeather + "/versions/latest"))["server"];
  CHECK(told["packages"].dump() == packages);
  CHECK(told["remotes"].dump() == remotes);
  CHECK(told["description"] == "The tools t1, t2, t3");
}

TEST_CASE("a server that tools tell of costs what is said of it, not what else their documents hold") {
  const double grown = growth(1'250, [](std::size_t size) {
    auto service = std::make_shared<ServerService>();
    for (const char* name : {"a", "b", "c", "d"}) {
      std::string tool = std::string(R"({"name":")") + name +
                         R"(","version":"1.0.0","inputSchema":{"type":"object"},"server":)"
                         R"({"name":"io.example/weather","title":"Weather"},"_meta":{"m":0)";
      for (std::size_t i = 0; i < size; ++i) tool += ",\"m" + std::to_string(i) + "\":1";
      REQUIRE(service->post(tool + "}}").status == 201);
    }
    return [service] {
      for (int i = 0; i < 100; ++i)
        CHECK_UNARY(service->get(kWeather + "/versions/latest").body->size() < 1'000);
    };
  });
  CHECK(grown < 3);
}

TEST_CASE("of several versions of a tool that tell of one server the latest speaks, and once") {
  ServerService service;
  const auto add = [&](const char* version, const char* title) {
    CHECK(
        service
            .post(
                std::string(R"({"name":"rain","version":")") + version +
                R"(","inputSchema":{"type":"object"},"server":{"name":"io.example/weather","version":"7","title":")" +
                title + "\"}}")
            .status == 201);
  };
  add("1.1.0", "new");
  add("1.0.0", "old");
  const auto told = body_of(service.get(kWeather + "/versions/7"))["server"];
  CHECK(told["title"] == "new");
  CHECK(told["description"] == "The tool rain");
  CHECK(told["_meta"]["io.modelcontextprotocol.registry/publisher-provided"]["tools"].size() == 1);
  service.write("DELETE", "/api/v1/tools/rain/versions/1.1.0", "");
  CHECK(body_of(service.get(kWeather + "/versions/7"))["server"]["title"] == "old");
}

TEST_CASE("another message is an update and no change of the status") {
  ServerService service;
  CHECK(service.publish("io.example/weather", "1.0.0").status == 200);
  const auto official = [&](const std::string& body) {
    return body_of(service.patch(kWeather + "/versions/1.0.0/status", body))["_meta"][kOfficial];
  };
  const auto first = official(R"({"status":"deprecated","statusMessage":"a"})");
  const auto second = official(R"({"status":"deprecated","statusMessage":"b"})");
  CHECK(second["statusMessage"] == "b");
  CHECK(second["statusChangedAt"] == first["statusChangedAt"]);
  CHECK(second["updatedAt"] > first["updatedAt"]);
}
