// /views/managed-settings.json and /.well-known/ai-catalog.json
#include "registry/api/views.hpp"

#include <doctest/doctest.h>

#include <chrono>

#include "registry/auth/permit.hpp"
#include "service_fixture.hpp"

using namespace toolhive::registry;
using namespace toolhive::registry::test;

namespace {

const std::string kSettings = "/views/managed-settings.json";
const std::string kCatalog = "/.well-known/ai-catalog.json";

std::string server_of(const std::string& name, const std::string& more,
                      const std::string& version = "1.0.0") {
  return R"({"$schema":"https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json","name":"io.example/)" +
         name + R"(","description":"d","version":")" + version + "\"" + more + "}";
}

std::string remote(const std::string& url, const std::string& more = "") {
  return R"(,"remotes":[{"type":"streamable-http","url":")" + url + "\"" + more + "}]";
}

std::string package(const std::string& kind, const std::string& more) {
  return R"(,"packages":[{"registryType":")" + kind +
         R"(","identifier":"weather","version":"1.2.3","transport":{"type":"stdio"})" + more + "}]";
}

void publish(Service& service, const std::string& server) {
  const auto response = service.write("POST", "/v0.1/publish", server);
  CAPTURE(*response.body);
  REQUIRE(response.status == 200);
}

Json allowed(Service& service) {
  const auto answer = service.get(kSettings);
  CHECK(answer.status == 200);
  return body_of(answer)["allowedMcpServers"];
}

}  // namespace

TEST_CASE("the allowlist has the URL of each server in its latest version, while it is active") {
  Service service;
  CHECK(allowed(service) == Json::array());
  publish(service, server_of("one", remote("http://one.default.svc:8080/old")));
  publish(service, server_of("one", remote("http://one.default.svc:8080/mcp"), "1.1.0"));
  publish(service, server_of("two", remote("https://two.example.com/mcp")));
  CHECK(allowed(service).dump() ==
        R"([{"serverUrl":"http://one.default.svc:8080/mcp"},{"serverUrl":"https://two.example.com/mcp"}])");
  REQUIRE(service.patch("/v0.1/servers/io.example%2Fone/status", R"({"status":"deprecated"})").status == 200);
  CHECK(allowed(service).dump() == R"([{"serverUrl":"https://two.example.com/mcp"}])");
  REQUIRE(service.patch("/v0.1/servers/io.example%2Ftwo/status", R"({"status":"deleted"})").status == 200);
  CHECK(allowed(service) == Json::array());
}

TEST_CASE("a URL allows what it says and no more: a variable only stands for parts of a path") {
  Service service;
  publish(service, server_of("path", remote("https://api.example.com/{tenant}/mcp",
                                            R"(,"variables":{"tenant":{"description":"t"}})")));
  publish(service, server_of("host", remote("https://{tenant}.example.com/mcp",
                                            R"(,"variables":{"tenant":{"description":"t"}})")));
  publish(service, server_of("star", remote("https://star.example.com/*")));
  CHECK(allowed(service).dump() == R"([{"serverUrl":"https://api.example.com/*/mcp"}])");
}

TEST_CASE("the allowlist has the command of a package when its server.json says all of it") {
  Service service;
  const std::string fixed =
      R"(,"runtimeHint":"npx","runtimeArguments":[{"type":"positional","value":"-y"}],)"
      R"("packageArguments":[{"type":"named","name":"--mode","value":"read"},{"type":"named","name":"--quiet"}])";
  publish(service, server_of("fixed", package("npm", fixed)));
  publish(service, server_of("chosen", package("npm", R"(,"runtimeHint":"npx","packageArguments":)"
                                                      R"([{"type":"positional","valueHint":"folder"}])")));
  publish(service, server_of("unhinted", package("npm", "")));
  CHECK(allowed(service).dump() ==
        R"([{"serverCommand":["npx","-y","weather@1.2.3","--mode","read","--quiet"]}])");
}

TEST_CASE("the catalog has a card of each server that runs somewhere") {
  Service service;
  publish(service,
          server_of("here", R"(,"title":"Here","_meta":{"a.b/c":1})" + remote("http://here.svc/mcp")));
  publish(service, server_of("nowhere", package("npm", "")));
  const auto answer = service.get(kCatalog);
  CHECK(answer.status == 200);
  CHECK(answer.content_type == "application/ai-catalog+json");
  const auto catalog = body_of(answer);
  CHECK(catalog["specVersion"] == "1.0");
  REQUIRE(catalog["entries"].size() == 1);
  const auto& entry = catalog["entries"][0];
  CHECK(entry["identifier"] == "urn:air:example.io:mcp:here");
  CHECK(entry["type"] == "application/mcp-server-card+json");
  CHECK(entry["data"] == Json::parse(R"({
      "$schema":"https://static.modelcontextprotocol.io/schemas/v1/server-card.schema.json",
      "name":"io.example/here","description":"d","title":"Here","version":"1.0.0",
      "remotes":[{"type":"streamable-http","url":"http://here.svc/mcp"}]})"));
  // Kept, it is still of its type.
  CHECK(service.get(kCatalog).content_type == "application/ai-catalog+json");
}

TEST_CASE("a server that tools tell of is in the views as one that was published") {
  Service service;
  REQUIRE(service
              .post(R"({"name":"a","inputSchema":{"type":"object"},"server":{"name":"io.example/told",)"
                    R"("remotes":[{"type":"streamable-http","url":"http://told.svc/mcp"}]}})")
              .status == 201);
  CHECK(allowed(service).dump() == R"([{"serverUrl":"http://told.svc/mcp"}])");
  CHECK(body_of(service.get(kCatalog))["entries"].size() == 1);
}

TEST_CASE("the entity tag of a view stays for as long as nothing is written") {
  Service service;
  publish(service, server_of("one", remote("http://one.svc/mcp")));
  for (const auto& target : {kSettings, kCatalog}) {
    const auto tag = std::string(service.get(target).header("ETag"));
    CHECK(service.get(target, tag).status == 304);
    CHECK(service.get(target + "?limit=1").status == 400);
  }
  const auto tag = std::string(service.get(kSettings).header("ETag"));
  publish(service, server_of("two", remote("http://two.svc/mcp")));
  CHECK(service.get(kSettings, tag).status == 200);
}

TEST_CASE("a view that would take too long says where to read on") {
  Service service;
  for (int i = 0; i < 40; ++i)
    publish(service, server_of("s" + std::to_string(i), remote("http://s.svc/mcp")));
  ListCache cache;
  Call call;
  for (const auto view : {get_managed_settings, get_ai_catalog}) {
    auto now = std::chrono::seconds(0);
    const auto late = view(*service.store->snapshot(), call, cache,
                           Budget({}, [&now] { return now += std::chrono::hours(1); }));
    CHECK(late.status == 422);
    CHECK(detail_of(late).find("/v0.1/servers") != std::string::npos);
    const auto large =
        view(*service.store->snapshot(), call, cache,
             Budget({std::chrono::hours(1), 1'000}, [] { return std::chrono::nanoseconds(0); }));
    CHECK(large.status == 422);
  }
}
