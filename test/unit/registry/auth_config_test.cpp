#include <doctest/doctest.h>

#include <cstdlib>
#include <string_view>
#include <utility>
#include <vector>

#include "registry/config/config.hpp"

using namespace toolhive::registry;
using namespace toolhive::registry::auth;

namespace {

const std::string kOidc =
    "auth:\n"
    "  mode: oidc\n"
    "  oidc: {issuer: 'https://issuer.example', audiences: [mcp-registry]}\n"
    "  rules: [{subjects: ['*'], right: read}]\n";

// The field and what is wrong with it.
std::string problem_of(const std::string& text) {
  const auto parsed = parse_config(text);
  return parsed ? "" : parsed.error().field + ": " + parsed.error().detail;
}
std::string server_problem_of(const std::string& text) {
  const auto parsed = parse_server_config(text);
  return parsed ? "" : parsed.error().field + ": " + parsed.error().detail;
}

// Whether a problem begins like that; with an empty beginning, whether there is none.
bool begins(const std::string& problem, std::string_view beginning) {
  return beginning.empty() ? problem.empty() : problem.starts_with(beginning);
}

// The same with one text in place of another.
std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("authentication is off until it is asked for") {
  const auto config = parse_config("");
  REQUIRE(config.ok());
  CHECK(config->auth.mode == Mode::None);
  CHECK(config->audit.output == AuditSettings::Output::Default);
  CHECK_FALSE(parse_server_config("")->rates.limited());
}

TEST_CASE("a whole configuration of OpenID Connect is read") {
  const auto config = parse_config(R"(
auth:
  mode: oidc
  anonymousRead: true
  metrics: admin
  resource: https://registry.example/
  oidc:
    issuer: https://issuer.example/realms/x
    audiences: [mcp-registry, https://registry.example]
    caFile: /ca.pem
    algorithms: [EdDSA, PS256]
    usernameClaim: email
    usernamePrefix: "oidc:"
    groupsClaim: roles
    groupsPrefix: "team:"
    leeway: 5s
    refresh: 1h
  rules:
    - {subjects: [ada], groups: [a, b], right: write, names: ["weather.*"], managers: ["MCPTool/*"]}
    - {groups: [admins], right: admin}
audit: {output: file, file: /var/log/audit.log}
)");
  REQUIRE_MESSAGE(config.ok(), config.error().detail);
  const auto& auth = config->auth;
  CHECK(auth.mode == Mode::Oidc);
  CHECK(auth.anonymous_read);
  CHECK(auth.metrics_right == Right::Admin);
  CHECK(auth.resource == "https://registry.example");
  CHECK(auth.oidc.issuer == "https://issuer.example/realms/x");
  CHECK(auth.oidc.audiences.size() == 2);
  CHECK(auth.oidc.algorithms == std::vector{Algorithm::EdDSA, Algorithm::PS256});
  CHECK(auth.oidc.username_claim == "email");
  CHECK(auth.oidc.groups_prefix == "team:");
  CHECK(auth.oidc.leeway == std::chrono::seconds(5));
  REQUIRE(auth.rules.size() == 2);
  CHECK(auth.rules[0].right == Right::Write);
  CHECK(auth.rules[0].managers == std::vector<std::string>{"MCPTool/*"});
  CHECK(auth.rules[1].subjects.empty());
  CHECK(config->audit.file == "/var/log/audit.log");

  const auto server = parse_server_config(
      "rateLimit: {reads: {perSecond: 50}, writes: {perSecond: 5, burst: 50}}\ntrustedProxies: 1\n");
  REQUIRE(server.ok());
  CHECK(server->rates.reads.per_second == 50);
  CHECK(server->rates.writes.burst == 50);
  CHECK(server->rates.trusted_proxies == 1);
}

TEST_CASE("the operator has a way in beside the rules, or in place of them") {
  const auto text =
      replaced(kOidc, "rules: [{subjects: ['*'], right: read}]",
               "operator: {audience: team/reg/uid, jwksFile: /keys.json}\n  anonymousNames: [public.*]");
  const auto config = parse_config(text);
  REQUIRE_MESSAGE(config.ok(), config.error().detail);
  REQUIRE(config->auth.operator_settings);
  CHECK(config->auth.operator_settings->audience == "team/reg/uid");
  CHECK(config->auth.operator_settings->jwks_file == "/keys.json");
  CHECK(config->auth.anonymous_names == std::vector<std::string>{"public.*"});
  CHECK(begins(problem_of("auth: {operator: {audience: a, jwksFile: /k}}"), "auth.operator: is given, and"));
  CHECK(begins(problem_of("auth: {anonymousNames: ['a']}"), "auth.anonymousNames: is given, and"));
}

TEST_CASE("an authentication that could not work is refused by the path of its field") {
  struct Change {
    const char* from;
    const char* to;
    const char* problem;  // How it begins; empty for none.
  };
  const std::vector<Change> changes = {
      {"mode: oidc", "mode: oidc", ""},
      {"mode: oidc", "mode: ldap", "auth.mode: must be one of"},
      {"mode: oidc", "mode: oidc\n  anonymousNames: [public.*]", ""},
      {"mode: oidc", "mode: oidc\n  anonymousRead: true\n  anonymousNames: [public.*]",
       "auth.anonymousNames: is given, and everybody"},
      {"mode: oidc", "mode: oidc\n  operator: {audience: a/b/c, jwksFile: /keys.json}", ""},
      {"mode: oidc", "mode: oidc\n  operator: {jwksFile: /keys.json}", "auth.operator.audience: is missing"},
      {"mode: oidc", "mode: oidc\n  operator: {audience: a/b/c}", "auth.operator.jwksFile: is missing"},
      {"mode: oidc", "mode: none", "auth.oidc: is given"},
      {"issuer: 'https://issuer.example', ", "", "auth.oidc.issuer: is missing"},
      {"https://issuer.example", "http://issuer.example", "auth.oidc.issuer: must be an https"},
      {"https://issuer.example", "http://127.0.0.1:5556/dex", ""},
      {"https://issuer.example", "https://issuer.example?x=1", "auth.oidc.issuer: must"},
      {", audiences: [mcp-registry]", "", "auth.oidc.audiences: is missing"},
      {"[mcp-registry]", "[a], algorithms: [HS256]", "auth.oidc.algorithms: has HS256"},
      {"[mcp-registry]", "[a], algorithms: [none]", "auth.oidc.algorithms: has none"},
      {"[mcp-registry]", "[a], leeway: 10m", "auth.oidc.leeway: must"},
      {"[mcp-registry]", "[a], secret: x", "auth.oidc.secret: unknown field"},
      {"  rules: [{subjects: ['*'], right: read}]\n", "", "auth.rules: is missing"},
      {"subjects: ['*'], ", "", "auth.rules[0].subjects: is missing"},
      {", right: read", "", "auth.rules[0].right: is missing"},
      {"right: read", "right: own", "auth.rules[0].right: must be one of"},
      {"right: read", "right: read, managers: [a]", "auth.rules[0].managers: is for"},
      {"right: read", "right: read, name: a", "auth.rules[0].name: unknown field"},
      {"  rules:", "  resource: https://registry.example/path\n  rules:",
       "auth.resource: must be a URL without path"},
  };
  for (const auto& [from, to, problem] : changes) {
    CAPTURE(to);
    CHECK(begins(problem_of(replaced(kOidc, from, to)), problem));
  }

  const std::vector<std::pair<const char*, const char*>> whole = {
      {"auth: {anonymousRead: false}", "auth.anonymousRead: is false"},
      {"auth: {anonymousRead: true}", ""},
      {"auth: {rules: [{subjects: [a], right: read}]}", "auth.mode: is none"},
      {"audit: {output: file}", "audit.file: is missing"},
      {"audit: {file: /x}", "audit.file: is given"},
  };
  for (const auto& [text, problem] : whole) {
    CAPTURE(text);
    CHECK(begins(problem_of(text), problem));
  }
  CHECK(begins(server_problem_of("rateLimit: {reads: {burst: 5}}"), "rateLimit.reads.perSecond: is missing"));
  CHECK(begins(server_problem_of("rateLimit: {all: {perSecond: 5}}"), "rateLimit.all: unknown field"));
}

TEST_CASE("the API server is the pod's own unless another is given") {
  const std::string text = "auth:\n  mode: kubernetes\n  rules: [{subjects: ['*'], right: read}]\n";
  ::unsetenv("KUBERNETES_SERVICE_HOST");
  ::unsetenv("KUBERNETES_SERVICE_PORT");
  CHECK(problem_of(text).starts_with("auth.kubernetes.server: is missing"));
  ::setenv("KUBERNETES_SERVICE_HOST", "fd00::1", 1);
  ::setenv("KUBERNETES_SERVICE_PORT", "443", 1);
  const auto config = parse_config(text);
  ::unsetenv("KUBERNETES_SERVICE_HOST");
  ::unsetenv("KUBERNETES_SERVICE_PORT");
  REQUIRE(config.ok());
  CHECK(config->auth.kubernetes.server == "https://[fd00::1]:443");
  CHECK(config->auth.kubernetes.audiences == std::vector<std::string>{"mcp-registry"});
  const auto given = [&](const std::string& fields) {
    return problem_of(text + "  kubernetes: {server: 'https://api:6443', " + fields + "}\n");
  };
  CHECK(given("audiences: [a]") == "");
  CHECK(given("cache: 2m").starts_with("auth.kubernetes.cache: must be at most 1m"));
  CHECK(given("timeout: 1m").starts_with("auth.kubernetes.timeout: must"));
  CHECK(problem_of(text + "  kubernetes: {server: 'http://api:6443'}\n")
            .starts_with("auth.kubernetes.server: must be an https"));
}
