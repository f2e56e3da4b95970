// Holds the OpenAPI document and the service against each other: every route, method and status,
// both ways.
#include "registry/api/openapi.hpp"

#include <doctest/doctest.h>

#include <set>

#include "controller/testing/simulated_clock.hpp"
#include "registry/api/guard.hpp"
#include "registry/api/list.hpp"
#include "registry/api/views.hpp"
#include "service_fixture.hpp"

using namespace toolhive::registry;
using namespace toolhive::registry::test;

namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

// "get /api/v1/tools/{name} 200" for all that the document promises.
std::set<std::string> documented() {
  std::set<std::string> out;
  const auto document = Json::parse(kOpenApi);
  for (const auto& [path, item] : document["paths"].items()) {
    for (const auto& [method, operation] : item.items()) {
      for (const auto& [status, response] : operation["responses"].items())
        out.insert(method + " " + path + " " + status);
    }
  }
  return out;
}

// Every reference leads somewhere, and every component is used.
void check_references(const Json& document) {
  std::set<std::string> used;
  const auto visit = [&](const auto& self, const Json& value) -> void {
    if (value.is_object() && value.contains("$ref")) used.insert(value["$ref"].get<std::string>());
    for (const auto& part : value) {
      if (part.is_structured()) self(self, part);
    }
  };
  visit(visit, document);
  for (const auto& reference : used) {
    CAPTURE(reference);
    CHECK(document.contains(Json::json_pointer(reference.substr(1))));
  }
  for (const auto& [kind, components] : document["components"].items()) {
    if (kind == "securitySchemes") continue;  // Used by their names.
    for (const auto& [name, component] : components.items()) {
      const auto reference = "#/components/" + kind + "/" + name;
      CAPTURE(reference);
      CHECK(used.contains(reference));
    }
  }
}

// Sends requests and notes what came of them.
class Recorder {
 public:
  void send(Service& service, const std::string& method, const std::string& target,
            const std::string& body = "", const std::string& if_match = "",
            const std::string& if_none_match = "") {
    note(method, target, service.write(method, target, body, if_match, if_none_match));
  }

  void note(const std::string& method, const std::string& target, const Response& response) {
    const auto route = route_path(target.substr(0, target.find('?')));
    REQUIRE(route.ok());
    seen.insert(lower(method) + " " +
                std::string(route->endpoint == nullptr ? "other" : route->endpoint->path) + " " +
                std::to_string(response.status));
  }

  std::set<std::string> seen;
};

const std::string kTools = "/api/v1/tools";
const std::string kA = kTools + "/a";
const std::string kFirstOfA = kA + "/versions/1.0.0";

std::string tool_a(const std::string& version, const std::string& more = "") {
  return R"({"name":"a","version":")" + version + R"(","inputSchema":{"type":"object"})" + more + "}";
}

void use_tools(Recorder& recorder) {
  Service service;
  const auto send = [&](const auto&... arguments) { recorder.send(service, arguments...); };
  send("POST", kTools, tool_a("1.0.0"));
  send("POST", kTools, tool_a("1.0.0"));
  send("POST", kTools, tool_a("1.0.0", R"(,"title":"x")"));
  send("POST", kTools, tool_a("1.1.0"), "\"x\"");
  send("POST", kTools, std::string("{"));
  send("POST", kTools, std::string("{}"));
  send("POST", kTools, std::string(300 * 1024, ' '));
  send("PUT", kA, tool_a("1.1.0"), "*");
  send("PUT", kTools + "/b", std::string(R"({"inputSchema":{"type":"object"}})"), "", "*");
  send("PUT", kA, tool_a("1.1.0"));
  send("PUT", kA, tool_a("1.1.0"), "\"x\"");
  send("PUT", kA, std::string("{"), "*");
  send("PUT", kA, tool_a("1.0.0", R"(,"title":"x")"), "*");
  send("PUT", kA, std::string("{}"), "*");
  send("PUT", kA, std::string(300 * 1024, ' '), "*");
  send("PUT", kTools + "/a%2Fb", tool_a("1.1.0"), "*");
  for (const auto& target : {kA, kFirstOfA}) {
    send("PATCH", target, std::string(R"({"status":"deprecated"})"));
    send("PATCH", target, std::string("{"));
    send("PATCH", target, std::string("{}"));
    send("PATCH", target, std::string(300 * 1024, ' '));
    send("PATCH", target, std::string(R"({"status":"active"})"), "\"x\"");
    send("PATCH", target + "?managedBy=A/b/c", std::string(R"({"status":"active"})"));
    send("DELETE", target, std::string(), "\"x\"");
    send("DELETE", target + "?managedBy=A/b/c");
    send("DELETE", target + "?x=1");
  }
  for (const auto& target : {kTools + "/nobody", kA + "/versions/9.0.0"}) {
    send("PATCH", target, std::string(R"({"status":"active"})"));
    send("DELETE", target);
    send("GET", target);
  }
  for (const auto& target : {kTools, kA, kA + "/versions", kFirstOfA, kA + "/history", kA + "/diff"}) {
    send("GET", target);
    send("GET", target + "?unknown=1");
    send("GET", target, std::string(), "", std::string(service.get(target).header("ETag")));
    send("GET", target, std::string(), "\"x\"");
  }
  const std::string compared = R"({"from":)" + tool_a("1.0.0") + R"(,"to":)";
  const std::string bodies[] = {
      compared + R"({"name":"a"}})", "{", compared + R"({"name":"nobody"}})", compared + "{}}",
      compared + tool_a("1.0.0", R"(,"_meta":{"x":")" + std::string(300 * 1024, 'x') + "\"}") + "}"};
  for (const auto& body : bodies) send("POST", std::string("/api/v1/compare"), body);
  for (const char* body :
       {R"({"jsonrpc":"2.0","id":1,"method":"ping"})", R"({"jsonrpc":"2.0","method":"x"})", "{"})
    send("POST", std::string("/mcp"), std::string(body));
  send("POST", std::string("/mcp"), std::string(300 * 1024, ' '));
  service.api.serve_mcp(false);
  send("POST", std::string("/mcp"), std::string("{}"));
  service.api.serve_mcp(true);
  send("GET", kTools + "/nobody/versions");
  send("GET", kTools + "/nobody/history");
  send("GET", kTools + "/nobody/diff");
  for (const char* target : {"/health", "/ready", "/metrics", "/version", "/openapi.json",
                             "/.well-known/oauth-protected-resource"})
    send("GET", target);
  for (const std::string target : {"/", "/ui/page.css"}) {
    send("GET", target);
    send("GET", target, std::string(), "", std::string(service.get(target).header("ETag")));
    send("GET", target, std::string(), "", std::string("unquoted"));
    send("GET", target, std::string(), "\"x\"");
  }
  send("GET", std::string("/ui/nothing"));

  // Without application/json.
  for (const auto& [method, target] : {std::pair("POST", kTools),
                                       {"POST", "/api/v1/compare"},
                                       {"POST", "/mcp"},
                                       {"PUT", kA},
                                       {"PATCH", kA},
                                       {"PATCH", kFirstOfA}}) {
    Request request;
    request.method = method;
    request.target = target;
    recorder.note(method, target, service.send(request));
  }
  send("DELETE", kFirstOfA);
  send("DELETE", kA);
}

const std::string kSettings = "/views/managed-settings.json";
const std::string kCatalog = "/.well-known/ai-catalog.json";
const std::string kServer = "/v0.1/servers/io.example%2Fweather";
const std::string kServerVersion = kServer + "/versions/1.0.0";

std::string weather_server(const std::string& version) {
  return R"({"$schema":"https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json",)"
         R"("name":"io.example/weather","description":"d","version":")" +
         version + "\"}";
}

void use_servers(Recorder& recorder) {
  Service service;
  const auto send = [&](const auto&... arguments) { recorder.send(service, arguments...); };
  const std::string large(300 * 1024, ' ');
  for (const char* target : {"/v0.1/publish", "/v0.1/validate"}) {
    send("POST", target, weather_server("1.0.0"));
    send("POST", target, std::string("{"));
    send("POST", target, large);
  }
  send("POST", "/v0.1/publish", std::string("{}"));
  send("POST", "/v0.1/auth/none", std::string());
  send("PUT", kServerVersion, weather_server("1.0.0"));
  send("PUT", kServerVersion, weather_server("2.0.0"));
  send("PUT", kServerVersion, std::string("{}"));
  send("PUT", kServerVersion, large);
  send("PUT", kServer + "/versions/2.0.0", weather_server("2.0.0"));
  for (const auto& target : {kServer + "/status", kServerVersion + "/status"}) {
    send("PATCH", target, std::string(R"({"status":"deprecated"})"));
    send("PATCH", target, std::string(R"({"status":"active"})"));
    send("PATCH", target, std::string("{"));
    send("PATCH", target, std::string("{}"));
    send("PATCH", target, large);
  }
  send("PATCH", "/v0.1/servers/nobody/status", std::string(R"({"status":"active"})"));
  send("PATCH", kServer + "/versions/9/status", std::string(R"({"status":"active"})"));
  for (const auto& target : {kSettings, kCatalog}) {
    send("GET", target);
    send("GET", target + "?unknown=1");
    send("GET", target, std::string(), "", std::string(service.get(target).header("ETag")));
    send("GET", target, std::string(), "\"x\"");
  }
  for (const auto& target : {std::string("/v0.1/servers"), kServer + "/versions", kServerVersion}) {
    send("GET", target);
    send("GET", target + "?include_deleted=%zz");
    send("GET", target + "?include_deleted=x");
    send("GET", target, std::string(), "", std::string(service.get(target).header("ETag")));
    send("GET", target, std::string(), "", "no tag");
    send("GET", target, std::string(), "\"x\"");
  }
  send("GET", "/v0.1/servers/io.example%2Fnobody/versions");
  send("GET", kServer + "/versions/9");
  for (const char* target : {"/v0.1/health", "/v0.1/ping", "/v0.1/version"}) send("GET", target);
  for (const auto& [method, target] : {std::pair("POST", std::string("/v0.1/publish")),
                                       {"POST", "/v0.1/validate"},
                                       {"PUT", kServerVersion},
                                       {"PATCH", kServer + "/status"},
                                       {"PATCH", kServerVersion + "/status"}}) {
    Request request;
    request.method = method;
    request.target = target;
    request.content_type = "text/plain";
    recorder.note(method, target, service.send(request));
  }
  send("DELETE", kServerVersion);
  send("DELETE", kServerVersion);
  // What cannot be decoded has no route to be noted under.
  if (service.write("DELETE", kServer + "/versions/%zz", "").status == 400)
    recorder.seen.insert("delete /v0.1/servers/{name}/versions/{version} 400");
}

// All writes that there are, while the store does not take them.
void write_all(Recorder& recorder, Service& service) {
  const auto send = [&](const auto&... arguments) { recorder.send(service, arguments...); };
  send("POST", kTools, tool_a("3.0.0"));
  send("PUT", kA, tool_a("3.0.0"), "*");
  for (const auto& target : {kA, kFirstOfA}) {
    send("PATCH", target, std::string(R"({"status":"deprecated"})"));
    send("DELETE", target);
  }
  send("POST", "/v0.1/publish", weather_server("2.0.0"));
  send("PUT", kServerVersion, weather_server("1.0.0"));
  send("PATCH", kServer + "/status", std::string(R"({"status":"deprecated"})"));
  send("PATCH", kServerVersion + "/status", std::string(R"({"status":"deprecated"})"));
  send("DELETE", kServerVersion);
}

void use_failing_storage(Recorder& recorder) {
  Service service;
  service.post(tool_a("1.0.0"));
  service.post(tool_a("2.0.0"));
  service.write("POST", "/v0.1/publish", weather_server("1.0.0"));
  service.files.append_fault = Code::StorageFull;
  write_all(recorder, service);
  service.files.append_fault.reset();
  service.files.read_only = true;
  write_all(recorder, service);
  recorder.send(service, "GET", "/ready");
}

void use_while_starting(Recorder& recorder) {
  Metrics metrics(counted_routes());
  Api api(ToolPolicy(), metrics);
  for (const auto& target :
       {kTools, kA, kA + "/versions", kFirstOfA, kA + "/history", kA + "/diff", std::string("/v0.1/servers"),
        kServer + "/versions", kServerVersion, kSettings, kCatalog}) {
    Request request;
    request.method = "GET";
    request.target = target;
    api.handle(request, [&](const Response& response) { recorder.note("GET", target, response); });
  }
  Request compare;
  compare.method = "POST";
  compare.target = "/api/v1/compare";
  api.handle(compare, [&](const Response& response) { recorder.note("POST", compare.target, response); });
}

// Knows one subject, without any right, unless it is asked to know nothing.
class OneSubject final : public auth::Authenticator {
 public:
  explicit OneSubject(bool available) : available_(available) {}
  void authenticate(const std::string&, Done done) override {
    done(available_
             ? auth::Verdict::accepted(std::make_shared<const auth::Identity>(auth::Identity{"ada", {}}))
             : auth::Verdict::unavailable("nobody answers"));
  }
  void stop() override {}
  std::string problem() const override { return {}; }

 private:
  const bool available_;
};

// All routes, by who has no token, a token without rights, or one that nobody can judge, and by who
// asks too often.
void use_too_long(Recorder& recorder) {
  Service service;
  const auto spent = [now = std::chrono::seconds(0)]() mutable { return now += std::chrono::hours(1); };
  for (int i = 0; i < 50; ++i)
    CHECK(
        service.post(R"({"name":"t)" + std::to_string(i) + R"(","inputSchema":{"type":"object"}})").status ==
        201);
  ListCache cache;
  Call call;
  call.request.target = kTools + "?search=t";
  recorder.note("GET", kTools, get_tools(*service.store->snapshot(), call, cache, Budget({}, spent)));
  for (int i = 0; i < 50; ++i)
    service.post(R"({"name":"s)" + std::to_string(i) +
                 R"(","inputSchema":{"type":"object"},"server":{"name":"io.example/s)" + std::to_string(i) +
                 "\"}}");
  call.request.target.clear();
  const auto index = service.store->snapshot();
  recorder.note("GET", kSettings, get_managed_settings(*index, call, cache, Budget({}, spent)));
  recorder.note("GET", kCatalog, get_ai_catalog(*index, call, cache, Budget({}, spent)));
}

void use_without_rights(Recorder& recorder) {
  for (const bool available : {true, false}) {
    Service service;
    auth::AuthSettings settings;
    settings.mode = auth::Mode::Kubernetes;
    settings.metrics_right = auth::Right::Read;
    auth::RateSettings rates;
    rates.reads = rates.writes = {1, 1000};
    auth::AuditSettings audit;
    audit.output = auth::AuditSettings::Output::Off;
    toolhive::testing::SimulatedClock standing;
    Guard guard(settings, std::make_unique<OneSubject>(available), rates, audit, service.metrics, standing);
    service.api.protect(guard);
    for (const char* peer : {"10.0.0.1", "10.0.0.2"}) {
      for (int i = 0; peer == std::string_view("10.0.0.2") && i < 1000; ++i) {
        for (const char* method : {"GET", "POST"}) {
          Request request;
          request.method = method;
          request.target = kTools;
          request.peer = peer;
          (void)service.send(request);
        }
      }
      for (const auto& endpoint : endpoints()) {
        auto target = std::string(endpoint.path);
        for (const auto& [form, name] : {std::pair("{name}", "page.js"), {"{version}", "1.0.0"}}) {
          if (const auto at = target.find(form); at != target.npos)
            target.replace(at, std::string_view(form).size(), name);
        }
        for (const char* method : {"GET", "POST", "PUT", "PATCH", "DELETE"}) {
          for (const char* token : {"", "Bearer t"}) {
            Request request;
            request.method = method;
            request.target = target;
            request.peer = peer;
            request.authorization = token;
            const auto response = service.send(request);
            if (response.status != 405) recorder.note(method, target, response);
          }
        }
      }
    }
  }
}

}  // namespace

TEST_CASE("the OpenAPI document has every route and method of the service, and no other") {
  std::set<std::string> served;
  for (const auto& endpoint : endpoints()) {
    for (const char* method : {"get", "post", "put", "patch", "delete", "trace"}) {
      if ((lower(endpoint.allowed()) + ",").find(method + std::string(",")) != std::string::npos)
        served.insert(std::string(method) + " " + std::string(endpoint.path));
    }
  }
  std::set<std::string> promised;
  for (const auto& each : documented()) promised.insert(each.substr(0, each.rfind(' ')));
  CHECK(promised == served);
}

TEST_CASE("each status that the OpenAPI document promises occurs, and no other") {
  Recorder recorder;
  use_tools(recorder);
  use_servers(recorder);
  use_failing_storage(recorder);
  use_while_starting(recorder);
  use_too_long(recorder);
  use_without_rights(recorder);
  const auto promised = documented();
  for (const auto& each : promised) CHECK_MESSAGE(recorder.seen.contains(each), "never seen: ", each);
  for (const auto& each : recorder.seen) CHECK_MESSAGE(promised.contains(each), "not documented: ", each);
}

TEST_CASE("the OpenAPI document is complete in itself and of this version") {
  const auto document = Json::parse(kOpenApi);
  CHECK(document["openapi"] == "3.1.0");
  CHECK(document["info"]["version"] == TOOLHIVE_VERSION);
  check_references(document);
  std::set<std::string> ids;
  for (const auto& item : document["paths"]) {
    for (const auto& operation : item) CHECK(ids.insert(operation["operationId"]).second);
  }
  Service service;
  CHECK(*service.get("/openapi.json").body == kOpenApi);
}
