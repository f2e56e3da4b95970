// Tokens and keys as texts: what is taken apart, what is refused, whose signature is whose.
#include <doctest/doctest.h>

#include "controller/base/base64.hpp"
#include "registry/auth/claims.hpp"
#include "registry/auth/jwt.hpp"
#include "registry/auth/public_key.hpp"
#include "token_maker.hpp"

namespace registry = toolhive::registry;

using namespace toolhive::registry;
using namespace toolhive::registry::auth;

using registry::test::key_set;
using registry::test::TokenMaker;
using toolhive::encode_base64url;

namespace {

constexpr std::int64_t kTokenNow = 1'800'000'000;
const toolhive::WallTime kNow{std::chrono::seconds(kTokenNow)};

OidcSettings token_settings() {
  OidcSettings settings;
  settings.issuer = "https://issuer.example";
  settings.audiences = {"mcp-registry", "https://registry.example"};
  return settings;
}

Json good_claims() {
  return {
      {"iss", "https://issuer.example"}, {"aud", "mcp-registry"}, {"sub", "ada"}, {"exp", kTokenNow + 60}};
}

// Why the claims are refused; empty when they are not.
std::string claims_problem(const Json& claims, const OidcSettings& settings = token_settings()) {
  const auto checked = check_claims(claims.dump(), settings, kNow);
  return checked ? "" : checked.error().detail;
}

std::string jwt_problem(const std::string& token) {
  const auto parsed = parse_jwt(token);
  return parsed ? "" : parsed.error().detail;
}

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a token is three parts of base64url with a header that hides nothing") {
  const auto token = [](const std::string& header) {
    return encode_base64url(header) + "." + encode_base64url("{}") + ".AA";
  };
  const auto parsed = parse_jwt(token(R"({"alg":"RS256","kid":"k","typ":"at+jwt"})"));
  REQUIRE(parsed.ok());
  CHECK(parsed->algorithm == "RS256");
  CHECK(parsed->key_id == "k");
  CHECK(parsed->payload == "{}");
  CHECK(parsed->signature == std::string(1, '\0'));
  CHECK_FALSE(parse_jwt(token(R"({"alg":"RS256"})"))->key_id);

  CHECK(contains(jwt_problem("a.b"), "three parts"));
  CHECK(contains(jwt_problem("a.b.c.d.e"), "three parts"));
  CHECK(contains(jwt_problem("opaque"), "three parts"));
  CHECK(contains(jwt_problem("e30.e30.A"), "base64url"));
  CHECK(contains(jwt_problem(token("[]")), "not a JSON object"));
  CHECK(contains(jwt_problem(token("{\"alg\":\"RS256\",\"alg\":\"none\"}")), "not a JSON object"));
  CHECK(contains(jwt_problem(token("{}")), "alg"));
  CHECK(contains(jwt_problem(token(R"({"alg":1})")), "alg"));
  CHECK(contains(jwt_problem(token(R"({"alg":"RS256","kid":7})")), "kid"));
  CHECK(contains(jwt_problem(token(R"({"alg":"RS256","crit":["b64"],"b64":false})")), "crit"));
  CHECK(contains(jwt_problem(token(R"({"alg":"RSA-OAEP","enc":"A256GCM"})")), "encrypted"));
  CHECK(contains(jwt_problem(std::string(kTokenBytes + 1, 'a')), "bytes"));
}

TEST_CASE("each algorithm verifies what its key signed, and nothing else") {
  for (const char* name : {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"}) {
    CAPTURE(name);
    const auto algorithm = *parse_algorithm(name);
    const TokenMaker maker(algorithm, "k"), other(algorithm, "k");
    const auto keys = parse_key_set(key_set(maker, other));
    REQUIRE(keys.ok());
    REQUIRE(keys->size() == 2);
    const auto jwt = parse_jwt(maker.sign(good_claims()));
    REQUIRE(jwt.ok());
    CHECK(verify_signature(algorithm, (*keys)[0], jwt->signed_part, jwt->signature));
    CHECK_FALSE(verify_signature(algorithm, (*keys)[1], jwt->signed_part, jwt->signature));
    CHECK_FALSE(verify_signature(algorithm, (*keys)[0], jwt->signed_part + "A", jwt->signature));
    for (const std::size_t at : {std::size_t{0}, jwt->signature.size() / 2, jwt->signature.size() - 1}) {
      auto bent = jwt->signature;
      bent[at] = static_cast<char>(bent[at] ^ 1);
      CHECK_FALSE(verify_signature(algorithm, (*keys)[0], jwt->signed_part, bent));
    }
    CHECK_FALSE(verify_signature(algorithm, (*keys)[0], jwt->signed_part, ""));
    CHECK_FALSE(verify_signature(algorithm, (*keys)[0], jwt->signed_part, jwt->signature + "x"));
    // The key says what it is for, and its type what it can be for.
    for (const char* wrong : {"RS256", "RS384", "PS256", "ES256", "ES384", "EdDSA"}) {
      if (std::string_view(wrong) != name)
        CHECK_FALSE(verify_signature(*parse_algorithm(wrong), (*keys)[0], jwt->signed_part, jwt->signature));
    }
  }
  CHECK_FALSE(parse_algorithm("none"));
  CHECK_FALSE(parse_algorithm("HS256"));
  CHECK_FALSE(parse_algorithm("rs256"));
}

TEST_CASE("an elliptic signature of zeros, which a broken check takes for any text, is refused") {
  const TokenMaker maker(Algorithm::ES256, "k");
  const auto keys = parse_key_set(key_set(maker));
  REQUIRE(keys.ok());
  CHECK_FALSE(verify_signature(Algorithm::ES256, keys->front(), "text", std::string(64, '\0')));
  CHECK_FALSE(verify_signature(Algorithm::ES256, keys->front(), "text", std::string(64, '\xFF')));
}

TEST_CASE("of a key set only what can verify here is taken") {
  const TokenMaker rsa(Algorithm::RS256, "rsa"), curve(Algorithm::ES256, "curve"),
      small(Algorithm::RS256, "small", 1024);
  auto with = [&](const TokenMaker& maker, const char* member, const Json& value) {
    auto jwk = maker.jwk();
    jwk[member] = value;
    return jwk;
  };
  const auto count = [](std::initializer_list<Json> keys) {
    const auto parsed = parse_key_set(Json{{"keys", keys}}.dump());
    REQUIRE(parsed.ok());
    return parsed->size();
  };
  CHECK(count({rsa.jwk(), curve.jwk()}) == 2);
  CHECK(count({small.jwk()}) == 0);
  CHECK(count({with(rsa, "use", "enc")}) == 0);
  CHECK(count({with(rsa, "key_ops", Json::array({"encrypt"}))}) == 0);
  CHECK(count({with(rsa, "key_ops", Json::array({"verify"}))}) == 1);
  CHECK(count({with(rsa, "alg", "HS256")}) == 0);
  CHECK(count({with(rsa, "alg", "RSA-OAEP")}) == 0);
  CHECK(count({with(rsa, "e", "AQ")}) == 0);    // 1: anything is its own signature.
  CHECK(count({with(rsa, "e", "AAAB")}) == 0);  // The same with leading zeros.
  CHECK(count({with(rsa, "n", "!")}) == 0);
  CHECK(count({with(rsa, "kty", "oct")}) == 0);
  CHECK(count({with(curve, "crv", "secp256k1")}) == 0);
  // Not on the curve.
  CHECK(count({with(curve, "x", encode_base64url(std::string(32, '\1')))}) == 0);
  // What libraries write for members that are not set, and numbers that they pad.
  CHECK(count({with(rsa, "key_ops", Json::array())}) == 1);
  for (const char* member : {"key_ops", "alg", "use", "kid", "x5c"})
    CHECK(count({with(rsa, member, nullptr)}) == 1);
  CHECK(count({with(rsa, "n", rsa.jwk()["n"].get<std::string>() + "==")}) == 1);
  CHECK(count({with(curve, "x", encode_base64url(std::string(31, '\1')))}) == 0);
  CHECK(count({Json(7), Json("x"), Json::object()}) == 0);
  // A key without alg is for all that its type can.
  auto any = rsa.jwk();
  any.erase("alg");
  const auto keys = parse_key_set(Json{{"keys", {any}}}.dump());
  REQUIRE(keys.ok());
  CHECK(keys->front().fits(Algorithm::PS512));
  CHECK_FALSE(keys->front().fits(Algorithm::ES256));
  // And one with alg for that alone, whatever it did sign.
  const TokenMaker longer(Algorithm::RS384, "rsa");
  const auto token = parse_jwt(longer.sign(good_claims()));
  auto jwk = longer.jwk();
  for (const char* name : {"RS384", "RS256"}) {
    jwk["alg"] = name;
    const auto one = parse_key_set(Json{{"keys", {jwk}}}.dump());
    REQUIRE((one.ok() && one->size() == 1));
    CHECK(verify_signature(Algorithm::RS384, one->front(), token->signed_part, token->signature) ==
          (std::string_view(name) == "RS384"));
  }
  for (const char* bad : {"", "[]", "{}", R"({"keys":{}})", "{\"keys\":[]", "null"})
    CHECK_FALSE(parse_key_set(bad).ok());
  Json many = {{"keys", Json::array()}};
  // However many there are, those that fit are taken, up to a bound.
  for (int i = 0; i < 200; ++i) many["keys"].push_back(Json::object());
  for (int i = 0; i < 120; ++i) many["keys"].push_back(curve.jwk());
  many["keys"].push_back(rsa.jwk());
  CHECK(parse_key_set(many.dump())->size() == 121);
  CHECK(parse_key_set(many.dump())->back().id == "rsa");
  for (int i = 0; i < 1'000; ++i) many["keys"].push_back(curve.jwk());
  CHECK(parse_key_set(many.dump())->size() == 1'000);
}

TEST_CASE("Ed25519 and EdDSA are two names of one algorithm") {
  CHECK(parse_algorithm("Ed25519") == Algorithm::EdDSA);
  auto jwk = TokenMaker(Algorithm::EdDSA, "k").jwk();
  jwk["alg"] = "Ed25519";
  const auto keys = parse_key_set(Json{{"keys", {jwk}}}.dump());
  REQUIRE((keys.ok() && keys->size() == 1));
  CHECK(keys->front().fits(Algorithm::EdDSA));
}

TEST_CASE("claims are of this issuer, for this audience, in their time, and name somebody") {
  const auto with = [](const char* name, const Json& value) {
    auto claims = good_claims();
    claims[name] = value;
    return claims;
  };
  const auto without = [](const char* name) {
    auto claims = good_claims();
    claims.erase(name);
    return claims;
  };
  CHECK(claims_problem(good_claims()) == "");
  CHECK(claims_problem(with("azp", "somebody-else")) == "");

  CHECK(contains(claims_problem(without("iss")), "issuer"));
  CHECK(contains(claims_problem(with("iss", "https://issuer.example/")), "issuer"));
  CHECK(contains(claims_problem(with("iss", Json::array({"https://issuer.example"}))), "issuer"));

  CHECK(claims_problem(with("aud", Json::array({"x", "https://registry.example"}))) == "");
  for (const Json& audience : {Json("mcp"), Json(""), Json(7), Json(nullptr), Json::array(),
                               Json::array({"mcp-registry2"}), Json{{"mcp-registry", true}}})
    CHECK(contains(claims_problem(with("aud", audience)), "audience"));
  CHECK(contains(claims_problem(without("aud")), "audience"));

  CHECK(contains(claims_problem(without("exp")), "exp"));
  CHECK(contains(claims_problem(with("exp", "never")), "exp"));
  CHECK(contains(claims_problem(with("exp", -1)), "exp"));
  CHECK(contains(claims_problem(with("exp", 1e300)), "exp"));
  CHECK(claims_problem(with("exp", kTokenNow - 29)) == "");
  CHECK(claims_problem(with("exp", static_cast<double>(kTokenNow) + 0.5)) == "");
  CHECK(contains(claims_problem(with("exp", kTokenNow - 30)), "expired"));
  CHECK(claims_problem(with("nbf", kTokenNow + 30)) == "");
  CHECK(contains(claims_problem(with("nbf", kTokenNow + 31)), "nbf is in the future"));
  CHECK(contains(claims_problem(with("nbf", "now")), "nbf"));
  CHECK(claims_problem(with("iat", kTokenNow)) == "");
  CHECK(contains(claims_problem(with("iat", kTokenNow + 31)), "iat is in the future"));

  for (const Json& subject : {Json(""), Json(7), Json(nullptr), Json(std::string(513, 'x'))})
    CHECK(contains(claims_problem(with("sub", subject)), "sub"));
  CHECK(contains(claims_problem(without("sub")), "sub"));
  CHECK_FALSE(check_claims("[]", token_settings(), kNow).ok());
  CHECK_FALSE(check_claims("{", token_settings(), kNow).ok());
  auto twice = good_claims().dump();
  twice.insert(1, R"("sub":"root",)");
  CHECK_FALSE(check_claims(twice, token_settings(), kNow).ok());
}

TEST_CASE("username and groups come from the configured claims, with their prefixes") {
  auto settings = token_settings();
  settings.username_claim = "email";
  settings.username_prefix = "oidc:";
  settings.groups_claim = "roles";
  settings.groups_prefix = "team:";
  auto claims = good_claims();
  claims["email"] = "ada@example.org";
  claims["roles"] = Json::array({"a", "b"});
  auto checked = check_claims(claims.dump(), settings, kNow);
  REQUIRE(checked.ok());
  CHECK(checked->identity.subject == "oidc:ada@example.org");
  CHECK(checked->identity.groups == std::vector<std::string>{"team:a", "team:b"});
  CHECK(checked->expires == toolhive::WallTime(std::chrono::seconds(kTokenNow + 90)));

  claims["roles"] = "one";
  CHECK(check_claims(claims.dump(), settings, kNow)->identity.groups == std::vector<std::string>{"team:one"});
  claims["roles"] = Json::array({"a", 7});
  CHECK(contains(claims_problem(claims, settings), "roles"));
  claims["roles"] = Json::array();
  for (int i = 0; i < 1001; ++i) claims["roles"].push_back("g");
  CHECK(contains(claims_problem(claims, settings), "roles"));
  claims.erase("roles");
  CHECK(check_claims(claims.dump(), settings, kNow)->identity.groups.empty());

  claims["email_verified"] = true;
  CHECK(claims_problem(claims, settings) == "");
  claims["email_verified"] = false;
  CHECK(contains(claims_problem(claims, settings), "not verified"));
}
