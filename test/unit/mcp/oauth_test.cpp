// Signing in by client credentials.
#include "controller/mcp/client/oauth.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

#include "controller/testing/simulated_clock.hpp"
#include "test/unit/mcp/scripted_server.hpp"

using namespace toolhive;
using test::Asked;
using test::Connection;
using test::ScriptedServer;

namespace {

constexpr const char* kJson = "Content-Type: application/json\r\n";

// Gives the tokens t-1, t-2, ...
struct AuthorizationServer {
  std::atomic<int> tokens = 0;
  std::string issuer;  // what the metadata says; empty: the server's own address
  std::string place = "/.well-known/oauth-authorization-server";
  int life = 3600;
  ScriptedServer server{[this](const Asked& asked, Connection& connection) { serve(asked, connection); }};

  void serve(const Asked& asked, Connection& connection) {
    if (asked.target == place)
      return connection.reply(200,
                              Json{{"issuer", issuer.empty() ? server.origin() : issuer},
                                   {"token_endpoint", server.origin() + "/token"}}
                                  .dump(),
                              kJson);
    if (asked.target != "/token") return connection.reply(404, "");
    const std::string token = "t-" + std::to_string(++tokens);
    connection.reply(
        200, Json{{"access_token", token}, {"token_type", "Bearer"}, {"expires_in", life}}.dump(), kJson);
  }

  mcp::ClientCredentials credentials() const {
    return {.client_id = "me:",
            .client_secret = "s3cret&",
            .scopes = {"a", "b c"},
            .token_url = server.origin() + "/token",
            .issuer = {}};
  }
};

mcp::HttpClient http() {
  return *mcp::HttpClient::make("", *mcp::AddressPolicy::make({.allowed = {"127.0.0.0/8"}, .denied = {}}),
                                {});
}

std::unique_ptr<mcp::TokenSource> source_of(const mcp::ClientCredentials& credentials) {
  auto source = mcp::TokenSource::make(credentials, "https://weather.example/mcp", http());
  REQUIRE_MESSAGE(source.ok(), source.status());
  return *std::move(source);
}

TEST_CASE("a token is asked for with the credentials in a header, for the server and the scopes") {
  AuthorizationServer authority;
  CHECK(*source_of(authority.credentials())->token(Context{}) == "t-1");
  const Asked asked = authority.server.asked().at(0);
  CHECK(asked.header("authorization") == "Basic bWUlM0E6czNjcmV0JTI2");
  CHECK(asked.header("content-type") == "application/x-www-form-urlencoded");
  CHECK(asked.text ==
        "grant_type=client_credentials&resource=https%3A%2F%2Fweather.example%2Fmcp&scope=a%20b%20c");
}

TEST_CASE("a token is kept until shortly before it expires, or is said not to be accepted") {
  AuthorizationServer authority;
  testing::SimulatedClock clock;
  Context ctx{.stop = {}, .deadline = TimePoint::max(), .clock = clock};
  const auto source = source_of(authority.credentials());
  CHECK(*source->token(ctx) == "t-1");
  CHECK(*source->token(ctx) == "t-1");
  clock.advance(std::chrono::seconds(3569));
  CHECK(*source->token(ctx) == "t-1");
  clock.advance(std::chrono::seconds(1));
  CHECK(*source->token(ctx) == "t-2");
  source->forget();
  CHECK(*source->token(ctx) == "t-3");
}

TEST_CASE("the token endpoint is taken from the issuer's metadata, wherever that is") {
  for (const char* place : {"/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"}) {
    AuthorizationServer authority;
    authority.place = place;
    mcp::ClientCredentials credentials = authority.credentials();
    credentials.token_url.clear();
    credentials.issuer = authority.server.origin();
    CHECK(source_of(credentials)->token(Context{}).ok());
  }
  AuthorizationServer tenant;
  tenant.place = "/one/.well-known/openid-configuration";
  tenant.issuer = tenant.server.origin() + "/one";
  mcp::ClientCredentials credentials = tenant.credentials();
  credentials.token_url.clear();
  credentials.issuer = tenant.issuer;
  CHECK(source_of(credentials)->token(Context{}).ok());
  std::vector<std::string> targets;
  for (const Asked& asked : tenant.server.asked()) targets.push_back(asked.target);
  CHECK(targets == std::vector<std::string>{"/.well-known/oauth-authorization-server/one",
                                            "/.well-known/openid-configuration/one",
                                            "/one/.well-known/openid-configuration", "/token"});
}

TEST_CASE("metadata of another issuer, or none, gives no token, and the secret is not sent") {
  AuthorizationServer authority;
  authority.issuer = "https://honest.example";
  mcp::ClientCredentials credentials = authority.credentials();
  credentials.token_url.clear();
  credentials.issuer = authority.server.origin();
  CHECK(source_of(credentials)->token(Context{}).status().code() == Code::Invalid);
  authority.place = "/nowhere";
  CHECK(source_of(credentials)->token(Context{}).status().code() == Code::NotFound);
  CHECK(authority.tokens == 0);
}

TEST_CASE("a refusal is told with the reason, and neither secret nor token is") {
  const auto refusal = [](int status, const std::string& body) {
    ScriptedServer server(
        [&](const Asked&, Connection& connection) { connection.reply(status, body, kJson); });
    mcp::ClientCredentials credentials{
        .client_id = "me", .client_secret = "s3cret", .scopes = {}, .token_url = server.url(), .issuer = {}};
    const Status refused = source_of(credentials)->token(Context{}).status();
    CHECK(refused.message().find("s3cret") == std::string::npos);
    CHECK(refused.message().size() < 600);
    return refused;
  };
  const Status refused = refusal(401, R"({"error":"invalid_client","error_description":"who?"})");
  CHECK(refused.code() == Code::Unauthorized);
  CHECK(refused.message().find("invalid_client who?") != std::string::npos);
  CHECK(refusal(503, "<html>").code() == Code::Unavailable);
  CHECK(refusal(302, "").code() == Code::Unavailable);
  CHECK(refusal(200, "{}").code() == Code::Decode);
  CHECK(refusal(200, R"({"access_token":"s3cret\n"})").code() == Code::Decode);
  CHECK(refusal(200, "{\"access_token\":\"" + std::string(20'000, 'x') + "\"}").code() == Code::Decode);
  CHECK(refusal(200, std::string(300'000, ' ')).code() == Code::TooLarge);
}

TEST_CASE("a client signs each request with its token, and asks for another once when it is refused") {
  AuthorizationServer authority;
  std::atomic<bool> never = false;
  ScriptedServer server([&](const Asked& asked, Connection& connection) {
    if (never || asked.header("authorization") != "Bearer t-2")
      return connection.reply(401, "", "WWW-Authenticate: Bearer error=\"invalid_token\"\r\n");
    test::serve_modern(asked, connection);
  });
  mcp::Options options = test::options_for(server.url());
  options.oauth = authority.credentials();
  const auto offer = test::read(options);
  REQUIRE_MESSAGE(offer.ok(), offer.status());
  CHECK(authority.tokens == 2);
  CHECK(server.asked().size() == 4);
  never = true;
  CHECK(test::read(options).status().code() == Code::Unauthorized);
  CHECK(server.asked().size() == 6);
}

}  // namespace
