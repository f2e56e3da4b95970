// A client certificate that is renewed in its files, as cert-manager and kubelets do, under a
// client that runs.
#include <doctest/doctest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "controller/base/base64.hpp"
#include "controller/testing/simulated_clock.hpp"
#include "test/integration/kube/cluster.hpp"
#include "test/unit/kube/certificate_maker.hpp"
#include "test/unit/kube/temporary_folder.hpp"

using namespace toolhive;

using namespace std::chrono_literals;

namespace {

const kube::ResourceType kSigningRequest{"certificates.k8s.io", "v1", "CertificateSigningRequest",
                                         "certificatesigningrequests", kube::Scope::Cluster};

// Has the cluster issue a certificate for the user `name`.
test::Pem issued_to(kube::Client& admin, const std::string& name) {
  const test::CertificateRequest request = test::request_certificate(name);
  const Json spec = {{"request", encode_base64(request.request)},
                     {"signerName", "kubernetes.io/kube-apiserver-client"},
                     {"usages", {"client auth"}}};
  const auto asked = admin.create(Context{}, kSigningRequest,
                                  {{"apiVersion", "certificates.k8s.io/v1"},
                                   {"kind", kSigningRequest.kind},
                                   {"metadata", {{"generateName", "test-rotation-"}}},
                                   {"spec", spec}});
  REQUIRE_MESSAGE(asked.ok(), asked.status());
  Json approval = asked->json();
  approval["status"]["conditions"] = Json::array(
      {{{"type", "Approved"}, {"status", "True"}, {"reason", "Test"}, {"message", "for a test"}}});
  const auto approved = admin.update(Context{}, kSigningRequest, approval, {.subresource = "approval"});
  REQUIRE_MESSAGE(approved.ok(), approved.status());
  std::string certificate;
  CHECK(test::eventually([&] {
    const auto now = admin.get(Context{}, kSigningRequest, asked->key());
    if (!now.ok()) return false;
    certificate = now->json().value("/status/certificate"_json_pointer, "");
    return !certificate.empty();
  }));
  (void)admin.remove(Context{}, kSigningRequest, asked->key());
  return {decode_base64(certificate).value_or(""), request.key};
}

// Whom the API server sees. Nobody gave them a right, and what is refused is refused by name:
// Kubernetes had nothing to ask for it before 1.28.
std::string who_am_i(const Context& ctx, kube::Client& client) {
  const Status refused = client.list(ctx, test::kSecret, {.ns = "default"}).status();
  CHECK(refused.code() == Code::Forbidden);
  const std::string& words = refused.message();
  const std::string before = "User \"";
  const auto start = words.find(before);
  if (start == std::string::npos) return refused.to_string();
  const auto name = start + before.size();
  return words.substr(name, words.find('"', name) - name);
}

}  // namespace

TEST_CASE("a client whose certificate is replaced in its files goes on as whom the new one names") {
  const auto admin = test::client();
  const test::TemporaryFolder folder;
  const auto put = [&](const test::Pem& pem) {
    folder.write("client.crt", pem.certificate);
    folder.write("client.key", pem.key);
  };
  put(issued_to(*admin, "before"));
  const auto config = kube::load_kubeconfig({folder.write(
      "kubeconfig", test::kubeconfig({{"client-certificate", "client.crt"}, {"client-key", "client.key"}}))});
  REQUIRE_MESSAGE(config.ok(), config.status());
  const auto client = test::client(*config);
  testing::SimulatedClock clock;
  const Context ctx{.stop = {}, .deadline = TimePoint::max(), .clock = clock};
  CHECK(who_am_i(ctx, *client) == "before");

  // One file of two: a pair that does not fit, as it is for a moment whenever both are replaced.
  const test::Pem next = issued_to(*admin, "after");
  folder.write("client.crt", next.certificate);
  clock.advance(11s);
  CHECK(who_am_i(ctx, *client) == "before");
  folder.write("client.key", next.key);
  clock.advance(11s);
  CHECK(who_am_i(ctx, *client) == "after");
}
