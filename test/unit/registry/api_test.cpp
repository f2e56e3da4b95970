#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "controller/base/percent.hpp"
#include "registry/api/route.hpp"
#include "registry/model/json.hpp"
#include "service_fixture.hpp"

using namespace toolhive::registry;
using toolhive::percent_encode;
using namespace toolhive::registry::test;

namespace {

constexpr char kBody[] =
    R"({"name":"weather","version":"1.0.0","title":"Weather","inputSchema":{"type":"object"}})";
constexpr char kNext[] =
    R"({"name":"weather","version":"1.1.0","title":"Better weather","inputSchema":{"type":"object"}})";

}  // namespace

TEST_CASE("POST registers: 201 with where it is, 200 again, 409 for other content") {
  Service service;
  const auto created = service.post(kBody);
  CHECK(created.status == 201);
  CHECK(created.header("Location") == "/api/v1/tools/weather/versions/1.0.0");
  CHECK_FALSE(created.header("ETag").empty());
  const auto again = service.post(kBody);
  CHECK(again.status == 200);
  CHECK(again.header("ETag") == created.header("ETag"));
  CHECK(*again.body == *created.body);
  const auto conflict =
      service.post(R"({"name":"weather","version":"1.0.0","inputSchema":{"type":"object"}})");
  CHECK(conflict.status == 409);
  CHECK(detail_of(conflict).find("raise the version") != std::string::npos);
  CHECK(body_of(conflict)["errors"][0]["location"] == "/version");
}

TEST_CASE("POST answers what is wrong with 400, 413, 415 and 422") {
  Service service;
  CHECK(service.post("{").status == 400);
  CHECK(service.post("").status == 400);
  CHECK(service.post(std::string_view("{}\0", 3)).status == 400);
  CHECK(service.post("[]").status == 400);
  CHECK(service.post(std::string(300 * 1024, ' ')).status == 413);
  const auto unknown = service.post(R"({"name":"a","inputSchema":{"type":"object"},"colour":1})");
  CHECK(unknown.status == 422);
  CHECK(detail_of(unknown).find("/colour: unknown field") == 0);
  CHECK(service.write("POST", "/api/v1/tools?x=1", kBody).status == 400);
  Request request;
  request.method = "POST";
  request.target = "/api/v1/tools";
  request.body = kBody;
  CHECK(service.send(request).status == 415);
  request.content_type = "text/plain";
  CHECK(service.send(request).status == 415);
  request.content_type = "Application/JSON ; charset=utf-8";
  CHECK(service.send(request).status == 201);
}

TEST_CASE("an error that quotes a long text of the request cuts it between two characters") {
  Service service;
  REQUIRE(service.post(kBody).status == 201);
  for (std::size_t shift = 0; shift < 4; ++shift) {
    CAPTURE(shift);
    std::string plain(shift, 'x');
    for (int i = 0; i < 100; ++i) plain += "\U0001F527";
    const auto escaped = percent_encode(plain);
    for (const auto& target :
         {"/api/v1/tools/" + escaped, "/api/v1/tools/weather/versions/" + escaped, "/ui/" + escaped,
          "/api/v1/tools?" + escaped + "=1", "/api/v1/tools?status=" + escaped,
          "/api/v1/tools?fields=" + escaped, "/api/v1/tools?cursor=" + escaped,
          "/api/v1/tools?updatedSince=" + escaped, "/api/v1/tools/weather/diff?from=" + escaped,
          "/v0.1/servers?cursor=" + escaped, "/v0.1/servers?version=" + escaped,
          "/v0.1/servers/" + escaped + "/versions/1.0.0"}) {
      CAPTURE(target);
      const auto answer = service.get(target);
      if (answer.status >= 400)
        CHECK_FALSE(detail_of(answer).empty());  // It is read as JSON, which is UTF-8.
    }
    for (const auto& body :
         {R"({"name":")" + plain + R"("})", R"({"name":"a","inputSchema":{"type":")" + plain + R"("}})",
          R"({"name":"a","inputSchema":{"type":"object"},")" + plain + R"(":1})",
          R"({"name":"a","inputSchema":{"type":"object","$schema":")" + plain + R"("}})",
          R"({"name":"a","inputSchema":{"type":"object","$ref":")" + plain + R"("}})",
          R"({"name":"a","version":")" + plain + R"(","inputSchema":{"type":"object"}})"}) {
      CAPTURE(body);
      const auto answer = service.post(body);
      CHECK(answer.status >= 400);
      CHECK_FALSE(detail_of(answer).empty());
    }
  }
}

TEST_CASE("GET gives the latest version, a version by parameter and by path, with the same bytes") {
  Service service;
  service.post(kBody);
  service.post(kNext);
  CHECK(body_of(service.get("/api/v1/tools/weather"))["version"] == "1.1.0");
  const auto by_parameter = service.get("/api/v1/tools/weather?version=1.0.0");
  const auto by_path = service.get("/api/v1/tools/weather/versions/1.0.0");
  CHECK(by_parameter.status == 200);
  CHECK(*by_parameter.body == *by_path.body);
  CHECK(by_path.content_type == kJson);
  CHECK(service.get("/api/v1/tools/weather?version=2.0.0").status == 404);
  CHECK(service.get("/api/v1/tools/nobody").status == 404);
  CHECK(service.get("/api/v1/tools/weather?v=1").status == 400);
  CHECK(service.get("/api/v1/tools/%zz").status == 400);
}

TEST_CASE("a read whose If-Match names another state is not answered") {
  Service service;
  service.post(kBody);
  service.post(kNext);
  const auto get = [&](const std::string& target, const std::string& if_match,
                       const std::string& if_none_match = "") {
    return service.write("GET", target, "", if_match, if_none_match);
  };
  for (const char* target : {"/api/v1/tools", "/api/v1/tools/weather", "/api/v1/tools/weather/versions",
                             "/api/v1/tools/weather/versions/1.0.0", "/api/v1/tools/weather/diff",
                             "/v0.1/servers", "/ui/page.css"}) {
    CAPTURE(target);
    for (int i = 0; i < 2; ++i) {  // A list the second time from what is kept.
      const std::string tag(service.get(target).header("ETag"));
      CHECK(get(target, tag).status == 200);
      CHECK(get(target, "\"old\", " + tag).status == 200);
      CHECK(get(target, "*").status == 200);
      const auto refused = get(target, "\"old\"");
      CHECK(refused.status == 412);
      CHECK(detail_of(refused).find(tag) != std::string::npos);
      // It comes before If-None-Match.
      CHECK(get(target, "\"old\"", tag).status == 412);
      CHECK(get(target, tag, tag).status == 304);
      CHECK(get(target, "old").status == 400);
    }
  }
  CHECK(get("/api/v1/tools/nobody", "*").status == 404);
}

TEST_CASE("GET with the entity tag it gave answers 304 without a body") {
  Service service;
  service.post(kBody);
  for (const char* target : {"/api/v1/tools/weather", "/api/v1/tools", "/api/v1/tools?limit=5",
                             "/api/v1/tools/weather/versions"}) {
    CAPTURE(target);
    const auto first = service.get(target);
    const auto tag = std::string(first.header("ETag"));
    REQUIRE_FALSE(tag.empty());
    const auto second = service.get(target, "W/" + tag + ", \"other\"");
    CHECK(second.status == 304);
    CHECK(second.body == nullptr);
    CHECK(second.header("ETag") == tag);
    CHECK(service.get(target, "\"other\"").status == 200);
    CHECK(service.get(target, "broken").status == 400);
  }
  const auto tag = std::string(service.get("/api/v1/tools/weather").header("ETag"));
  const auto list = std::string(service.get("/api/v1/tools").header("ETag"));
  const auto versions = std::string(service.get("/api/v1/tools/weather/versions").header("ETag"));
  service.post(kNext);
  CHECK(service.get("/api/v1/tools/weather", tag).status == 200);
  CHECK(service.get("/api/v1/tools", list).status == 200);
  CHECK(service.get("/api/v1/tools/weather/versions", versions).status == 200);
}

TEST_CASE("the list goes through all tools page by page, each once and in order") {
  Service service;
  for (int i = 0; i < 25; ++i) {
    const auto name = "tool-" + std::to_string(100 + i);
    CHECK(service.post(R"({"name":")" + name + R"(","inputSchema":{"type":"object"}})").status == 201);
  }
  std::vector<std::string> names;
  std::string cursor;
  for (int pages = 0; pages < 10; ++pages) {
    const auto page =
        body_of(service.get("/api/v1/tools?limit=10" + (cursor.empty() ? "" : "&cursor=" + cursor)));
    CHECK(page["total"] == 25);
    for (const auto& tool : page["tools"]) names.push_back(tool["name"]);
    if (!page.contains("nextCursor")) break;
    cursor = page["nextCursor"];
  }
  REQUIRE(names.size() == 25);
  CHECK(std::is_sorted(names.begin(), names.end()));
  CHECK(std::adjacent_find(names.begin(), names.end()) == names.end());
  // A page that ends with the last tool has no next one.
  CHECK_FALSE(body_of(service.get("/api/v1/tools?limit=25")).contains("nextCursor"));
}

TEST_CASE("the list refuses parameters it does not know and values out of range") {
  Service service;
  for (const char* query : {"limit=0", "limit=101", "limit=x", "limit=", "limit=-1", "limit=1&limit=1",
                            "cursor=a/b", "cursor=", "tag=", "offset=3", "search=%FF", "status=deleted",
                            "server=x", "updated_since=today", "fields=name,colour", "managed_by=weather",
                            "search=a&cursor=a", "search=a&cursor=0/a", "search=a&cursor=1/"}) {
    CAPTURE(query);
    const auto response = service.get(std::string("/api/v1/tools?") + query);
    CHECK(response.status == 400);
    CHECK_FALSE(detail_of(response).empty());
  }
  CHECK(service.get("/api/v1/tools?search=" + std::string(201, 'a')).status == 400);
  CHECK(body_of(service.get("/api/v1/tools")).dump() == R"({"tools":[],"total":0})");
}

TEST_CASE("search finds parts of name, title and description of the latest version, in any case") {
  Service service;
  service.post(R"({"name":"alpha","title":"One TITLE","inputSchema":{"type":"object"}})");
  service.post(R"({"name":"beta","description":"what it Does\u0041","inputSchema":{"type":"object"}})");
  const auto found = [&](const std::string& query) {
    std::string names;
    const auto list = body_of(service.get("/api/v1/tools?search=" + query));
    for (const auto& tool : list["tools"]) names += tool["name"].get<std::string>() + ",";
    return names;
  };
  CHECK(found("LPH") == "alpha,");
  CHECK(found("one+title") == "alpha,");
  CHECK(found("doesa") == "beta,");
  CHECK(found("ta") == "beta,");
  CHECK(found("t") == "alpha,beta,");
  CHECK(found("alphaone").empty());
  service.post(R"({"name":"alpha","title":"Two","inputSchema":{"type":"object"}})");
  CHECK(found("one").empty());
  // Back to the first version, and to its text.
  CHECK(service.write("DELETE", "/api/v1/tools/alpha/versions/0.2.0", "").status == 204);
  CHECK(found("one+title") == "alpha,");
}

TEST_CASE("PUT changes a tool only from the state the client has seen") {
  Service service;
  const std::string target = "/api/v1/tools/weather";
  CHECK(service.write("PUT", target, kBody).status == 428);
  CHECK(service.write("PUT", target, kBody, "\"x\"").status == 412);
  CHECK(service.write("PUT", target, kBody, "*").status == 412);
  CHECK(service.write("PUT", target, kBody, "*, \"x\"").status == 400);
  const auto created = service.write("PUT", target, kBody, "", "*");
  CHECK(created.status == 201);
  CHECK(service.write("PUT", target, kBody, "", "*").status == 412);
  const std::string tag(created.header("ETag"));
  const auto changed = service.write("PUT", target, kNext, tag);
  CHECK(changed.status == 200);
  CHECK(changed.header("Content-Location") == "/api/v1/tools/weather/versions/1.1.0");
  const auto stale = service.write("PUT", target, R"({"title":"x","inputSchema":{"type":"object"}})", tag);
  CHECK(stale.status == 412);
  CHECK(detail_of(stale).find(std::string(changed.header("ETag"))) != std::string::npos);
  CHECK(service.write("PUT", target, R"({"title":"x","inputSchema":{"type":"object"}})", "*").status == 200);
  CHECK(body_of(service.get(target))["version"] == "1.2.0");
  CHECK(service.write("PUT", target, R"({"name":"other","inputSchema":{"type":"object"}})", "*").status ==
        422);
  CHECK(service.write("PUT", target, kBody, "W/" + tag).status == 412);
  CHECK(service.write("PUT", target, kBody, "", tag).status == 400);
}

TEST_CASE("DELETE withdraws a tool or one version, and the rest is as before") {
  Service service;
  service.post(kBody);
  service.post(kNext);
  CHECK(service.write("DELETE", "/api/v1/tools/weather/versions/1.1.0", "").status == 204);
  CHECK(body_of(service.get("/api/v1/tools/weather"))["version"] == "1.0.0");
  CHECK(service.get("/api/v1/tools/weather/versions/1.1.0").status == 404);
  CHECK(service.write("DELETE", "/api/v1/tools/weather/versions/1.1.0", "").status == 404);
  CHECK(service.write("DELETE", "/api/v1/tools/weather", "", "\"stale\"").status == 412);
  CHECK(service.write("DELETE", "/api/v1/tools/weather", "").status == 204);
  CHECK(service.get("/api/v1/tools/weather").status == 404);
  CHECK(service.get("/api/v1/tools/weather/versions").status == 404);
  CHECK(service.write("DELETE", "/api/v1/tools/weather", "").status == 404);
  CHECK(service.post(kBody).status == 201);
}

TEST_CASE("a managed entry takes writes and withdrawals from its manager only") {
  Service service;
  const auto managed = [](const char* name) {
    return std::string(
               R"({"name":"a","inputSchema":{"type":"object"},"managedBy":{"kind":"MCPTool","namespace":"default","name":")") +
           name + R"(","uid":"u1"}})";
  };
  CHECK(service.post(managed("first")).status == 201);
  CHECK(service.post(managed("first")).status == 200);
  const auto other = service.post(managed("second"));
  CHECK(other.status == 409);
  CHECK(detail_of(other).find("MCPTool default/first") != std::string::npos);
  CHECK(service.post(R"({"name":"a","inputSchema":{"type":"object"}})").status == 409);
  CHECK(service.write("DELETE", "/api/v1/tools/a", "").status == 409);
  CHECK(service.write("DELETE", "/api/v1/tools/a?managedBy=MCPTool/default/second/u1", "").status == 409);
  CHECK(service.write("DELETE", "/api/v1/tools/a?managedBy=MCPTool/default/first/u0", "").status == 409);
  CHECK(service.write("DELETE", "/api/v1/tools/a?managedBy=first", "").status == 400);
  CHECK(service.write("DELETE", "/api/v1/tools/a?managedBy=MCPTool%2Fdefault%2Ffirst%2Fu1", "").status ==
        204);
}

TEST_CASE("versions are listed highest first with digest and time") {
  Service service;
  service.post(kBody);
  service.post(kNext);
  const auto versions = body_of(service.get("/api/v1/tools/weather/versions"));
  CHECK(versions["name"] == "weather");
  CHECK(versions["latest"] == "1.1.0");
  REQUIRE(versions["versions"].size() == 2);
  CHECK(versions["versions"][1]["version"] == "1.0.0");
  CHECK(versions["versions"][1]["digest"] ==
        body_of(service.get("/api/v1/tools/weather?version=1.0.0"))["digest"]);
  CHECK(versions["versions"][1]["registeredAt"] == "2001-09-09T01:46:40.000000Z");
}

TEST_CASE("a build version is found with its plus sign escaped and bare") {
  Service service;
  const auto created =
      service.post(R"({"name":"a","version":"1.2.0+sha.1a2b3c4d","inputSchema":{"type":"object"}})");
  CHECK(created.header("Location") == "/api/v1/tools/a/versions/1.2.0%2Bsha.1a2b3c4d");
  CHECK(service.get(std::string(created.header("Location"))).status == 200);
  CHECK(service.get("/api/v1/tools/a/versions/1.2.0+sha.1a2b3c4d").status == 200);
  CHECK(service.get("/api/v1/tools/a?version=1.2.0+sha.1a2b3c4d").status == 200);
  CHECK(service.get("/api/v1/tools/a?version=1.2.0%2Bsha.1a2b3c4d").status == 200);
}

TEST_CASE("a full disk answers 507 and a read-only one 503, while reads go on") {
  Service service;
  service.post(kBody);
  service.files.append_fault = Code::StorageFull;
  CHECK(service.post(kNext).status == 507);
  CHECK(service.get("/api/v1/tools/weather").status == 200);
  CHECK(service.get("/ready").status == 200);
  service.files.append_fault.reset();
  service.files.read_only = true;
  CHECK(service.post(kNext).status == 503);
  CHECK(service.get("/api/v1/tools/weather").status == 200);
  const auto ready = service.get("/ready");
  CHECK(ready.status == 503);
  CHECK(service.get("/health").status == 200);
  service.files.read_only = false;
  CHECK(service.get("/ready").status == 200);
  CHECK(service.post(kNext).status == 201);
}

TEST_CASE("after a failed sync /ready says why, writes get 503 and reads go on") {
  Service service;
  service.post(kBody);
  service.files.sync_fault = Code::Unavailable;
  CHECK(service.post(kNext).status == 503);
  service.files.sync_fault.reset();
  const auto refused = service.post(kNext);
  CHECK(refused.status == 503);
  CHECK(refused.header("Retry-After") == "1");
  CHECK(detail_of(service.get("/ready")).find("durable") != std::string::npos);
  CHECK(service.get("/api/v1/tools").status == 200);
}

TEST_CASE("while the store is read /health is fine, /ready says so and the API answers 503") {
  Metrics metrics(counted_routes());
  Api api(ToolPolicy(), metrics);
  const auto status = [&](const char* method, const char* target) {
    Request request;
    request.method = method;
    request.target = target;
    request.content_type = "application/json";
    request.body = kBody;
    unsigned out = 0;
    api.handle(request, [&](const Response& response) { out = response.status; });
    return out;
  };
  CHECK(status("GET", "/health") == 200);
  CHECK(status("GET", "/version") == 200);
  CHECK(status("GET", "/ready") == 503);
  CHECK(status("GET", "/api/v1/tools") == 503);
  CHECK(status("POST", "/api/v1/tools") == 503);
  CHECK(status("GET", "/metrics") == 200);
}

TEST_CASE("a registry that is being stopped is not ready and still serves") {
  Service service;
  service.post(kBody);
  service.api.begin_stop();
  CHECK(service.get("/ready").status == 503);
  CHECK(service.get("/metrics").body->find("mcp_registry_ready 0\n") != std::string::npos);
  CHECK(service.get("/api/v1/tools/weather").status == 200);
}

TEST_CASE("a method that a resource lacks gets 405 with those it has") {
  Service service;
  for (const auto& [method, target] :
       {std::pair("PATCH", "/api/v1/tools"), std::pair("DELETE", "/api/v1/tools"),
        std::pair("POST", "/api/v1/tools/a"), std::pair("PUT", "/api/v1/tools/a/versions/1.0.0"),
        std::pair("POST", "/health"), std::pair("GET ", "/health"), std::pair("", "/health")}) {
    CAPTURE(method);
    const auto response = service.write(method, target, kBody);
    CHECK(response.status == 405);
    CHECK(response.header("Allow").find("GET") == 0);
  }
  CHECK(service.write("PATCH", "/nothing", "").status == 404);
}

TEST_CASE("pages of other origins may read, and a preflight says so") {
  Service service;
  Request request;
  request.method = "OPTIONS";
  request.target = "/api/v1/tools";
  const auto preflight = service.send(request);
  CHECK(preflight.status == 204);
  CHECK(preflight.header("Access-Control-Allow-Origin") == "*");
  CHECK(preflight.header("Access-Control-Allow-Methods") == "GET, HEAD, OPTIONS");
  const std::string allowed(preflight.header("Access-Control-Allow-Headers"));
  CHECK(allowed.starts_with("*, Authorization, "));
  for (const char* sent : {"Traceparent", "Tracestate", "Baggage", "X-Request-Id", "Cache-Control"})
    CHECK(allowed.find(sent) != std::string::npos);
  CHECK(preflight.header("Allow") == "GET, HEAD, POST, OPTIONS");
  CHECK(service.get("/api/v1/tools").header("Access-Control-Allow-Origin") == "*");
  CHECK(service.get("/api/v1/tools").header("Access-Control-Expose-Headers") ==
        "ETag, Retry-After, WWW-Authenticate, X-Request-Id");
  CHECK(service.get("/nothing").header("X-Content-Type-Options") == "nosniff");
}

TEST_CASE("metrics count what happened") {
  Service service;
  service.post(kBody);
  service.post(kBody);
  service.post("{");
  service.post(R"({"name":"weather","version":"1.0.0","inputSchema":{"type":"object"}})");
  service.write("PUT", "/api/v1/tools/weather", kNext, "\"stale\"");
  service.files.append_fault = Code::StorageFull;
  service.post(kNext);
  service.write(
      "POST", "/v0.1/publish",
      R"({"$schema":"https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json",)"
      R"("name":"io.example/weather","description":"d","version":"1.0.0"})");
  service.files.append_fault.reset();
  service.get("/api/v1/tools/weather");
  service.get("/api/v1/tools/nobody");
  service.get("/api/v1/tools");
  service.get("/api/v1/tools");
  service.get("/v0.1/servers");
  const auto text = *service.get("/metrics").body;
  for (const char* line : {
           "mcp_registry_registrations_total{result=\"created\"} 1\n",
           "mcp_registry_registrations_total{result=\"unchanged\"} 1\n",
           "mcp_registry_registrations_total{result=\"invalid\"} 1\n",
           "mcp_registry_registrations_total{result=\"conflict\"} 2\n",
           "mcp_registry_registrations_total{result=\"failed\"} 1\n",
           "mcp_registry_storage_errors_total 2\n",
           "mcp_registry_requests_total{route=\"/api/v1/tools/{name}\",method=\"GET\",code=\"404\"} 1\n",
           "mcp_registry_retrievals_total{route=\"/api/v1/tools/{name}\"} 1\n",
           "mcp_registry_retrievals_total{route=\"/api/v1/tools\"} 2\n",
           "mcp_registry_retrievals_total{route=\"/v0.1/servers\"} 1\n",
           "mcp_registry_list_cache_total{result=\"hit\"} 1\n",
           "mcp_registry_list_cache_total{result=\"miss\"} 2\n",
           "mcp_registry_request_duration_seconds_count{route=\"/api/v1/tools\"} 7\n",
           "mcp_registry_storage_commit_duration_seconds_count 0\n",
           "mcp_registry_tools 1\n",
           "mcp_registry_ready 1\n",
       }) {
    CAPTURE(line);
    CHECK(text.find(line) != std::string::npos);
  }
  CHECK(text.find("mcp_registry_storage_used_bytes 0\n") == std::string::npos);
  const auto index = service.store->snapshot();
  CHECK(text.find("mcp_registry_memory_used_bytes " + std::to_string(index->memory_bytes()) + "\n") !=
        std::string::npos);
}
