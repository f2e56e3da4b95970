// A Registry that serves TLS inside the cluster.
#include <doctest/doctest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>

#include "test/e2e/harness/cert_manager.hpp"
#include "test/e2e/harness/test_namespace.hpp"

using namespace e2e;

namespace {

constexpr const char* kSecretsRole = "toolhive-operator-tls-secrets";

// The authorities of a Registry in a file, as a client has them.
class AuthorityFile {
 public:
  explicit AuthorityFile(const TestNamespace& ns, const std::string& config_map = "mcp-registry-ca")
      : path_(std::filesystem::temp_directory_path() / ("e2e-" + ns.name() + "-ca.crt")) {
    std::ofstream(path_) << ns.get(kConfigMap, config_map).at("data").at("ca.crt").get<std::string>();
  }
  ~AuthorityFile() { std::filesystem::remove(path_); }
  AuthorityFile(const AuthorityFile&) = delete;
  AuthorityFile& operator=(const AuthorityFile&) = delete;
  std::string path() const { return path_; }

 private:
  std::filesystem::path path_;
};

std::string host_of(const TestNamespace& ns) {
  return "mcp-registry." + ns.name() + ".svc";
}

std::string served_certificate(const TestNamespace& ns) {
  const Output shown = run(
      Cluster::get().inside({"sh", "-c",
                             "echo | openssl s_client -connect " + host_of(ns) + ":8443 -servername " +
                                 host_of(ns) + " 2>/dev/null | openssl x509 -noout -fingerprint -sha256"}));
  return shown.ok() ? shown.out : "";
}

// Reads again and again until it goes, and counts what fails.
class SteadyReader {
 public:
  SteadyReader(const std::string& url, const std::string& authority)
      : thread_([this, url, authority] {
          while (!stop_) {
            const Answer answer = Cluster::get().http("GET", url, nullptr, {"--cacert", authority});
            ++reads;
            if (answer.status != 200 && failures++ == 0) first_failure = answer.explain();
          }
        }) {}
  ~SteadyReader() { end(); }
  void end() {
    stop_ = true;
    if (thread_.joinable()) thread_.join();
  }
  std::atomic<int> reads{0};
  std::atomic<int> failures{0};
  std::string first_failure;  // read after end()

 private:
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

// An authority of clients in a folder of its own, and certificates of it.
class ClientAuthority {
 public:
  ClientAuthority(const TestNamespace& ns, const std::string& name)
      : folder_(std::filesystem::temp_directory_path() / ("e2e-" + ns.name() + "-" + name)) {
    const Output made = run({{"bash", "-c", R"(set -e
      mkdir "$1"; cd "$1"
      key="-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
      openssl req -x509 $key -keyout ca.key -out ca.crt -subj "/CN=$2" -days 2
      openssl req -new $key -keyout client.key -out client.csr -subj "/CN=client of $2"
      openssl x509 -req -in client.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 1 -out client.crt)",
                              "client_authority", folder_.string(), name}});
    REQUIRE_MESSAGE(made.ok(), made.explain());
  }
  ~ClientAuthority() { std::filesystem::remove_all(folder_); }
  ClientAuthority(const ClientAuthority&) = delete;
  ClientAuthority& operator=(const ClientAuthority&) = delete;

  std::string pem() const {
    std::ifstream file(folder_ / "ca.crt");
    return {std::istreambuf_iterator<char>(file), {}};
  }
  // The status of a read by who has a certificate of it; 0: no connection came about.
  int read(const std::string& url, const AuthorityFile& serving) const {
    return Cluster::get()
        .http("GET", url, nullptr,
              {"--cacert", serving.path(), "--cert", folder_ / "client.crt", "--key", folder_ / "client.key"})
        .status;
  }

 private:
  std::filesystem::path folder_;
};

void put_clients(const TestNamespace& ns, const std::string& authorities) {
  ns.apply({{"apiVersion", "v1"},
            {"kind", "ConfigMap"},
            {"metadata", {{"name", "clients"}}},
            {"data", {{"ca.crt", authorities}}}});
}

// Until another certificate than `before` is served.
void wait_exchanged(const TestNamespace& ns, const std::string& before) {
  wait_until(
      "another certificate is served",
      [&]() -> std::string {
        const std::string now = served_certificate(ns);
        return !now.empty() && now != before ? "" : "it is the same";
      },
      Seconds(300));
}

constexpr Kind kCertificate{"certificate", "/apis/cert-manager.io/v1", "certificates"};

Json of_cert_manager(const char* kind, const char* name, const Json& spec) {
  return {
      {"apiVersion", "cert-manager.io/v1"}, {"kind", kind}, {"metadata", {{"name", name}}}, {"spec", spec}};
}

// Has cert-manager make an authority, and whoever looks after trust publish it.
void make_authority(const TestNamespace& ns) {
  ns.apply(of_cert_manager("Issuer", "root", {{"selfSigned", Json::object()}}));
  ns.apply(of_cert_manager("Certificate", "authority",
                           {{"isCA", true},
                            {"commonName", "the company"},
                            {"secretName", "authority"},
                            {"privateKey", {{"algorithm", "ECDSA"}}},
                            {"issuerRef", {{"name", "root"}}}}));
  ns.wait_ready(kCertificate, "authority", Seconds(120));
  const std::string encoded = ns.get(kSecret, "authority").at("data").at("tls.crt");
  const Output decoded = run({.argv = {"base64", "--decode"}, .input = encoded});
  ns.apply({{"apiVersion", "v1"},
            {"kind", "ConfigMap"},
            {"metadata", {{"name", "company-ca"}}},
            {"data", {{"ca.crt", decoded.out}}}});
}

// As "cmctl renew" asks for it.
void renew(const TestNamespace& ns, const std::string& certificate) {
  Json conditions = ns.get(kCertificate, certificate).at("status").at("conditions");
  conditions.push_back({{"type", "Issuing"},
                        {"status", "True"},
                        {"reason", "ManuallyTriggered"},
                        {"message", "Certificate re-issuance manually triggered"},
                        {"lastTransitionTime", "2026-01-01T00:00:00Z"}});
  ns.require_kubectl({"patch", "certificate", certificate, "--subresource=status", "--type=merge", "-p",
                      Json{{"status", {{"conditions", conditions}}}}.dump()});
}

// Does what OpenShift's service CA does for the Service and the ConfigMap that ask it to.
void play_service_ca(const TestNamespace& ns) {
  const std::string folder = std::filesystem::temp_directory_path() / ("e2e-" + ns.name() + "-service-ca");
  const Output made = run({{"bash", "-c", R"(set -e
    mkdir "$1"; cd "$1"
    key="-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
    openssl req -x509 $key -keyout ca.key -out ca.crt -subj /CN=service-ca -days 2
    openssl req -new $key -keyout tls.key -out tls.csr -subj "/CN=$2"
    openssl x509 -req -in tls.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 1 -out tls.crt \
      -extfile <(echo "subjectAltName=DNS:$2"))",
                            "play_service_ca", folder, host_of(ns)}});
  REQUIRE_MESSAGE(made.ok(), made.explain());
  ns.require_kubectl({"create", "secret", "tls", "mcp-registry-serving-cert", "--cert=" + folder + "/tls.crt",
                      "--key=" + folder + "/tls.key"});
  std::ifstream authority(folder + "/ca.crt");
  const std::string text{std::istreambuf_iterator<char>(authority), {}};
  ns.patch(kConfigMap, "mcp-registry-ca", {{"data", {{"service-ca.crt", text}}}});
  ns.require_kubectl(
      {"annotate", "service", "mcp-registry", "service.beta.openshift.io/serving-cert-signed-by=service-ca"});
  std::filesystem::remove_all(folder);
}

}  // namespace

TEST_CASE(
    "a Registry serves TLS by a certificate of the operator's, which is exchanged under load without a "
    "failed read") {
  const TestNamespace ns("tls");
  ns.apply(registry("mcp-registry", {{"tls", {{"source", "SelfSigned"}}}}));
  ns.wait_condition(kRegistry, "mcp-registry", "TLSReady", "False", "CertificateForbidden");
  CHECK_FALSE(ns.find(kDeployment, "mcp-registry"));
  ns.require_kubectl({"create", "rolebinding", kSecretsRole, std::string("--clusterrole=") + kSecretsRole,
                      "--serviceaccount=" + Cluster::get().operator_namespace() + ":toolhive-operator"});
  ns.wait_ready(kRegistry, "mcp-registry", Seconds(240));
  ns.apply(mcptool("weather"));
  ns.wait_ready(kMcpTool, "weather", Seconds(180));
  ns.wait_condition(kRegistry, "mcp-registry", "TLSReady", "True", "CertificateVerified", Seconds(180));
  CHECK(ns.get(kRegistry, "mcp-registry").at("status").at("internalURL") ==
        "https://" + host_of(ns) + ":8443");

  const AuthorityFile authority(ns);
  const std::string url = "https://" + host_of(ns) + ":8443/api/v1/tools/weather";
  const Answer read = Cluster::get().http("GET", url, nullptr, {"--cacert", authority.path()});
  CHECK_MESSAGE(read.status == 200, read.explain());
  CHECK(Cluster::get().http("GET", url).status == 0);
  CHECK(Cluster::get().http("GET", "http://" + host_of(ns) + ":8443/health").status == 0);
  CHECK(Cluster::get().http("GET", "http://" + host_of(ns) + ":8080/health").status == 0);

  const std::string before = served_certificate(ns);
  REQUIRE_FALSE(before.empty());
  const Json pod = ns.pods_of("mcp-registry").at(0).at("metadata").at("uid");
  {
    SteadyReader reader(url, authority.path());
    ns.patch(kSecret, "mcp-registry-tls", {{"data", {{"tls.crt", nullptr}}}});
    wait_exchanged(ns, before);
    reader.end();
    MESSAGE(reader.reads.load() << " reads");
    CHECK_MESSAGE(reader.failures == 0, reader.first_failure);
    CHECK(reader.reads > 20);
  }
  CHECK(ns.pods_of("mcp-registry").at(0).at("metadata").at("uid") == pod);
  CHECK(condition(ns.get(kRegistry, "mcp-registry"), "TLSReady").status == "True");
}

TEST_CASE("each of the replicas that share files and serve TLS takes writes, and shows them all") {
  const TestNamespace ns("tls-shared");
  ns.require_kubectl({"create", "rolebinding", kSecretsRole, std::string("--clusterrole=") + kSecretsRole,
                      "--serviceaccount=" + Cluster::get().operator_namespace() + ":toolhive-operator"});
  ns.apply(registry("mcp-registry", {{"replicas", 2},
                                     {"storage", {{"accessModes", {"ReadWriteMany"}}}},
                                     {"tls", {{"source", "SelfSigned"}}}}));
  ns.wait_ready(kRegistry, "mcp-registry", Seconds(240));
  ns.wait_replicas(2);
  const AuthorityFile authority(ns);
  const std::string url = "https://" + host_of(ns) + ":8443/api/v1/tools";
  const auto at_pod = [&](const Json& pod) -> std::vector<std::string> {
    const std::string address = pod.at("status").at("podIP");
    return {"--cacert", authority.path(), "--connect-to", "::" + address + ":8443"};
  };
  const auto pods = ns.pods_of("mcp-registry");
  for (const Json& pod : pods) {
    const std::string name = pod.at("metadata").at("name");
    const Json tool = {{"name", name}, {"version", "1.0.0"}, {"inputSchema", {{"type", "object"}}}};
    const Answer written = Cluster::get().http("POST", url, tool, at_pod(pod));
    CHECK_MESSAGE(written.status == 201, written.explain());
    const Answer read = Cluster::get().http("GET", url + "/" + name, nullptr, at_pod(pod));
    CHECK_MESSAGE(read.status == 200, read.explain());
  }
  for (const Json& pod : pods)
    wait_until("the replica shows both", [&]() -> std::string {
      const Answer list = Cluster::get().http("GET", url, nullptr, at_pod(pod));
      return list.ok() && list.json().at("tools").size() == 2 ? "" : list.explain();
    });
}

TEST_CASE("a Registry serves TLS by a certificate of a service CA, whose part this test plays") {
  const TestNamespace ns("tls-service-ca");
  ns.apply(registry("mcp-registry", {{"tls", {{"source", "ServiceCA"}}}}));
  ns.wait_condition(kRegistry, "mcp-registry", "TLSReady", "False", "CertificateMissing");
  const Json asking = ns.get(kService, "mcp-registry").at("metadata").at("annotations");
  CHECK(asking.at("service.beta.openshift.io/serving-cert-secret-name") == "mcp-registry-serving-cert");
  play_service_ca(ns);
  ns.wait_ready(kRegistry, "mcp-registry", Seconds(300));
  ns.apply(mcptool("weather"));
  ns.wait_ready(kMcpTool, "weather", Seconds(180));
  ns.wait_condition(kRegistry, "mcp-registry", "TLSReady", "True", "CertificateVerified", Seconds(180));
  CHECK(ns.get(kConfigMap, "mcp-registry-ca").at("data").contains("service-ca.crt"));
  CHECK(ns.get(kRegistry, "mcp-registry").at("status").at("tls").at("authority").at("key") ==
        "service-ca.crt");
}

TEST_CASE(
    "a Registry that asks for certificates takes tools from the operator and lets in who shows one of its "
    "authorities, which are exchanged while it serves") {
  const TestNamespace ns("mtls");
  ns.require_kubectl({"create", "rolebinding", kSecretsRole, std::string("--clusterrole=") + kSecretsRole,
                      "--serviceaccount=" + Cluster::get().operator_namespace() + ":toolhive-operator"});
  const Json asking = {{"ca", {{"configMapKeyRef", {{"name", "clients"}}}}}};
  ns.apply(registry("mcp-registry", {{"tls", {{"source", "SelfSigned"}, {"clientAuthentication", asking}}},
                                     {"exposure", {{"type", "None"}}},
                                     {"monitoring", {{"enabled", false}}}}));
  // Without authorities, and with what is none, nobody is let in: there is no registry at all.
  ns.wait_condition(kRegistry, "mcp-registry", "TLSReady", "False", "ClientAuthorityNotFound");
  put_clients(ns, "nobody");
  ns.wait_condition(kRegistry, "mcp-registry", "TLSReady", "False", "ClientAuthorityInvalid", Seconds(180));
  CHECK_FALSE(ns.find(kDeployment, "mcp-registry"));

  const ClientAuthority first(ns, "first");
  const ClientAuthority second(ns, "second");
  put_clients(ns, first.pem());
  ns.wait_ready(kRegistry, "mcp-registry", Seconds(300));
  ns.apply(mcptool("weather"));
  ns.wait_ready(kMcpTool, "weather", Seconds(180));
  ns.wait_condition(kRegistry, "mcp-registry", "TLSReady", "True", "CertificateVerified", Seconds(180));

  const AuthorityFile serving(ns);
  const std::string url = "https://" + host_of(ns) + ":8443/api/v1/tools/weather";
  CHECK(first.read(url, serving) == 200);
  CHECK(second.read(url, serving) == 0);
  const Answer without = Cluster::get().http("GET", url, nullptr, {"--cacert", serving.path()});
  CHECK_MESSAGE(without.status == 403, without.explain());

  const Json pod = ns.pods_of("mcp-registry").at(0).at("metadata").at("uid");
  put_clients(ns, second.pem());
  wait_until(
      "clients of the second authority are let in, and those of the first are not",
      [&]() -> std::string {
        const int of_second = second.read(url, serving);
        const int of_first = first.read(url, serving);
        return of_second == 200 && of_first == 0 ? ""
                                                 : std::to_string(of_second) + " " + std::to_string(of_first);
      },
      Seconds(300));
  // What is no authority is told, and what there was stays.
  put_clients(ns, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
  ns.wait_condition(kRegistry, "mcp-registry", "TLSReady", "False", "ClientAuthorityInvalid", Seconds(300));
  CHECK(second.read(url, serving) == 200);
  CHECK(first.read(url, serving) == 0);
  ns.apply(mcptool("forecasts"));
  ns.wait_ready(kMcpTool, "forecasts", Seconds(180));
  CHECK(ns.pods_of("mcp-registry").at(0).at("metadata").at("uid") == pod);
}

TEST_CASE(
    "a Registry serves TLS by a certificate of cert-manager's, which is renewed under load without a failed "
    "read, and what keeps it from being issued is told" *
    doctest::test_suite("addons")) {
  const TestNamespace ns("tls-cert-manager");
  const CertManager cert_manager;
  ns.apply(registry("mcp-registry",
                    {{"tls",
                      {{"source", "CertManager"},
                       {"issuerRef", {{"name", "company"}}},
                       {"ca", {{"configMapKeyRef", {{"name", "company-ca"}, {"key", "ca.crt"}}}}}}}}));
  ns.wait_condition(kRegistry, "mcp-registry", "TLSReady", "False", "AuthorityNotFound", Seconds(120));
  make_authority(ns);
  wait_until(
      "the Registry says that there is no such Issuer",
      [&]() -> std::string {
        const ConditionView told = condition(ns.get(kRegistry, "mcp-registry"), "TLSReady");
        const bool named =
            told.message.find("issuer.cert-manager.io \"company\" not found") != std::string::npos;
        return told.reason == "CertificateMissing" && named ? "" : told.reason + ": " + told.message;
      },
      Seconds(180));

  ns.apply(of_cert_manager("Issuer", "company", {{"ca", {{"secretName", "authority"}}}}));
  ns.wait_ready(kRegistry, "mcp-registry", Seconds(240));
  ns.apply(mcptool("weather"));
  ns.wait_ready(kMcpTool, "weather", Seconds(180));
  ns.wait_condition(kRegistry, "mcp-registry", "TLSReady", "True", "CertificateVerified", Seconds(180));

  const AuthorityFile authority(ns, "company-ca");
  const std::string url = "https://" + host_of(ns) + ":8443/api/v1/tools/weather";
  const Answer read = Cluster::get().http("GET", url, nullptr, {"--cacert", authority.path()});
  CHECK_MESSAGE(read.status == 200, read.explain());

  const std::string before = served_certificate(ns);
  REQUIRE_FALSE(before.empty());
  const Json pod = ns.pods_of("mcp-registry").at(0);
  {
    SteadyReader reader(url, authority.path());
    renew(ns, "mcp-registry");
    wait_exchanged(ns, before);
    reader.end();
    MESSAGE(reader.reads.load() << " reads");
    CHECK_MESSAGE(reader.failures == 0, reader.first_failure);
    CHECK(reader.reads > 20);
  }
  CHECK(ns.get(kCertificate, "mcp-registry").at("status").at("revision") == 2);
  ns.apply(mcptool("forecast"));
  ns.wait_ready(kMcpTool, "forecast", Seconds(180));
  const Json after = ns.pods_of("mcp-registry").at(0);
  CHECK(after.at("metadata").at("uid") == pod.at("metadata").at("uid"));
  CHECK(after.at("status").at("containerStatuses").at(0).at("restartCount") == 0);
  const std::string until = ns.get(kCertificate, "mcp-registry").at("status").at("notAfter");
  wait_until(
      "the Registry tells until when the new certificate is good",
      [&]() -> std::string {
        const Json status = ns.get(kRegistry, "mcp-registry").at("status");
        return status.at("tls").at("notAfter") == until ? "" : status.at("tls").dump();
      },
      Seconds(180));
}
