// The registry and a real OpenID Connect issuer (issuer/main.go): tokens as clients get them, keys
// that change, an issuer that is away.
#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "test/integration/kube/cluster.hpp"
#include "test/integration/registry/registry_program.hpp"
#include "test/stores/loopback.hpp"
#include "test/stores/registry_client.hpp"
#include "test/unit/kube/certificate_maker.hpp"

using namespace toolhive;

using test::RegistryProgram;
using test::Scratch;

namespace {

class Issuer {
 public:
  explicit Issuer(const Scratch& scratch)
      : url_("https://127.0.0.1:" + std::to_string(registry::test::free_port())),
        ca_file_(scratch.write("ca.pem", authority_.certificate())) {
    const auto pem = authority_.issue("issuer", "IP:127.0.0.1");
    certificate_ = scratch.write("issuer.pem", pem.certificate);
    key_ = scratch.write("issuer.key", pem.key);
    const auto built = e2e::run({{TOOLHIVE_SOURCE_DIR "/test/lib/build_go.sh",
                                  TOOLHIVE_SOURCE_DIR "/test/integration/issuer", "issuer"},
                                 "",
                                 {},
                                 e2e::Seconds(600)});
    REQUIRE_MESSAGE(built.ok(), built.explain());
    program_ = built.out.substr(0, built.out.find('\n'));
    start();
  }

  void start() {
    process_ = std::make_unique<e2e::Background>(e2e::Command{
        {program_, "-issuer", url_, "-listen", url_.substr(8), "-cert", certificate_, "-key", key_}});
    REQUIRE(test::eventually([this] {
      return test::web({"GET", url_ + "/keys", {}, {}, ca_file_}).status == 200;
    }));
  }
  void stop() { process_.reset(); }

  std::string token(const std::string& client, const std::string& scope = "") const {
    const auto answer = test::web(
        {"POST",
         url_ + "/oauth/token",
         "grant_type=client_credentials&client_id=" + client + "&client_secret=secret&scope=" + scope,
         {},
         ca_file_});
    REQUIRE_MESSAGE(answer.status == 200, answer.body);
    return Json::parse(answer.body)["access_token"];
  }
  void rotate(const std::string& algorithm) const {
    REQUIRE(test::web({"POST", url_ + "/rotate/" + algorithm, {}, {}, ca_file_}).status == 200);
  }

  std::string config() const {
    return "auth:\n  mode: oidc\n  oidc: {issuer: '" + url_ +
           "', audiences: [mcp-registry], caFile: " + ca_file_ +
           "}\n  rules:\n"
           "    - {groups: [team-a], right: write, names: ['weather.*']}\n"
           "    - {subjects: [root], right: admin}\n";
  }
  const std::string& url() const { return url_; }

 private:
  const test::Authority authority_{"issuer's authority"};
  const std::string url_, ca_file_;
  std::string certificate_, key_, program_;
  std::unique_ptr<e2e::Background> process_;
};

const std::string kTools = "/api/v1/tools";

}  // namespace

TEST_SUITE_BEGIN("registry oidc");

TEST_CASE(
    "tokens of a real issuer give the rights of their subjects and groups, also after its keys changed") {
  const Scratch scratch;
  const Issuer issuer(scratch);
  const RegistryProgram registry(
      scratch, issuer.config() + "audit: {output: file, file: " + scratch.path() + "/audit.log}\n");

  const auto challenged = registry.send("", "GET", kTools);
  CHECK(challenged.status == 401);
  CHECK(challenged.headers.at("www-authenticate") == "Bearer realm=\"mcp-registry\", resource_metadata=\"" +
                                                         registry.url() +
                                                         "/.well-known/oauth-protected-resource\"");
  const auto metadata = Json::parse(registry.send("", "GET", "/.well-known/oauth-protected-resource").body);
  CHECK(metadata["authorization_servers"] == Json::array({issuer.url()}));
  CHECK(metadata["resource"] == registry.url());

  const auto ada = issuer.token("ada");
  const auto root = issuer.token("root");
  CHECK(registry.add(ada, "weather.today") == 201);
  CHECK(registry.add(ada, "maps") == 403);
  CHECK(registry.add(root, "maps") == 201);
  CHECK(registry.status(ada, "GET", kTools + "/weather.today") == 200);
  CHECK(registry.status(ada, "GET", kTools + "/maps") == 403);
  CHECK(Json::parse(registry.send(ada, "GET", kTools).body)["total"] == 1);
  CHECK(Json::parse(registry.send(root, "GET", kTools).body)["total"] == 2);
  CHECK(registry.status(ada, "DELETE", kTools + "/weather.today?purge=true") == 403);
  CHECK(registry.status(root, "DELETE", kTools + "/weather.today?purge=true") == 204);

  const auto refused = [&](const std::string& token) {
    const auto answer = registry.send(token, "GET", kTools);
    CHECK(answer.status == 401);
    CHECK(answer.headers.at("www-authenticate").find("error=\"invalid_token\"") != std::string::npos);
    return Json::parse(answer.body)["detail"].get<std::string>();
  };
  CHECK(refused(issuer.token("root", "lifetime:-60")) == "the token has expired");
  CHECK(refused(issuer.token("root", "audience:somebody")).find("another audience") != std::string::npos);
  auto bent = root;
  bent[bent.find('.') + 10] = bent[bent.find('.') + 10] == 'A' ? 'B' : 'A';
  CHECK(refused(bent) == "the token's signature is wrong");

  // Ten seconds after the keys were fetched, an unknown one has them fetched again.
  issuer.rotate("ES256");
  const auto later = issuer.token("root");
  CHECK(test::eventually([&] { return registry.status(later, "GET", kTools) == 200; }));
  CHECK(refused(root) == "the issuer has no such key as the token is signed with");

  const auto log = e2e::run({{"cat", scratch.path() + "/audit.log"}}).out;
  CHECK(
      log.find(
          R"("subject":"ada","groups":["team-a"],"peer":"127.0.0.1","action":"register","name":"weather.today")") !=
      std::string::npos);
  CHECK(log.find("eyJ") == std::string::npos);
}

TEST_CASE(
    "with its issuer away a registry starts and serves what it can, and believes tokens when the issuer is "
    "back") {
  const Scratch scratch;
  Issuer issuer(scratch);
  const auto used = issuer.token("ada");
  {
    const RegistryProgram registry(scratch, issuer.config());
    CHECK(test::eventually([&] { return registry.add(used, "weather.a") == 201; }));
    const auto fresh = issuer.token("ada", "lifetime:200");
    issuer.stop();
    CHECK(registry.add(fresh, "weather.b") == 201);
  }
  const RegistryProgram registry(scratch, issuer.config());
  const auto answer = registry.send(used, "GET", kTools);
  CHECK(answer.status == 503);
  CHECK(answer.headers.contains("retry-after"));
  CHECK(registry.status("", "GET", "/health") == 200);
  const auto ready = Json::parse(registry.send("", "GET", "/ready").body);
  CHECK(ready["authentication"].get<std::string>().find(issuer.url()) != std::string::npos);
  CHECK(registry.send("", "GET", "/metrics").body.find("mcp_registry_auth_ready 0\n") != std::string::npos);

  issuer.start();
  const auto token = issuer.token("ada");
  CHECK(test::eventually([&] { return registry.status(token, "GET", kTools) == 200; }));
  CHECK_FALSE(Json::parse(registry.send("", "GET", "/ready").body).contains("authentication"));
}

TEST_SUITE_END();
