// The API behind its guard: what each kind of caller sees and may do, over a real store.
#include <doctest/doctest.h>

#include <unistd.h>

#include <atomic>
#include <fstream>
#include <map>
#include <set>
#include <thread>

#include "controller/testing/simulated_clock.hpp"
#include "registry/api/cursor.hpp"
#include "registry/api/guard.hpp"
#include "service_fixture.hpp"

using namespace toolhive::registry;
using namespace toolhive::registry::auth;
using namespace toolhive::registry::test;
using namespace std::chrono_literals;

namespace {

// Knows the tokens it was told of. `busy`: nobody can be asked. `late`: answers on a thread of its
// own.
class KnownTokens final : public Authenticator {
 public:
  ~KnownTokens() override { stop(); }
  void authenticate(const std::string& token, Done done) override {
    ++asked;
    const auto it = known.find(token);
    auto verdict = busy                ? Verdict::unavailable("nobody answers", 7s)
                   : it == known.end() ? Verdict::rejected("no such \"token\"")
                                       : Verdict::accepted(std::make_shared<const Identity>(it->second));
    if (!late) return done(verdict);
    threads.emplace_back([done = std::move(done), verdict = std::move(verdict)] { done(verdict); });
  }
  void stop() override { threads.clear(); }
  std::string problem() const override { return busy ? "nobody answers" : ""; }

  std::map<std::string, Identity> known;
  std::atomic<bool> busy{false}, late{false};
  std::atomic<int> asked{0};
  std::vector<std::jthread> threads;
};

std::string tool_json(const std::string& name, const std::string& more = "") {
  return R"({"name":")" + name + R"(","version":"1.0.0","inputSchema":{"type":"object"})" + more + "}";
}

std::string server_document(const std::string& name, const std::string& more = "") {
  return R"({"$schema":"https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json","name":")" +
         name + R"(","description":"d","version":"1.0.0")" + more + "}";
}

// A service with rules for ada (write weather.*), team (read maps and io.example/*), operator, and
// root.
class GuardedService {
 public:
  explicit GuardedService(
      const std::function<void(AuthSettings&, RateSettings&, AuditSettings&)>& change = {}) {
    settings.mode = Mode::Oidc;
    settings.oidc.issuer = "https://issuer.example";
    settings.rules = {{{"ada"}, {}, Right::Write, {"weather.*", "io.example/weather"}, {}},
                      {{}, {"team"}, Right::Read, {"maps", "io.example/*"}, {}},
                      {{"operator"}, {}, Right::Write, {}, {"MCPTool/*"}},
                      {{"root"}, {}, Right::Admin, {}, {}}};
    audit.output = AuditSettings::Output::Off;
    if (change) change(settings, rates, audit);
    auto tokens = std::make_unique<KnownTokens>();
    authenticator = tokens.get();
    authenticator->known = {
        {"ada", {"ada", {}}}, {"bob", {"bob", {"team"}}}, {"op", {"operator", {}}}, {"root", {"root", {}}}};
    std::unique_ptr<Authenticator> given = settings.mode == Mode::None ? nullptr : std::move(tokens);
    if (given == nullptr) authenticator = nullptr;
    guard = std::make_unique<Guard>(settings, std::move(given), rates, audit, service.metrics, clock);
    service.api.protect(*guard);
  }

  Response send(const std::string& token, const std::string& method, const std::string& target,
                const std::string& body = "", const std::string& peer = "10.0.0.1") {
    Request request;
    request.method = method;
    request.target = target;
    request.content_type = "application/json";
    request.request_id = "r";
    request.body = body;
    request.peer = peer;
    request.origin = "https://registry.example";
    if (!token.empty()) request.authorization = "Bearer " + token;
    return service.send(request);
  }
  unsigned status(const std::string& token, const std::string& method, const std::string& target,
                  const std::string& body = "") {
    return send(token, method, target, body).status;
  }

  AuthSettings settings;
  RateSettings rates;
  AuditSettings audit;
  toolhive::testing::SimulatedClock clock;
  Service service;
  KnownTokens* authenticator = nullptr;
  std::unique_ptr<Guard> guard;
};

const std::string kToolsPath = "/api/v1/tools";

std::vector<std::string> names_in(const Response& response) {
  std::vector<std::string> names;
  const auto body = body_of(response);
  for (const auto& tool : body["tools"]) names.push_back(tool["name"]);
  return names;
}

}  // namespace

TEST_CASE(
    "without a token there is a challenge that says where tokens come from, and what tells nothing is open") {
  GuardedService guarded;
  for (const char* open : {"/health", "/ready", "/version", "/openapi.json", "/metrics", "/v0.1/health",
                           "/v0.1/ping", "/v0.1/version", "/.well-known/oauth-protected-resource"})
    CHECK_MESSAGE(guarded.status("", "GET", open) == 200, open);
  CHECK(guarded.status("", "OPTIONS", kToolsPath) == 204);
  CHECK(guarded.status("", "GET", "/nothing/here") == 404);
  CHECK(guarded.status("", "PATCH", kToolsPath) == 405);
  CHECK(guarded.authenticator->asked == 0);

  const auto refused = guarded.send("", "GET", kToolsPath);
  CHECK(refused.status == 401);
  CHECK(
      refused.header("WWW-Authenticate") ==
      R"(Bearer realm="mcp-registry", resource_metadata="https://registry.example/.well-known/oauth-protected-resource")");
  CHECK(refused.header("Access-Control-Allow-Origin") == "*");
  CHECK(detail_of(refused).find("Authorization: Bearer") != std::string::npos);
  for (const auto& [method, target] : {std::pair("POST", kToolsPath),
                                       {"PUT", kToolsPath + "/a"},
                                       {"DELETE", kToolsPath + "/a"},
                                       {"PATCH", kToolsPath + "/a"},
                                       {"GET", "/v0.1/servers"},
                                       {"POST", "/v0.1/publish"},
                                       {"POST", "/v0.1/validate"},
                                       {"POST", "/api/v1/compare"},
                                       {"POST", "/mcp"},
                                       {"HEAD", kToolsPath + "/a"}})
    CHECK(guarded.status("", method, target, "{") == 401);

  const auto wrong = guarded.send("nobody", "GET", kToolsPath);
  CHECK(wrong.status == 401);
  CHECK(wrong.header("WWW-Authenticate")
            .find(R"(error="invalid_token", error_description="no such 'token'")") != std::string::npos);
  Request basic;
  basic.method = "GET";
  basic.target = kToolsPath;
  for (const char* header :
       {"Basic YTpi", "Bearer", "Bearer ", "Bearer a b", "Bearer a, Bearer b", "bearer\tada", "ada"}) {
    basic.authorization = header;
    CHECK_MESSAGE(guarded.service.send(basic).status == 401, header);
  }
  CHECK(guarded.authenticator->asked == 1);
  basic.authorization = "BEARER  op";
  CHECK(guarded.service.send(basic).status == 200);

  const auto metadata = body_of(guarded.send("", "GET", "/.well-known/oauth-protected-resource"));
  CHECK(metadata["resource"] == "https://registry.example");
  CHECK(metadata["authorization_servers"] == Json::array({"https://issuer.example"}));
  CHECK(metadata["bearer_methods_supported"] == Json::array({"header"}));
  CHECK(guarded.status("", "POST", "/v0/auth/none", "") == 404);
}

TEST_CASE("a client that wants to log in may where no tokens are asked for") {
  Service open;
  GuardedService limited([](auto& settings, auto& rates, auto&) {
    settings.mode = Mode::None;
    rates.writes.per_second = 1;
  });
  for (auto* service : {&open, &limited.service}) {
    const auto login = body_of(service->write("POST", "/v0/auth/none", ""));
    CHECK(login["registry_token"] == "none");
    CHECK(login["expires_at"] > 4'000'000'000);
  }
}

TEST_CASE("who may write a name writes it and no other, in no way") {
  GuardedService guarded;
  CHECK(guarded.status("ada", "POST", kToolsPath, tool_json("weather.today")) == 201);
  const auto refused = guarded.send("ada", "POST", kToolsPath, tool_json("maps"));
  CHECK(refused.status == 403);
  CHECK(refused.header("WWW-Authenticate").find("insufficient_scope") != std::string::npos);
  CHECK(detail_of(refused) == "there is no right to write maps");
  CHECK(guarded.status("op", "POST", kToolsPath, tool_json("maps")) == 201);
  for (const auto& [method, target, body] :
       {std::tuple("PUT", kToolsPath + "/maps", tool_json("maps")),
        {"DELETE", kToolsPath + "/maps", std::string()},
        {"DELETE", kToolsPath + "/maps/versions/1.0.0", std::string()},
        {"PATCH", kToolsPath + "/maps", std::string(R"({"status":"deprecated"})")},
        {"PATCH", kToolsPath + "/maps/versions/1.0.0", std::string(R"({"status":"deprecated"})")}})
    CHECK(guarded.status("ada", method, target, body) == 403);
  CHECK(guarded.status("bob", "DELETE", kToolsPath + "/maps") == 403);
  CHECK(guarded.status("op", "GET", kToolsPath + "/maps") == 200);

  // A tool that says it is of a server shows up as that server: the name of the server counts as
  // well.
  const auto of = [](const char* server) {
    return std::string(R"(,"server":{"name":")") + server + R"(","version":"9.0.0"})";
  };
  CHECK(guarded.status("ada", "POST", kToolsPath, tool_json("weather.a", of("io.example/weather"))) == 201);
  CHECK(guarded.status("ada", "POST", kToolsPath, tool_json("weather.b", of("io.example/bank"))) == 403);

  // A server brings tools: their names count.
  const auto publish = [&](const char* token, const std::string& name) {
    return guarded.status(token, "POST", "/v0.1/publish", server_document(name));
  };
  CHECK(publish("ada", "io.example/weather") == 200);
  CHECK(publish("ada", "io.example/bank") == 403);
  CHECK(guarded.status("ada", "DELETE", "/v0.1/servers/io.example%2Fweather/versions/1.0.0") == 200);
}

TEST_CASE("what a server brings is written under the rights to its tools' names") {
  GuardedService guarded([](AuthSettings& settings, RateSettings&, AuditSettings&) {
    settings.rules = {{{"ada"}, {}, Right::Write, {"io.example/*"}, {}},
                      {{"op"}, {}, Right::Write, {"io.example/*", "io.example.*"}, {}}};
  });
  guarded.authenticator->known = {{"ada", {"ada", {}}}, {"op", {"op", {}}}};
  const auto server = server_document(
      "io.example/weather",
      R"(,"_meta":{"mcpregistry.dev/tools":[{"name":"today","inputSchema":{"type":"object"}}]})");
  const auto refused = guarded.send("ada", "POST", "/v0.1/publish", server);
  CHECK(refused.status == 403);
  CHECK(detail_of(refused).find("io.example.weather.today") != std::string::npos);
  CHECK(guarded.status("op", "POST", "/v0.1/publish", server) == 200);
}

TEST_CASE("the tools of a server come and go only with a right to each, and are noted") {
  char name[] = "/tmp/registry-audit-XXXXXX";
  const int fd = ::mkstemp(name);
  REQUIRE(fd >= 0);
  ::close(fd);
  GuardedService guarded([&](AuthSettings& settings, RateSettings&, AuditSettings& audit) {
    settings.rules = {{{"ada"}, {}, Right::Write, {"io.example/*"}, {}},
                      {{"op"}, {}, Right::Write, {"io.example/*", "io.example.*"}, {}}};
    audit.output = AuditSettings::Output::File;
    audit.file = name;
  });
  guarded.authenticator->known = {{"ada", {"ada", {}}}, {"op", {"op", {}}}};
  const auto server = [](const std::string& version, const std::string& tools) {
    auto document =
        server_document("io.example/weather", R"(,"_meta":{"mcpregistry.dev/tools":[)" + tools + "]}");
    return document.replace(document.find("1.0.0"), 5, version);
  };
  const std::string today = R"({"name":"today","inputSchema":{"type":"object"}})";
  const std::string versions = "/v0.1/servers/io.example%2Fweather/versions/";
  CHECK(guarded.status("op", "POST", "/v0.1/publish", server("1.0.0", today)) == 200);

  // Each would withdraw the tool.
  const auto refused = guarded.send("ada", "POST", "/v0.1/publish", server("2.0.0", ""));
  CHECK(refused.status == 403);
  CHECK(refused.header("WWW-Authenticate").find("insufficient_scope") != std::string::npos);
  CHECK(detail_of(refused).find("io.example.weather.today") != std::string::npos);
  CHECK(guarded.status("ada", "PUT", versions + "1.0.0", server("1.0.0", "")) == 403);
  CHECK(guarded.status("ada", "DELETE", versions + "1.0.0") == 403);
  CHECK(guarded.status("ada", "PATCH", "/v0.1/servers/io.example%2Fweather/status",
                       R"({"status":"deleted"})") == 403);
  CHECK(guarded.status("op", "GET", kToolsPath + "/io.example.weather.today") == 200);
  // What leaves the tools as they are needs no right to them.
  CHECK(guarded.status("ada", "PATCH", versions + "1.0.0/status", R"({"status":"deprecated"})") == 200);
  CHECK(guarded.status("ada", "POST", "/v0.1/publish", server("0.9.0", "")) == 200);
  CHECK(guarded.status("op", "DELETE", versions + "1.0.0") == 200);
  // It would bring the tool back.
  CHECK(guarded.status("ada", "PATCH", versions + "1.0.0/status", R"({"status":"active"})") == 403);

  std::ifstream file(name);
  std::vector<Json> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(Json::parse(line));
  ::unlink(name);
  REQUIRE(lines.size() == 9);
  CHECK(lines[0]["tools"] == Json{"io.example.weather.today"});
  CHECK(lines[1]["reason"].get<std::string>().find("io.example.weather.today") != std::string::npos);
  CHECK_FALSE(lines[5].contains("tools"));
  CHECK(lines[7]["tools"] == Json{"io.example.weather.today"});
}

TEST_CASE("a server is shown without the tools that its reader may not read") {
  GuardedService guarded([](AuthSettings& settings, RateSettings&, AuditSettings&) {
    settings.rules = {{{"ada"}, {}, Right::Read, {"io.example/*", "io.example.maps.draw"}, {}},
                      {{"bob"}, {}, Right::Read, {"io.example/*"}, {}},
                      {{"root"}, {}, Right::Admin, {}, {}}};
  });
  guarded.authenticator->known = {{"ada", {"ada", {}}}, {"bob", {"bob", {}}}, {"root", {"root", {}}}};
  CHECK(guarded.status("root", "POST", "/v0.1/publish",
                       server_document("io.example/maps",
                                       R"(,"_meta":{"own/x":1,"mcpregistry.dev/tools":[)"
                                       R"({"name":"draw","inputSchema":{"type":"object"}},)"
                                       R"({"name":"secret","inputSchema":{"type":"object"}}]})")) == 200);
  std::set<std::string> tags;
  for (const auto& [reader, shown] : {std::pair("root", "draw secret "), {"ada", "draw "}, {"bob", ""}}) {
    CAPTURE(reader);
    for (const char* path : {"/v0.1/servers/io.example%2Fmaps/versions/latest",
                             "/v0.1/servers/io.example%2Fmaps/versions", "/v0.1/servers"}) {
      CAPTURE(path);
      const auto response = guarded.send(reader, "GET", path);
      REQUIRE(response.status == 200);
      const auto body = body_of(response);
      const auto& server = body.contains("servers") ? body["servers"][0]["server"] : body["server"];
      std::string tools;
      for (const auto& tool : server["_meta"].value("mcpregistry.dev/tools", Json::array()))
        tools += tool["name"].get<std::string>() + " ";
      CHECK(tools == shown);
      CHECK(server["_meta"]["own/x"] == 1);
      CHECK(tags.insert(std::string(path) += response.header("ETag")).second);
    }
  }
}

TEST_CASE("what is held back of a server is shown without the tools that its reader may not read") {
  GuardedService guarded([](AuthSettings& settings, RateSettings&, AuditSettings&) {
    settings.rules = {{{"ada"}, {}, Right::Read, {"local.cluster.svc.*", "weather.get"}, {}},
                      {{"root"}, {}, Right::Admin, {}, {}}};
  });
  guarded.authenticator->known = {{"ada", {"ada", {}}}, {"root", {"root", {}}}};
  // Whoever may publish a server can write anything there.
  const std::pair<std::string, std::string> servers[] = {
      {"weather", R"({"state":"Available","held":[{"name":"weather.get"},{"name":"weather.secret"},{},1]})"},
      {"odd", R"({"held":"weather.secret"})"},
      {"odder", R"(["weather.secret"])"}};
  for (const auto& [name, observed] : servers)
    CHECK(guarded.status("root", "POST", "/v0.1/publish",
                         server_document("local.cluster.svc.mcp/" + name,
                                         R"(,"_meta":{"mcpregistry.dev/observed":)" + observed + "}")) ==
          200);
  const auto shown = [&](const char* reader, const std::string& name) {
    const auto response =
        guarded.send(reader, "GET", "/v0.1/servers/local.cluster.svc.mcp%2F" + name + "/versions/latest");
    return body_of(response)["server"]["_meta"]["mcpregistry.dev/observed"];
  };
  CHECK(shown("ada", "weather").dump() == R"({"state":"Available","held":[{"name":"weather.get"}]})");
  CHECK(shown("ada", "odd").dump() == R"({"held":[]})");
  CHECK(shown("ada", "odder").dump() == "[]");
  CHECK(shown("root", "weather")["held"].size() == 4);
}

TEST_CASE("the latest version of a server is the latest of those that its reader may see") {
  GuardedService guarded([](AuthSettings& settings, RateSettings&, AuditSettings&) {
    settings.rules = {{{"ada"}, {}, Right::Read, {"io.example/*", "open.*"}, {}},
                      {{"root"}, {}, Right::Admin, {}, {}}};
  });
  guarded.authenticator->known = {{"ada", {"ada", {}}}, {"root", {"root", {}}}};
  const auto telling = [](const char* version) {
    return R"(,"server":{"name":"io.example/told","version":")" + std::string(version) + "\"}";
  };
  CHECK(guarded.status("root", "POST", kToolsPath, tool_json("open.a", telling("1.0.0"))) == 201);
  CHECK(guarded.status("root", "POST", kToolsPath, tool_json("secret.a", telling("2.0.0"))) == 201);
  const std::string latest = "/v0.1/servers/io.example%2Ftold/versions/latest";
  CHECK(body_of(guarded.send("root", "GET", latest))["server"]["version"] == "2.0.0");
  CHECK(body_of(guarded.send("ada", "GET", latest))["server"]["version"] == "1.0.0");
  const auto list = body_of(guarded.send("ada", "GET", "/v0.1/servers?version=latest"));
  REQUIRE(list["servers"].size() == 1);
  CHECK(list["servers"][0]["_meta"]["io.modelcontextprotocol.registry/official"]["isLatest"] == true);
}

TEST_CASE("managed entries are written by who may speak for their resource, and by admins who say force") {
  GuardedService guarded;
  const std::string managed = R"(,"managedBy":{"kind":"MCPTool","namespace":"default","name":"w","uid":"u"})";
  CHECK(guarded.status("ada", "POST", kToolsPath, tool_json("weather.w", managed)) == 403);
  CHECK(guarded.status("op", "POST", kToolsPath, tool_json("weather.w", managed)) == 201);
  // With the right to the name, and without it to the resource.
  CHECK(guarded.status("ada", "DELETE", kToolsPath + "/weather.w") == 409);
  CHECK(guarded.status("ada", "DELETE", kToolsPath + "/weather.w?managedBy=MCPTool/default/w/u") == 403);
  CHECK(guarded.status("ada", "PATCH", kToolsPath + "/weather.w?managedBy=MCPTool/default/w/u",
                       R"({"status":"deprecated"})") == 403);
  CHECK(guarded.status("ada", "DELETE", kToolsPath + "/weather.w?force=true") == 403);
  CHECK(guarded.status("op", "POST", kToolsPath + "?force=true", tool_json("weather.w", managed)) == 403);
  CHECK(guarded.status("root", "PATCH", kToolsPath + "/weather.w", R"({"status":"deprecated"})") == 409);
  CHECK(guarded.status("root", "PATCH", kToolsPath + "/weather.w?force=true", R"({"status":"deprecated"})") ==
        200);
  CHECK(body_of(guarded.send("op", "GET", kToolsPath + "/weather.w"))["managedBy"]["name"] == "w");
  CHECK(guarded.status("root", "POST", kToolsPath, tool_json("weather.w")) == 409);
  CHECK(guarded.status("root", "POST", kToolsPath + "?force=true", tool_json("weather.w")) == 200);
  CHECK_FALSE(body_of(guarded.send("op", "GET", kToolsPath + "/weather.w")).contains("managedBy"));
  CHECK(guarded.status("op", "DELETE", kToolsPath + "/weather.w?managedBy=MCPTool/default/w/u") == 409);

  CHECK(guarded.status("ada", "DELETE", kToolsPath + "/weather.w?purge=true") == 403);
  CHECK(guarded.status("op", "DELETE", kToolsPath + "/weather.w?purge=true") == 403);
  CHECK(guarded.status("root", "DELETE", kToolsPath + "/weather.w?purge=true") == 204);
}

TEST_CASE("lists, searches and totals show what may be read, and their entity tags are each reader's own") {
  GuardedService guarded;
  for (const char* name : {"maps", "bank", "weather.today"})
    REQUIRE(guarded.status("op", "POST", kToolsPath, tool_json(name)) == 201);
  REQUIRE(guarded.status("op", "POST", kToolsPath,
                         tool_json("hidden", R"(,"server":{"name":"io.example/told","version":"1.0.0"})")) ==
          201);
  REQUIRE(guarded.status(
              "op", "POST", kToolsPath,
              tool_json("weather.told", R"(,"server":{"name":"io.other/xy","version":"1.0.0"})")) == 201);

  using Names = std::vector<std::string>;
  for (int i = 0; i < 2; ++i) {  // The second time from what is kept.
    CHECK(names_in(guarded.send("op", "GET", kToolsPath)) ==
          Names{"bank", "hidden", "maps", "weather.today", "weather.told"});
    CHECK(names_in(guarded.send("bob", "GET", kToolsPath)) == Names{"maps"});
    CHECK(names_in(guarded.send("ada", "GET", kToolsPath)) == Names{"weather.today", "weather.told"});
    CHECK(body_of(guarded.send("bob", "GET", kToolsPath))["total"] == 1);
    CHECK(body_of(guarded.send("op", "GET", kToolsPath))["total"] == 5);
    CHECK(names_in(guarded.send("bob", "GET", kToolsPath + "?search=a")) == Names{"maps"});
    CHECK(names_in(guarded.send("bob", "GET", kToolsPath + "?search=bank")).empty());
  }
  const auto page = body_of(guarded.send("ada", "GET", kToolsPath + "?limit=1"));
  CHECK(page["nextCursor"] == make_cursor("tools", "weather.today"));
  CHECK_FALSE(body_of(guarded.send("ada", "GET",
                                   kToolsPath + "?limit=1&cursor=" + make_cursor("tools", "weather.today")))
                  .contains("nextCursor"));

  const auto own = std::string(guarded.send("bob", "GET", kToolsPath).header("ETag"));
  CHECK(own != guarded.send("op", "GET", kToolsPath).header("ETag"));
  const auto all = std::string(guarded.send("op", "GET", kToolsPath).header("ETag"));
  // A write to what is hidden from a reader leaves the reader's tag, and one to what is not does
  // not.
  REQUIRE(guarded.status("op", "PATCH", kToolsPath + "/bank", R"({"status":"deprecated"})") == 200);
  CHECK(guarded.send("bob", "GET", kToolsPath).header("ETag") == own);
  CHECK(guarded.send("op", "GET", kToolsPath).header("ETag") != all);
  REQUIRE(guarded.status("op", "PATCH", kToolsPath + "/maps", R"({"status":"deprecated"})") == 200);
  CHECK(guarded.send("bob", "GET", kToolsPath).header("ETag") != own);
  CHECK(guarded.send("bob", "GET", kToolsPath).header("Vary") == "Authorization");

  // Whether it exists or not.
  CHECK(guarded.status("bob", "GET", kToolsPath + "/bank") == 403);
  CHECK(guarded.status("bob", "GET", kToolsPath + "/nothing") == 403);
  CHECK(guarded.status("bob", "GET", kToolsPath + "/bank/versions") == 403);
  CHECK(guarded.status("bob", "GET", kToolsPath + "/bank/diff") == 403);
  CHECK(guarded.status("bob", "GET", kToolsPath + "/maps") == 200);
  // What is compared by its name is not found, as if it were not there.
  const auto compare = [&](const std::string& name) {
    return guarded.send("bob", "POST", "/api/v1/compare",
                        R"({"from":{"name":")" + name + R"("},"to":)" + tool_json("candidate") + "}");
  };
  CHECK(compare("maps").status == 200);
  CHECK(compare("bank").status == 404);
  CHECK(detail_of(compare("bank")) == "/from: no tool is registered as bank");
  CHECK(compare("nothing").status == 404);
  const auto call = [&](const std::string& tool, const std::string& arguments) {
    const auto answer = guarded.send("bob", "POST", "/mcp",
                                     R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":")" +
                                         tool + R"(","arguments":)" + arguments + "}}");
    return body_of(answer)["result"];
  };
  CHECK(call("get_tool", R"({"name":"maps"})")["structuredContent"]["name"] == "maps");
  CHECK(call("get_tool", R"({"name":"bank"})")["content"][0]["text"] == "no tool is registered as bank");
  CHECK(call("compare_versions", R"({"name":"bank"})")["content"][0]["text"] ==
        "no tool is registered as bank");
  CHECK(call("search_tools", "{}")["structuredContent"] ==
        body_of(guarded.send("bob", "GET", kToolsPath + "?fields=name,version,status")));

  // A server that a hidden tool tells of is hidden with it.
  const auto servers = [&](const char* token) {
    return body_of(guarded.send(token, "GET", "/v0.1/servers"))["metadata"]["count"];
  };
  CHECK(servers("op") == 2);
  CHECK(servers("bob") == 0);
  CHECK(servers("op") == 2);
  // And so is one that was published under a name that is not to be read.
  for (const char* name : {"io.example/open", "io.other/closed"})
    REQUIRE(guarded.status("op", "POST", "/v0.1/publish", server_document(name)) == 200);
  CHECK(servers("op") == 4);
  CHECK(servers("bob") == 1);
  CHECK(guarded.status("bob", "GET", "/v0.1/servers/io.example%2Ftold/versions/latest") == 404);
  CHECK(guarded.status("bob", "GET", "/v0.1/servers/io.example%2Ftold/versions") == 404);
  CHECK(guarded.status("bob", "GET", "/v0.1/servers/io.other%2Fxy/versions") == 403);
  CHECK(guarded.status("op", "GET", "/v0.1/servers/io.example%2Ftold/versions/latest") == 200);
}

TEST_CASE("reading can be open to all, which a token that is not accepted does not change silently") {
  GuardedService guarded([](AuthSettings& settings, RateSettings&, AuditSettings&) {
    settings.anonymous_read = true;
    settings.metrics_right = Right::Read;
    settings.resource = "https://public.example";
  });
  REQUIRE(guarded.status("op", "POST", kToolsPath, tool_json("bank")) == 201);
  CHECK(guarded.status("", "GET", kToolsPath + "/bank") == 200);
  CHECK(guarded.status("bob", "GET", kToolsPath + "/bank") == 200);
  CHECK(guarded.status("", "GET", "/metrics") == 200);
  CHECK(guarded.status("nobody", "GET", kToolsPath + "/bank") == 401);
  const auto refused = guarded.send("", "POST", kToolsPath, tool_json("x"));
  CHECK(refused.status == 401);
  CHECK(refused.header("WWW-Authenticate").find("https://public.example/.well-known/") != std::string::npos);
  // What all may read needs nobody's word.
  guarded.authenticator->busy = true;
  CHECK(guarded.status("bob", "GET", kToolsPath + "/bank") == 200);
  CHECK(guarded.status("op", "POST", kToolsPath, tool_json("x")) == 503);
}

TEST_CASE("some names can be open to all: lists without a token have them alone") {
  GuardedService guarded(
      [](AuthSettings& settings, RateSettings&, AuditSettings&) { settings.anonymous_names = {"public.*"}; });
  for (const auto* name : {"public.clock", "bank", "maps"})
    REQUIRE(guarded.status("op", "POST", kToolsPath, tool_json(name)) == 201);
  CHECK(guarded.status("", "GET", kToolsPath + "/public.clock") == 200);
  CHECK(guarded.status("", "GET", kToolsPath + "/bank") == 401);
  CHECK(names_in(guarded.send("", "GET", kToolsPath)) == std::vector<std::string>{"public.clock"});
  // What a token's own rules give comes on top.
  CHECK(names_in(guarded.send("bob", "GET", kToolsPath)) == std::vector<std::string>{"maps", "public.clock"});
  CHECK(guarded.status("bob", "GET", kToolsPath + "/public.clock") == 200);
  CHECK(guarded.status("", "POST", kToolsPath, tool_json("public.other")) == 401);
  // A list for a token that nobody can judge may lack what its owner may see.
  guarded.authenticator->busy = true;
  CHECK(guarded.status("bob", "GET", kToolsPath + "/public.clock") == 200);
  CHECK(guarded.status("bob", "GET", kToolsPath) == 503);
}

TEST_CASE("metrics can ask for a right") {
  GuardedService guarded(
      [](AuthSettings& settings, RateSettings&, AuditSettings&) { settings.metrics_right = Right::Admin; });
  CHECK(guarded.status("", "GET", "/metrics") == 401);
  CHECK(guarded.status("op", "GET", "/metrics") == 403);
  CHECK(guarded.status("root", "GET", "/metrics") == 200);
}

TEST_CASE("tokens that nobody can judge get 503 with a time, and /ready and the metrics say so") {
  GuardedService guarded;
  CHECK(body_of(guarded.send("", "GET", "/ready")).size() == 1);
  CHECK(guarded.send("", "GET", "/metrics").body->find("mcp_registry_auth_ready 1\n") != std::string::npos);
  guarded.authenticator->busy = true;
  const auto response = guarded.send("ada", "GET", kToolsPath);
  CHECK(response.status == 503);
  CHECK(response.header("Retry-After") == "7");
  CHECK(detail_of(response).find("nobody answers") != std::string::npos);
  CHECK(body_of(guarded.send("", "GET", "/ready"))["authentication"] ==
        "tokens cannot be judged now: nobody answers");
  CHECK(guarded.send("", "GET", "/metrics").body->find("mcp_registry_auth_ready 0\n") != std::string::npos);
  CHECK(guarded.send("", "GET", "/metrics")
            .body->find("mcp_registry_access_total{result=\"unavailable\"} 1\n") != std::string::npos);
}

TEST_CASE("a request may be let in long after it came, on another thread") {
  GuardedService guarded;
  guarded.authenticator->late = true;
  CHECK(guarded.status("ada", "POST", kToolsPath, tool_json("weather.today")) == 201);
  CHECK(guarded.status("ada", "GET", kToolsPath + "/weather.today") == 200);
  CHECK(guarded.status("nobody", "GET", kToolsPath) == 401);
}

TEST_CASE("too many requests of one client get 429, by subject or by address, reads and writes apart") {
  GuardedService guarded([](AuthSettings& settings, RateSettings& rates, AuditSettings&) {
    settings.anonymous_read = true;
    rates.reads = {1, 3};
    rates.writes = {1, 1};
  });
  for (int i = 0; i < 3; ++i) CHECK(guarded.status("ada", "GET", kToolsPath) == 200);
  const auto limited = guarded.send("ada", "GET", kToolsPath);
  CHECK(limited.status == 429);
  CHECK(limited.header("Retry-After") == "1");
  CHECK(detail_of(limited).find("too many requests") != std::string::npos);
  CHECK(guarded.status("bob", "GET", kToolsPath) == 200);
  CHECK(guarded.status("ada", "POST", kToolsPath, tool_json("weather.a")) == 201);
  CHECK(guarded.status("ada", "POST", kToolsPath, tool_json("weather.b")) == 429);
  guarded.clock.advance(1s);
  CHECK(guarded.status("ada", "GET", kToolsPath) == 200);
  CHECK(guarded.status("ada", "GET", kToolsPath) == 429);

  // Without a token the address counts, and so it does for tokens that are not accepted.
  for (int i = 0; i < 3; ++i) CHECK(guarded.send("", "GET", kToolsPath, "", "1.2.3.4").status == 200);
  CHECK(guarded.send("", "GET", kToolsPath, "", "1.2.3.4").status == 429);
  CHECK(guarded.send("", "GET", kToolsPath, "", "1.2.3.5").status == 200);
  for (int i = 0; i < 3; ++i) CHECK(guarded.send("nobody", "GET", kToolsPath, "", "6.6.6.6").status == 401);
  const int asked = guarded.authenticator->asked;
  CHECK(guarded.send("nobody", "GET", kToolsPath, "", "6.6.6.6").status == 429);
  CHECK(guarded.authenticator->asked == asked);
  // Probes and scrapes are never held off.
  for (int i = 0; i < 20; ++i) CHECK(guarded.send("", "GET", "/ready", "", "1.2.3.4").status == 200);
}

TEST_CASE(
    "without authentication the limits and the audit log work by address, and tokens are not looked at") {
  char name[] = "/tmp/registry-audit-XXXXXX";
  const int fd = ::mkstemp(name);
  REQUIRE(fd >= 0);
  ::close(fd);
  GuardedService guarded([&](AuthSettings& settings, RateSettings& rates, AuditSettings& audit) {
    settings.mode = Mode::None;
    settings.rules.clear();
    rates.writes = {1, 2};
    audit.output = AuditSettings::Output::File;
    audit.file = name;
  });
  CHECK(guarded.status("whatever", "POST", kToolsPath, tool_json("a")) == 201);
  CHECK(guarded.status("", "DELETE", kToolsPath + "/a?purge=true") == 204);
  CHECK(guarded.status("", "POST", kToolsPath, tool_json("b")) == 429);
  CHECK(guarded.status("", "GET", kToolsPath) == 200);
  CHECK(guarded.status("", "GET", "/.well-known/oauth-protected-resource") == 404);

  std::ifstream file(name);
  std::vector<Json> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(Json::parse(line));
  ::unlink(name);
  REQUIRE(lines.size() == 3);
  CHECK(lines[0]["subject"] == "anonymous");
  CHECK(lines[0]["action"] == "register");
  CHECK(lines[0]["name"] == "a");
  CHECK(lines[0]["version"] == "1.0.0");
  CHECK(lines[0]["peer"] == "10.0.0.1");
  CHECK(lines[0]["status"] == 201);
  CHECK(lines[0].contains("etag"));
  CHECK(lines[1]["action"] == "purge");
  CHECK(lines[2]["status"] == 429);
}

TEST_CASE("every write and every refused write is noted with who asked, and no token is") {
  char name[] = "/tmp/registry-audit-XXXXXX";
  const int fd = ::mkstemp(name);
  REQUIRE(fd >= 0);
  ::close(fd);
  GuardedService guarded([&](AuthSettings&, RateSettings&, AuditSettings& audit) {
    audit.output = AuditSettings::Output::File;
    audit.file = name;
  });
  guarded.authenticator->known["secret-token"] = {"ada", {"team"}};
  CHECK(guarded.status("secret-token", "POST", kToolsPath, tool_json("weather.a")) == 201);
  CHECK(guarded.status("secret-token", "POST", kToolsPath, tool_json("maps")) == 403);
  CHECK(guarded.status("secret-token", "POST", kToolsPath, "{") == 400);
  CHECK(guarded.status("unknown-token", "DELETE", kToolsPath + "/weather.a") == 401);
  CHECK(guarded.status("", "PATCH", kToolsPath + "/weather.a/versions/1.0.0", "{}") == 401);
  CHECK(guarded.status("root", "PATCH", kToolsPath + "/weather.a?force=true", R"({"status":"deprecated"})") ==
        200);
  CHECK(guarded.status("secret-token", "GET", kToolsPath) == 200);
  CHECK(guarded.status("root", "POST", "/v0.1/publish", server_document("io.example/weather")) == 200);
  CHECK(guarded.status("root", "DELETE", "/v0.1/servers/io.example%2Fweather/versions/1.0.0") == 200);

  std::ifstream file(name);
  std::vector<Json> lines;
  for (std::string line; std::getline(file, line);) {
    CHECK(line.find("-token") == std::string::npos);
    lines.push_back(Json::parse(line));
  }
  ::unlink(name);
  REQUIRE(lines.size() == 8);
  CHECK(lines[0]["subject"] == "ada");
  CHECK(lines[0]["groups"] == Json::array({"team"}));
  CHECK(lines[0]["outcome"] == "done");
  CHECK(lines[1]["name"] == "maps");
  CHECK(lines[1]["outcome"] == "refused");
  CHECK(lines[1]["reason"] == "there is no right to write maps");
  CHECK(lines[2]["status"] == 400);
  CHECK(lines[3]["subject"] == "anonymous");
  CHECK(lines[3]["action"] == "withdraw");
  CHECK(lines[3]["reason"] == "no such \"token\"");
  CHECK(lines[3]["name"] == "weather.a");
  CHECK(lines[4]["action"] == "status");
  CHECK(lines[4]["version"] == "1.0.0");
  CHECK(lines[5]["force"] == true);
  CHECK(lines[5]["subject"] == "root");
  CHECK(lines[6]["action"] == "publish");
  CHECK(lines[7]["action"] == "delete");
}
