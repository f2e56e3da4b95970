// The certificates that the operator makes for registries, and the Secret that it keeps them in.
#include <doctest/doctest.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <string>

#include "controller/base/base64.hpp"
#include "controller/operator/certificate/certificate_chain.hpp"
#include "controller/operator/certificate/certificate_keeper.hpp"
#include "controller/operator/types.hpp"
#include "controller/testing/fake_api.hpp"
#include "controller/testing/simulated_clock.hpp"
#include "test/unit/operator/make.hpp"

namespace {

using namespace toolhive;
using namespace toolhive::test;
using namespace std::chrono_literals;

const std::vector<std::string> kHosts = {"reg.mcp.svc", "reg"};
const WallTime kStart = std::chrono::sys_days(std::chrono::year{2026} / 1 / 1);

std::size_t authorities_in(const std::string& bundle) {
  std::size_t found = 0;
  for (std::size_t at = 0; (at = bundle.find("BEGIN CERTIFICATE", at)) != std::string::npos; ++at) ++found;
  return found;
}

bool rotated(CertificateChain& chain, WallTime now, const std::vector<std::string>& hosts = kHosts) {
  const auto changed = chain.rotate("mcp/reg", hosts, now);
  REQUIRE(changed.ok());
  return *changed;
}

// The bundle from `at` on.
std::string last_authority(const std::string& bundle) {
  return bundle.substr(bundle.rfind("-----BEGIN CERTIFICATE"));
}

struct Keeping {
  StatusOr<std::string> keep() {
    const Context ctx{{}, TimePoint::max(), clock, {}};
    return keep_certificate(ctx, api, mcp_registry(), registry_type(),
                            {{"mcp", "mcp-registry-tls"}, {{"a", "b"}}, kHosts});
  }
  Json secret() const { return api.find(secret_type(), {"mcp", "mcp-registry-tls"})->json(); }
  void put(const Json& patch) {
    Json document = {{"metadata", {{"namespace", "mcp"}, {"name", "mcp-registry-tls"}}}};
    document.merge_patch(patch);
    api.put(secret_type(), document);
    api.clear_calls();
  }

  testing::FakeApi api;
  testing::SimulatedClock clock;
};

}  // namespace

TEST_SUITE_BEGIN("certificates of registries");

TEST_CASE("a certificate is for its names, by an authority that may sign no other authority") {
  CertificateChain chain;
  CHECK(rotated(chain, kStart));
  const auto facts = facts_of(chain.serving());
  REQUIRE(facts);
  CHECK(facts->dns_names == kHosts);
  CHECK(facts->validity.from == kStart - 1h);
  CHECK(facts->validity.until == kStart - 1h + kServingLifetime);
  CHECK(authorities_in(chain.authorities()) == 1);
  CHECK(is_signed_by(chain.serving().certificate, chain.authorities()));
  CHECK_FALSE(is_signed_by(chain.authorities(), chain.serving().certificate));
  CHECK_FALSE(rotated(chain, kStart + 1h));
}

TEST_CASE("another certificate is made after two thirds of its life, and by the same authority") {
  CertificateChain chain;
  rotated(chain, kStart);
  const IssuedCertificate first = chain.serving();
  const std::string authorities = chain.authorities();
  CHECK_FALSE(rotated(chain, kStart + 60 * 24h - 2h));
  CHECK(rotated(chain, kStart + 60 * 24h));
  CHECK(chain.serving() != first);
  CHECK(chain.serving().key != first.key);
  CHECK(chain.authorities() == authorities);
  CHECK(is_signed_by(chain.serving().certificate, authorities));
}

TEST_CASE("a certificate for other names is made at once") {
  CertificateChain chain;
  rotated(chain, kStart);
  CHECK(rotated(chain, kStart, {"other.mcp.svc"}));
  CHECK(facts_of(chain.serving())->dns_names == std::vector<std::string>{"other.mcp.svc"});
}

TEST_CASE("a new authority is published for a day before it signs, and the old one until it expires") {
  CertificateChain chain;
  rotated(chain, kStart);
  const std::string old = chain.authorities();
  const WallTime due = kStart + 2 * 365 * 24h;
  CHECK(rotated(chain, due));
  REQUIRE(authorities_in(chain.authorities()) == 2);
  CHECK(chain.authorities().starts_with(old));
  const std::string young = last_authority(chain.authorities());
  // The certificate was due as well: by the one that everybody trusts.
  CHECK(is_signed_by(chain.serving().certificate, old));
  CHECK(rotated(chain, due + 23h, {"a"}));
  CHECK(is_signed_by(chain.serving().certificate, old));
  CHECK(rotated(chain, due + 24h, {"b"}));
  CHECK(is_signed_by(chain.serving().certificate, young));
  CHECK(authorities_in(chain.authorities()) == 2);
  CHECK(rotated(chain, kStart + kAuthorityLifetime));
  CHECK(chain.authorities() == young);
}

TEST_CASE("what a Secret holds is read as it was, and what is spoilt in it is made anew") {
  CertificateChain chain;
  rotated(chain, kStart);
  const Json data = chain.secret_data();
  CHECK(decode_base64(data.at("tls.crt").get<std::string>()) == chain.serving().certificate);
  CHECK(decode_base64(data.at("ca.crt").get<std::string>()) == chain.authorities());
  CertificateChain again = CertificateChain::parse(data);
  CHECK_FALSE(rotated(again, kStart));
  CHECK(again.secret_data() == data);
  for (const char* member : {"tls.crt", "tls.key"}) {
    CAPTURE(member);
    Json spoilt = data;
    spoilt[member] = encode_base64("no PEM");
    CertificateChain mended = CertificateChain::parse(spoilt);
    CHECK(rotated(mended, kStart));
    CHECK(mended.authorities() == chain.authorities());
  }
  for (const Json& keys : {Json("AAAA"), Json(1), Json(encode_base64("[1,{\"certificate\":\"x\"}]"))}) {
    Json spoilt = data;
    spoilt["authorities.json"] = keys;
    CertificateChain mended = CertificateChain::parse(spoilt);
    CHECK(rotated(mended, kStart));
    CHECK(mended.authorities() != chain.authorities());
    CHECK(is_signed_by(mended.serving().certificate, mended.authorities()));
  }
}

TEST_CASE("the Secret is made once, goes with its Registry, and is written again when something is due") {
  Keeping k;
  const auto first = k.keep();
  REQUIRE_MESSAGE(first.ok(), first.status());
  CHECK(at(k.secret(), "/metadata/ownerReferences/0/uid") == "uid-of-mcp-registry");
  CHECK(at(k.secret(), "/metadata/labels/a") == "b");
  CHECK(decode_base64(at(k.secret(), "/data/ca.crt").get<std::string>()) == *first);
  k.api.clear_calls();
  CHECK(*k.keep() == *first);
  CHECK(k.api.writes().empty());
  k.clock.advance(60 * 24h);
  CHECK(*k.keep() == *first);
  CHECK(k.api.count("UPDATE secrets") == 1);
}

TEST_CASE(
    "a Secret that is empty and nobody's is filled, for which no right to make or delete one is needed") {
  Keeping k;
  k.put({{"metadata", {{"labels", {{"team", "x"}}}}}});
  const auto first = k.keep();
  REQUIRE(first.ok());
  CHECK(k.api.count("CREATE secrets") == 0);
  CHECK_FALSE(has(k.secret(), "/metadata/ownerReferences"));
  CHECK(at(k.secret(), "/metadata/labels") == Json{{"a", "b"}, {"team", "x"}});
  k.api.clear_calls();
  CHECK(*k.keep() == *first);
  CHECK(k.api.writes().empty());
}

TEST_CASE("a Secret of somebody else is left as it is") {
  Keeping k;
  const Json theirs = Json::array({{{"apiVersion", "v1"},
                                    {"kind", "Registry"},
                                    {"name", "mcp-registry"},
                                    {"uid", "another"},
                                    {"controller", true}}});
  for (const Json& patch :
       {Json{{"data", {{"password", "eA=="}}}}, Json{{"metadata", {{"ownerReferences", theirs}}}}}) {
    k.put(patch);
    CHECK(k.keep().status().code() == Code::NameTaken);
    CHECK(k.api.writes().empty());
  }
}

TEST_SUITE_END();
