// The operator's keys and tokens, judged by what registries verify them with.
#include <doctest/doctest.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <future>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "controller/base/base64.hpp"
#include "controller/base/certificate_bundle.hpp"
#include "controller/operator/certificate/issue.hpp"
#include "controller/operator/identity/operator_identity.hpp"
#include "controller/operator/types.hpp"
#include "controller/testing/fake_api.hpp"
#include "controller/testing/simulated_clock.hpp"
#include "registry/auth/operator_authenticator.hpp"
#include "test/unit/operator/make.hpp"

namespace {

using namespace toolhive;
using namespace toolhive::test;
using namespace std::chrono_literals;
namespace auth = toolhive::registry::auth;

const kube::Key kSecretKey{"toolhive-system", kIdentitySecret};

class NobodyElse final : public auth::Authenticator {
 public:
  void authenticate(const std::string&, Done done) override { done(auth::Verdict::rejected("unknown")); }
  void stop() override {}
  std::string problem() const override { return {}; }
};

// A registry that has read these keys.
auth::Verdict judge_as(const std::string& audience, const Json& keys, const std::string& token,
                       Clock& clock) {
  const auto file =
      std::filesystem::temp_directory_path() / ("identity-test-" + std::to_string(::getpid()) + ".json");
  std::ofstream(file) << keys.dump();
  auth::OperatorAuthenticator authenticator({audience, file.string()}, std::make_unique<NobodyElse>(), clock);
  auth::Verdict said;
  authenticator.authenticate(token, [&](const auth::Verdict& verdict) { said = verdict; });
  std::filesystem::remove(file);
  return said;
}

Json secret_with(const Json& data) {
  return {{"metadata", {{"namespace", kSecretKey.ns}, {"name", kSecretKey.name}}}, {"data", data}};
}

// As it is installed.
std::shared_ptr<testing::FakeApi> installed() {
  auto api = std::make_shared<testing::FakeApi>();
  api->put(secret_type(), {{"metadata", {{"namespace", kSecretKey.ns}, {"name", kSecretKey.name}}}});
  return api;
}

struct Identifying {
  explicit Identifying(std::shared_ptr<testing::FakeApi> same = installed()) : api(std::move(same)) {}

  Json keys() {
    const auto keys = identity.public_keys(ctx);
    REQUIRE_MESSAGE(keys.ok(), keys.status());
    return **keys;
  }
  std::string token(const std::string& audience = "mcp/reg/uid") {
    const auto token = identity.token(ctx, audience);
    REQUIRE_MESSAGE(token.ok(), token.status());
    return *token;
  }
  ClientCertificate certificate() {
    const auto shown = identity.client_certificate(ctx);
    REQUIRE_MESSAGE(shown.ok(), shown.status());
    return *shown;
  }
  std::string certificates() {
    const auto all = identity.client_certificates(ctx);
    REQUIRE_MESSAGE(all.ok(), all.status());
    return *all;
  }
  // What the Secret holds.
  std::string held() const {
    const Json secret = api->find(secret_type(), kSecretKey)->json();
    return decode_base64(secret.at("data").at("keys.json").get<std::string>()).value();
  }
  // As one who wants other keys does.
  void empty_secret() {
    Json secret = api->find(secret_type(), kSecretKey)->json();
    secret.erase("data");
    api->put(secret_type(), secret);
  }
  void install_secret() { api->put(secret_type(), installed()->find(secret_type(), kSecretKey)->json()); }
  // As a leader that is told to end.
  void end() {
    std::stop_source told;
    told.request_stop();
    identity.hand_over({told.get_token(), TimePoint::max(), clock, {}});
  }
  bool is_accepted(const std::string& token, const Json& keys, const std::string& audience = "mcp/reg/uid") {
    return judge_as(audience, keys, token, clock).kind == auth::Verdict::Kind::Accepted;
  }

  std::shared_ptr<testing::FakeApi> api;
  testing::SimulatedClock clock;
  Context ctx{{}, TimePoint::max(), clock, {}};
  OperatorIdentity identity{*api, "toolhive-system"};
};

}  // namespace

TEST_SUITE_BEGIN("the operator's identity");

TEST_CASE("a token is good at the registry that it is for, for ten minutes, and nowhere else") {
  Identifying i;
  const Json keys = i.keys();
  const std::string token = i.token();
  const auto verdict = judge_as("mcp/reg/uid", keys, token, i.clock);
  REQUIRE_MESSAGE(verdict.kind == auth::Verdict::Kind::Accepted, verdict.reason);
  CHECK(verdict.identity->is_operator);
  CHECK_FALSE(i.is_accepted(token, keys, "mcp/reg/uid-of-another"));
  CHECK_FALSE(i.is_accepted(token, keys, "mcp/other/uid"));
  i.clock.advance(9min);
  CHECK(i.is_accepted(token, keys));
  i.clock.advance(2min);
  CHECK_FALSE(i.is_accepted(token, keys));
}

TEST_CASE("what is published holds nothing private, and the Secret is filled once for all replicas") {
  Identifying first;
  const Json keys = first.keys();
  REQUIRE(keys.at("keys").size() == 1);
  CHECK_FALSE(keys.at("keys")[0].contains("d"));
  CHECK(first.api->count("UPDATE secrets") == 1);
  Identifying second(first.api);
  CHECK(second.keys() == keys);
  CHECK(first.api->count("UPDATE secrets") == 1);
  CHECK(first.api->count("CREATE secrets") == 0);
}

TEST_CASE("another key is published for an hour before it signs, and the old one for an hour after") {
  Identifying i;
  const Json old_keys = i.keys();
  i.clock.advance(30 * 24h);
  const Json both = i.keys();
  REQUIRE(both.at("keys").size() == 2);
  CHECK(both.at("keys")[0] == old_keys.at("keys")[0]);
  // A registry that has not got the new key yet goes on to understand.
  CHECK(i.is_accepted(i.token(), old_keys));
  i.clock.advance(1h);
  const std::string token = i.token();
  CHECK_FALSE(i.is_accepted(token, old_keys));
  CHECK(i.is_accepted(token, both));
  CHECK(i.keys() == both);
  i.clock.advance(1h);
  const Json last = i.keys();
  REQUIRE(last.at("keys").size() == 1);
  CHECK(last.at("keys")[0] == both.at("keys")[1]);
  CHECK(i.is_accepted(i.token(), last));
}

TEST_CASE(
    "each key has a certificate for clients, which all replicas show, and which vouches for nobody else") {
  Identifying first;
  const std::string shown = first.certificate().certificate;
  CHECK(first.certificates() == shown);
  Identifying second(first.api);
  CHECK(second.certificate().certificate == shown);
  CHECK(second.certificate().key == first.certificate().key);
  CHECK(first.api->count("UPDATE secrets") == 1);
  const auto facts = facts_of({shown, first.certificate().key});
  REQUIRE(facts);
  CHECK(facts->validity.from < first.clock.wall());
  CHECK(facts->validity.until > first.clock.wall() + 89 * 24h);
  CHECK(shown.find("PRIVATE") == std::string::npos);
  CHECK(X509_check_ca(read_certificate_bundle(shown).value().front().get()) == 0);
}

TEST_CASE(
    "another certificate is published for an hour before it is shown, and the old one for an hour after") {
  Identifying i;
  const std::string old = i.certificates();
  i.clock.advance(30 * 24h);
  const std::string both = i.certificates();
  CHECK(both.starts_with(old));
  CHECK(both.size() > old.size());
  CHECK(i.certificate().certificate == old);
  i.clock.advance(1h);
  CHECK(old + i.certificate().certificate == both);
  CHECK(i.certificates() == both);
  i.clock.advance(1h);
  CHECK(old + i.certificates() == both);
}

TEST_CASE("keys of an earlier version are given certificates, and stay what they are") {
  Identifying i;
  const Json keys = i.keys();
  Json held = Json::parse(i.held());
  held["keys"][0].erase("certificate");
  i.api->put(secret_type(), secret_with({{"keys.json", encode_base64(held.dump())}}));
  Identifying later(i.api);
  CHECK(later.keys() == keys);
  CHECK(later.certificates().find("BEGIN CERTIFICATE") != std::string::npos);
  // One that is not this key's is no certificate either.
  held["keys"][0]["certificate"] = Identifying().certificates();
  i.api->put(secret_type(), secret_with({{"keys.json", encode_base64(held.dump())}}));
  Identifying last(i.api);
  CHECK(facts_of({last.certificate().certificate, last.certificate().key}));
}

TEST_CASE("a key whose certificate has expired is used no more, for every registry would refuse it") {
  Identifying i;
  const Json keys = i.keys();
  i.clock.advance(90 * 24h);
  Identifying later(i.api);
  later.clock.advance(90 * 24h);
  REQUIRE(later.keys().at("keys").size() == 1);
  CHECK(later.keys() != keys);
  const auto facts = facts_of({later.certificate().certificate, later.certificate().key});
  REQUIRE(facts);
  CHECK(facts->validity.until > later.clock.wall());
}

TEST_CASE("a key from a time to come is not waited for") {
  Identifying i;
  const Json keys = i.keys();
  testing::SimulatedClock earlier(i.clock.wall() - 1000h);
  OperatorIdentity identity(*i.api, "toolhive-system");
  const auto made = identity.public_keys(Context{{}, TimePoint::max(), earlier, {}});
  REQUIRE(made.ok());
  CHECK(**made != keys);
}

TEST_CASE("a Secret that is emptied gets another key within a minute") {
  Identifying i;
  const Json keys = i.keys();
  i.empty_secret();
  CHECK(i.keys() == keys);
  i.clock.advance(1min);
  CHECK(i.keys() != keys);
}

TEST_CASE("a Secret that is installed anew gets the keys that are known") {
  Identifying i;
  const Json keys = i.keys();
  i.install_secret();
  i.clock.advance(1min);
  CHECK(i.keys() == keys);
  CHECK(Identifying(i.api).keys() == keys);
}

TEST_CASE(
    "who ends leaves the keys in a Secret that was installed anew, and others in one that was emptied") {
  Identifying i;
  const Json keys = i.keys();
  i.install_secret();
  i.end();
  CHECK(Identifying(i.api).keys() == keys);
  i.empty_secret();
  i.end();
  CHECK(Identifying(i.api).keys() != keys);
}

TEST_CASE("who ends without having needed keys makes none") {
  Identifying i;
  i.end();
  CHECK(i.api->count("UPDATE secrets") == 0);
}

TEST_CASE("keys that an earlier version wrote are not put back once their Secret is emptied") {
  Identifying i;
  const Json keys = i.keys();
  Json earlier = i.api->find(secret_type(), kSecretKey)->json();
  earlier.at("metadata").erase("annotations");
  i.api->put(secret_type(), earlier);
  i.clock.advance(1min);
  CHECK(i.keys() == keys);
  i.empty_secret();
  i.clock.advance(1min);
  CHECK(i.keys() != keys);
}

TEST_CASE("a Secret that is not there is asked for, and not made") {
  Identifying i(std::make_shared<testing::FakeApi>());
  const auto keys = i.identity.public_keys(i.ctx);
  CHECK(keys.status().message().find("toolhive-system/toolhive-operator-identity is not there") !=
        std::string::npos);
  CHECK(i.api->count("CREATE secrets") == 0);
}

TEST_CASE("the keys that are known are used while the API server does not answer") {
  Identifying i;
  const Json keys = i.keys();
  i.api->fail_with([](const kube::ApiCall&) { return Status(Code::Unavailable, "away"); });
  i.clock.advance(1min);
  CHECK(i.keys() == keys);
  Identifying unknown(i.api);
  const auto none = unknown.identity.token(unknown.ctx, "mcp/reg/uid");
  CHECK(none.status().message() == "get secrets toolhive-system/toolhive-operator-identity: away");
}

TEST_CASE("who asks while another waits for the API server gets the keys that are known") {
  Identifying i;
  const Json keys = i.keys();
  i.api->fail_with([&](const kube::ApiCall&) {
    auto other = std::async(std::launch::async, [&] { return i.identity.public_keys(i.ctx).ok(); });
    CHECK(other.wait_for(5s) == std::future_status::ready);
    return Status(Code::Unavailable, "away");
  });
  i.clock.advance(1min);
  CHECK(i.keys() == keys);
}

TEST_CASE("a Secret that holds something else is named, and nothing of it is told") {
  for (const std::string& held :
       {std::string("c2VjcmV0"), encode_base64(R"({"keys":[{"made":1,"key":"secret"}]})"),
        encode_base64(R"({"keys":[{"made":"2026-01-01T00:00:00Z","key":"secret"}]})")}) {
    CAPTURE(held);
    Identifying i;
    i.api->put(secret_type(), secret_with({{"keys.json", held}}));
    const auto keys = i.identity.public_keys(i.ctx);
    REQUIRE_FALSE(keys.ok());
    CHECK(keys.status().message().find("delete what it holds, and new ones are made") != std::string::npos);
    CHECK(keys.status().message().find("secret") == std::string::npos);
  }
}

TEST_SUITE_END();
