// spec.tls of a Registry: what it makes of the operands, and what is told of it.
#include <doctest/doctest.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "controller/operator/certificate/issue.hpp"
#include "controller/operator/mcptool/target.hpp"
#include "controller/operator/registry/decide.hpp"
#include "controller/operator/registry/status.hpp"
#include "controller/operator/registry/tls.hpp"
#include "controller/operator/registry/tls_state.hpp"
#include "controller/operator/types.hpp"
#include "controller/testing/fake_api.hpp"
#include "controller/testing/simulated_clock.hpp"
#include "registry/config/config.hpp"
#include "test/unit/operator/make.hpp"

namespace {

using namespace toolhive;
using namespace toolhive::test;
using kube::Offered;
using Verdict = CertificateSight::Verdict;

const Json kSelfSigned = {{"tls", {{"source", "SelfSigned"}}}};
const Json kServiceCA = {{"tls", {{"source", "ServiceCA"}}}};
const Json kOfTheirs = {{"tls",
                         {{"source", "Secret"},
                          {"secretRef", {{"name", "theirs"}}},
                          {"ca", {{"configMapKeyRef", {{"name", "trust"}, {"key", "bundle.pem"}}}}}}}};
const Json kCertManager = {{"tls",
                            {{"source", "CertManager"},
                             {"issuerRef", {{"name", "company"}, {"kind", "ClusterIssuer"}}},
                             {"ca", {{"configMapKeyRef", {{"name", "trust"}, {"key", "bundle.pem"}}}}}}}};

Json asking_for_certificates(const Json& ca = {{"configMapKeyRef", {{"name", "clients"}}}}) {
  return {{"tls", {{"source", "SelfSigned"}, {"clientAuthentication", {{"ca", ca}}}}},
          {"exposure", {{"type", "None"}}},
          {"monitoring", {{"clientCertificateSecretRef", {{"name", "scraper"}}}}}};
}

RegistryInputs signed_inputs(const Json& spec = kSelfSigned) {
  RegistryInputs made = inputs(spec);
  made.authorities = "PEM of the authority\n";
  return made;
}

Json server_file(const RegistryInputs& made) {
  return Json::parse(at(server_config_map(made), "/data/server.json").get<std::string>());
}

struct Material {
  TlsMaterial of(const Json& spec, Offered certificates = Offered::Yes) {
    const Context ctx{{}, TimePoint::max(), clock, {}};
    const auto found =
        tls_material(ctx, api, Cluster{.certificates = certificates}, mcp_registry(), inputs(spec));
    REQUIRE_MESSAGE(found.ok(), found.status());
    return *found;
  }
  std::string reason_of(const Json& spec, Offered certificates = Offered::Yes) {
    const TlsMaterial found = of(spec, certificates);
    return found.missing ? found.missing->reason : "";
  }
  void put_trust() {
    api.put(config_map_type(), {{"metadata", {{"namespace", "mcp"}, {"name", "trust"}}},
                                {"data", {{"bundle.pem", "PEM"}, {"empty", ""}}}});
  }

  void put_clients(const Json& data) {
    api.put(config_map_type(), {{"metadata", {{"namespace", "mcp"}, {"name", "clients"}}}, {"data", data}});
  }

  testing::FakeApi api;
  testing::SimulatedClock clock;
};

std::string authority_of_clients() {
  return make_authority("clients", {WallTime{}, WallTime{} + std::chrono::hours(1)}).value().certificate;
}

std::optional<CertificateSight> sight(Verdict verdict, const std::string& detail = "") {
  return CertificateSight{verdict, std::chrono::sys_days(std::chrono::year{2026} / 3 / 1), detail};
}

kube::Object named(Json document) {
  document["metadata"]["name"] = "mcp-registry";
  document["apiVersion"] = "v1";
  document["kind"] = "Any";
  return *kube::Object::from(document);
}

// A pass that carried out what `spec` declares.
struct TlsTold {
  explicit TlsTold(const Json& spec) {
    observed.inputs = inputs(spec);
    outcome.declared = inputs(spec);
  }
  Json status(const std::optional<CertificateSight>& seen = {}, const Json& before = Json::object()) {
    RegistryReport report = report_of(observed, outcome, WallTime{});
    report.rollout.available = ConditionValue::yes("Serving", "");
    report.rollout.ready_replicas = 1;
    report_tls(observed, outcome, seen, report);
    return registry_status(before, report, WallTime{});
  }
  static std::string condition(const Json& status, const char* type = "TLSReady") {
    for (const Json& one : status.at("conditions"))
      if (one.at("type") == type)
        return one.at("status").get<std::string>() + " " + one.at("reason").get<std::string>();
    return "";
  }

  RegistryObservation observed{
      .object = mcp_registry(), .status = std::make_shared<const Json>(), .inputs = inputs()};
  RegistryOutcome outcome;
};

}  // namespace

TEST_SUITE_BEGIN("TLS of a Registry");

TEST_CASE(
    "with TLS everything that speaks to the registry does so at the TLS port, and nothing at the other") {
  const RegistryInputs made = signed_inputs();
  CHECK(server_file(made).at("port") == 8443);
  CHECK(server_file(made).at("tls") ==
        Json{{"certFile", "/etc/mcp-registry/tls/tls.crt"}, {"keyFile", "/etc/mcp-registry/tls/tls.key"}});
  CHECK(at(service(made), "/spec/ports") == Json::array({{{"name", "https"},
                                                          {"port", 8443},
                                                          {"protocol", "TCP"},
                                                          {"targetPort", "https"},
                                                          {"appProtocol", "https"}}}));
  const Json container = at(deployment(made), "/spec/template/spec/containers/0");
  CHECK(container.at("ports") ==
        Json::array({{{"name", "https"}, {"containerPort", 8443}, {"protocol", "TCP"}}}));
  for (const char* probe : {"startupProbe", "livenessProbe", "readinessProbe"}) {
    CHECK(at(container.at(probe), "/httpGet/scheme") == "HTTPS");
    CHECK(at(container.at(probe), "/httpGet/port") == "https");
  }
  CHECK(at(network_policy(made), "/spec/ingress/0/ports/0/port") == 8443);
  CHECK(at(ingress(made), "/spec/rules/0/http/paths/0/backend/service/port/name") == "https");
  CHECK(at(http_route(made), "/spec/rules/0/backendRefs/0/port") == 8443);
  CHECK(at(service_monitor(made), "/spec/endpoints/0") ==
        Json{{"port", "https"},
             {"path", "/metrics"},
             {"interval", "30s"},
             {"scheme", "https"},
             {"tlsConfig",
              {{"ca", {{"configMap", {{"name", "mcp-registry-ca"}, {"key", "ca.crt"}}}}},
               {"serverName", "mcp-registry.mcp.svc"}}}});
  CHECK(at(route(made), "/spec/port/targetPort") == "https");
  CHECK(at(route(made), "/spec/tls") == Json{{"termination", "reencrypt"},
                                             {"insecureEdgeTerminationPolicy", "Redirect"},
                                             {"destinationCACertificate", "PEM of the authority\n"}});
}

TEST_CASE("without TLS nothing of it is there") {
  const RegistryInputs plain = inputs();
  CHECK_FALSE(server_file(plain).contains("tls"));
  CHECK(at(service(plain), "/spec/ports/0/port") == 8080);
  CHECK_FALSE(has(service(plain), "/metadata/annotations"));
  CHECK(at(deployment(plain), "/spec/template/spec/volumes").size() == 4);
  CHECK(at(route(plain), "/spec/tls/termination") == "edge");
  CHECK_FALSE(has(service_monitor(plain), "/spec/endpoints/0/scheme"));
  CHECK(endpoint_of(plain) == RegistryEndpoint());
  CHECK(serving_secret(plain).empty());
}

TEST_CASE("the pod has the certificate and its key, and nothing else of the Secret") {
  for (const auto& [spec, secret] :
       {std::pair{kSelfSigned, "mcp-registry-tls"}, std::pair{kOfTheirs, "theirs"},
        std::pair{kServiceCA, "mcp-registry-serving-cert"},
        std::pair{kCertManager, "mcp-registry-serving-cert"}}) {
    const Json pod = at(deployment(signed_inputs(spec)), "/spec/template/spec");
    CHECK(pod.at("volumes").back().at("secret") ==
          Json{{"secretName", secret},
               {"defaultMode", 0440},
               {"items", Json::array({{{"key", "tls.crt"}, {"path", "tls.crt"}},
                                      {{"key", "tls.key"}, {"path", "tls.key"}}})}});
    CHECK(at(pod, "/containers/0/volumeMounts").back() ==
          Json{{"name", "tls"}, {"mountPath", "/etc/mcp-registry/tls"}, {"readOnly", true}});
  }
}

TEST_CASE(
    "a registry that asks for certificates knows the user's authorities and the operator's certificates") {
  RegistryInputs made = signed_inputs(asking_for_certificates());
  made.operator_certificates = "PEM of the operator\n";
  CHECK(at(server_file(made), "/tls/clientCAFiles") ==
        Json::array({"/etc/mcp-registry/client-authorities/ca.crt",
                     "/etc/mcp-registry/server/operator-certificates.crt"}));
  CHECK(at(server_config_map(made), "/data/operator-certificates.crt") == "PEM of the operator\n");
  const Json pod = at(deployment(made), "/spec/template/spec");
  CHECK(pod.at("volumes").back() ==
        Json{{"name", "client-authorities"},
             {"configMap",
              {{"name", "clients"}, {"items", Json::array({{{"key", "ca.crt"}, {"path", "ca.crt"}}})}}}});
  CHECK(at(pod, "/containers/0/volumeMounts").back() ==
        Json{{"name", "client-authorities"},
             {"mountPath", "/etc/mcp-registry/client-authorities"},
             {"readOnly", true}});
  const Json secret = deployment(signed_inputs(
      asking_for_certificates({{"secretKeyRef", {{"name", "theirs"}, {"key", "bundle.pem"}}}})));
  CHECK(
      at(secret, "/spec/template/spec/volumes").back().at("secret") ==
      Json{{"secretName", "theirs"}, {"items", Json::array({{{"key", "bundle.pem"}, {"path", "ca.crt"}}})}});
}

TEST_CASE("the service reads what the operator writes of clients' certificates, and asks for them") {
  RegistryInputs made = signed_inputs(asking_for_certificates());
  made.operator_certificates = "PEM\n";
  const auto read =
      registry::parse_server_config(at(server_config_map(made), "/data/server.json").get<std::string>());
  REQUIRE(read.ok());
  CHECK(read->tls_client_authorities.size() == 2);
}

TEST_CASE("Prometheus shows the certificate that the Registry names for it") {
  const Json scrape =
      at(service_monitor(signed_inputs(asking_for_certificates())), "/spec/endpoints/0/tlsConfig");
  CHECK(scrape.at("cert") == Json{{"secret", {{"name", "scraper"}, {"key", "tls.crt"}}}});
  CHECK(scrape.at("keySecret") == Json{{"name", "scraper"}, {"key", "tls.key"}});
  CHECK(scrape.at("ca").at("configMap").at("name") == "mcp-registry-ca");
}

TEST_CASE("another certificate of the operator restarts no pod") {
  RegistryInputs made = signed_inputs(asking_for_certificates());
  made.operator_certificates = "old";
  RegistryInputs other = made;
  other.operator_certificates = "old and new";
  CHECK(deployment(made) == deployment(other));
  CHECK(server_config_map(made) != server_config_map(other));
  // To ask for certificates at all is another matter.
  CHECK(config_checksum(made) != config_checksum(signed_inputs()));
}

TEST_CASE("another authority restarts no pod") {
  RegistryInputs other = signed_inputs();
  other.authorities = "PEM of another\n";
  CHECK(deployment(signed_inputs()) == deployment(other));
  CHECK(authority_config_map(signed_inputs()) != authority_config_map(other));
}

TEST_CASE("authorities are published by the operator where it or OpenShift signs") {
  const auto presence = [](const Json& spec) {
    for (const Operand& operand : operands())
      if (operand.intent == authority_config_map) return operand.presence(inputs(spec), Cluster{});
    return Presence::Untouched;
  };
  CHECK(presence(Json::object()) == Presence::Removed);
  CHECK(presence(kSelfSigned) == Presence::Applied);
  CHECK(presence(kServiceCA) == Presence::Applied);
  CHECK(presence(kOfTheirs) == Presence::Removed);
  CHECK(presence(kCertManager) == Presence::Removed);
  CHECK(at(authority_config_map(signed_inputs()), "/data") == Json{{"ca.crt", "PEM of the authority\n"}});
  const Json injected = authority_config_map(inputs(kServiceCA));
  CHECK(at(injected, "/metadata/annotations") == Json{{"service.beta.openshift.io/inject-cabundle", "true"}});
  CHECK_FALSE(injected.contains("data"));
  CHECK(authority_of(inputs(kServiceCA)) == AuthorityRef{"mcp-registry-ca", "service-ca.crt"});
  CHECK(authority_of(inputs(kOfTheirs)) == AuthorityRef{"trust", "bundle.pem"});
}

TEST_CASE(
    "OpenShift's service CA is asked by an annotation of the Service, and trusted by the router anyway") {
  CHECK(at(service(inputs(kServiceCA)), "/metadata/annotations") ==
        Json{{"service.beta.openshift.io/serving-cert-secret-name", "mcp-registry-serving-cert"}});
  CHECK(at(route(inputs(kServiceCA)), "/spec/tls") ==
        Json{{"termination", "reencrypt"}, {"insecureEdgeTerminationPolicy", "Redirect"}});
}

TEST_CASE("cert-manager is asked for a certificate while it is its to make, and where it is") {
  const Json asked = certificate(inputs(kCertManager));
  CHECK(at(asked, "/spec/secretName") == "mcp-registry-serving-cert");
  CHECK(at(asked, "/spec/dnsNames/0") == "mcp-registry.mcp.svc");
  CHECK(at(asked, "/spec/issuerRef") ==
        Json{{"name", "company"}, {"kind", "ClusterIssuer"}, {"group", "cert-manager.io"}});
  const auto presence = [](const Json& spec, Offered offered) {
    return row(certificate_type()).presence(inputs(spec), Cluster{.certificates = offered});
  };
  CHECK(presence(kCertManager, Offered::Yes) == Presence::Applied);
  CHECK(presence(kSelfSigned, Offered::Yes) == Presence::Removed);
  CHECK(presence(kCertManager, Offered::No) == Presence::Untouched);
}

TEST_CASE("what TLS lacks is found before anything is changed, with the cause and what to do") {
  Material m;
  CHECK(m.reason_of(kOfTheirs) == "AuthorityNotFound");
  m.put_trust();
  CHECK(m.of(kOfTheirs).authorities == "PEM");
  CHECK(m.reason_of(kOfTheirs) == "");
  Json empty = kOfTheirs;
  empty["tls"]["ca"]["configMapKeyRef"]["key"] = "empty";
  CHECK(m.reason_of(empty) == "AuthorityNotFound");
  CHECK(m.reason_of(kCertManager) == "");
  CHECK(m.reason_of(kCertManager, Offered::No) == "IssuerAPIMissing");
  CHECK(m.reason_of(kCertManager, Offered::Unknown) == "IssuerAPIUnknown");
  CHECK(m.reason_of(kServiceCA) == "");
  CHECK(m.api.size(secret_type()) == 0);
  CHECK(m.of(kSelfSigned).authorities.find("BEGIN CERTIFICATE") != std::string::npos);
  CHECK(m.api.size(secret_type()) == 1);
}

TEST_CASE(
    "authorities of clients that nobody could be known by are refused with the cause, before anything "
    "changes") {
  Material m;
  const Json asking = asking_for_certificates();
  CHECK(m.reason_of(asking) == "ClientAuthorityNotFound");
  for (const char* empty : {"", "another"}) {
    m.put_clients({{*empty ? empty : "ca.crt", ""}});
    CHECK(m.reason_of(asking) == "ClientAuthorityNotFound");
  }
  const std::string good = authority_of_clients();
  std::string many;
  for (int i = 0; i < 257; ++i) many += good;
  for (const std::string& wrong :
       {std::string("nobody"), good + "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", many,
        good.substr(0, good.size() / 2)}) {
    m.put_clients({{"ca.crt", wrong}});
    CHECK(m.reason_of(asking) == "ClientAuthorityInvalid");
  }
  const TlsMaterial found = m.of(asking);
  CHECK(
      found.missing->message ==
      "spec.tls.clientAuthentication.ca: what the ConfigMap clients has as ca.crt is not what it should be: "
      "certificate 1 in it cannot be read; put the certificates of who signs for clients there, in PEM");
  // The certificate that is served is kept all the same.
  CHECK_FALSE(found.authorities.empty());
  m.put_clients({{"ca.crt", good + good}});
  CHECK(m.reason_of(asking) == "");
}

TEST_CASE("an operator outside the cluster, which can show no certificate, says so") {
  Material m;
  m.put_clients({{"ca.crt", authority_of_clients()}});
  RegistryInputs outside = inputs(asking_for_certificates());
  outside.operator_namespace.clear();
  const Context ctx{{}, TimePoint::max(), m.clock, {}};
  const auto found = tls_material(ctx, m.api, {}, mcp_registry(), outside);
  REQUIRE(found.ok());
  REQUIRE(found->missing);
  CHECK(found->missing->reason == "OperatorOutsideCluster");
  outside.spec.tls->client_authentication.reset();
  CHECK_FALSE(tls_material(ctx, m.api, {}, mcp_registry(), outside)->missing);
}

TEST_CASE("the Secret with the authorities of clients is not read, and named while pods may wait for it") {
  Material m;
  m.put_trust();
  const Json spec = asking_for_certificates({{"secretKeyRef", {{"name", "clients"}}}});
  Json of_theirs = kOfTheirs;
  of_theirs["tls"]["clientAuthentication"] = spec.at("tls").at("clientAuthentication");
  CHECK(m.reason_of(of_theirs) == "");
  CHECK(m.api.count("GET secrets") == 0);
  CHECK(tls_ready(inputs(spec), {}, {}, false, {}).message.find("or for the Secret clients with ca.crt") !=
        std::string::npos);
}

TEST_CASE("no Secret is read but the one that the operator keeps") {
  Material m;
  m.put_trust();
  for (const Json& spec : {kOfTheirs, kCertManager, kServiceCA}) m.of(spec);
  CHECK(m.api.count("GET secrets") == 0);
}

TEST_CASE("without the right to keep the Secret the command that gives it is told") {
  Material m;
  m.api.fail_with([](const kube::ApiCall& call) {
    return call.type == secret_type() ? Status(Code::Forbidden, "no right") : Status();
  });
  const TlsMaterial found = m.of(kSelfSigned);
  REQUIRE(found.missing);
  CHECK(found.missing->reason == "CertificateForbidden");
  CHECK(found.missing->message.find("no right") != std::string::npos);
  CHECK(found.missing->message.find("kubectl -n mcp create rolebinding toolhive-operator-tls-secrets "
                                    "--clusterrole=toolhive-operator-tls-secrets "
                                    "--serviceaccount=toolhive-system:toolhive-operator") !=
        std::string::npos);
  m.api.fail_with({});
  m.api.put(secret_type(), {{"metadata", {{"namespace", "mcp"}, {"name", "mcp-registry-tls"}}},
                            {"data", {{"password", "eA=="}}}});
  CHECK(m.reason_of(kSelfSigned) == "CertificateConflict");
}

TEST_CASE("a Registry whose TLS lacks something goes on as it was accepted last") {
  TlsTold t(kSelfSigned);
  t.observed.tls_missing = ConditionValue::no("CertificateForbidden", "no right");
  const RegistryPlan plan = decide(t.observed, inputs());
  REQUIRE(plan.refused);
  CHECK(plan.refused->reason == "CertificateForbidden");
  REQUIRE(plan.accepted);
  CHECK_FALSE(plan.accepted->spec.tls);
}

TEST_CASE(
    "authorities are exchanged while a newer spec is refused, as long as they are the same Registry's") {
  TlsTold t(kSelfSigned);
  t.observed.inputs.authorities = "new";
  t.observed.restore_pending = ConditionValue::no("AnyReason", "");
  CHECK(decide(t.observed, signed_inputs()).accepted->authorities == "new");
  CHECK(decide(t.observed, signed_inputs(kOfTheirs)).accepted->authorities != "new");
}

TEST_CASE(
    "the operator's certificates are exchanged while a newer spec is refused, where they are asked for") {
  TlsTold t(asking_for_certificates());
  t.observed.inputs.operator_certificates = "new";
  t.observed.restore_pending = ConditionValue::no("AnyReason", "");
  CHECK(decide(t.observed, signed_inputs(asking_for_certificates())).accepted->operator_certificates ==
        "new");
  CHECK(decide(t.observed, signed_inputs()).accepted->operator_certificates.empty());
}

TEST_CASE("without an identity of the operator a registry does not begin to ask for certificates") {
  TlsTold t(asking_for_certificates());
  t.observed.identity = Status(Code::Forbidden, "the Secret x: may not");
  const RegistryPlan plan = decide(t.observed, inputs());
  REQUIRE(plan.refused);
  CHECK(plan.refused->reason == "OperatorIdentityUnavailable");
  CHECK(plan.refused->message.starts_with("spec.tls.clientAuthentication: "));
}

TEST_CASE("TLSReady says what the operator saw of the certificate, and why it is not trusted") {
  const RegistryInputs made = signed_inputs();
  const auto told = [&](const std::optional<CertificateSight>& seen, bool serve = true) {
    return tls_ready(made, {}, "", serve, seen);
  };
  CHECK(told(sight(Verdict::Trusted)) ==
        ConditionValue::yes("CertificateVerified",
                            "the registry serves a certificate that its authority vouches for, "
                            "until 2026-03-01T00:00:00Z"));
  CHECK(told(sight(Verdict::Expired, "expired")).reason == "CertificateExpired");
  CHECK(told(sight(Verdict::WrongName, "name")).reason == "CertificateNameMismatch");
  const ConditionValue untrusted = told(sight(Verdict::Untrusted, "unknown signer"));
  CHECK(untrusted.reason == "CertificateUntrusted");
  CHECK(untrusted.status == runtime::ConditionStatus::False);
  CHECK(untrusted.message.find("unknown signer") != std::string::npos);
  CHECK(untrusted.message.find("mcp-registry-ca") != std::string::npos);
  CHECK(told({}).reason == "NotVerified");
  CHECK(told({}, false).reason == "NotServing");
  CHECK(told(sight(Verdict::Trusted), false).reason == "NotServing");
}

TEST_CASE("what OpenShift's service CA and cert-manager say is told until the certificate is seen") {
  const auto told = [](const Json& spec, const LiveOperands& applied, const std::string& request = "") {
    return tls_ready(inputs(spec), applied, request, false, {});
  };
  const auto annotated = [](const char* name) {
    return LiveOperands{
        {service_type(),
         named({{"metadata",
                 {{"annotations", {{std::string("service.beta.openshift.io/") + name, "word"}}}}}})}};
  };
  CHECK(told(kServiceCA, annotated("else")).reason == "CertificateMissing");
  CHECK(told(kServiceCA, annotated("serving-cert-generation-error")).reason == "CertificateRefused");
  CHECK(told(kServiceCA, annotated("serving-cert-signed-by")).reason == "NotServing");
  const auto issued = [](const char* status) {
    return LiveOperands{
        {certificate_type(),
         named({{"status",
                 {{"conditions", Json::array({{{"type", "Ready"},
                                               {"status", status},
                                               {"reason", "DoesNotExist"},
                                               {"message", "the issuer is not there"}}})}}}})}};
  };
  CHECK(told(kCertManager, {}).reason == "CertificateMissing");
  const ConditionValue waiting = told(kCertManager, issued("False"));
  CHECK(waiting.reason == "CertificateMissing");
  CHECK(waiting.message.find("the issuer is not there") != std::string::npos);
  const std::string request = "of its CertificateRequest it says: no such Issuer";
  CHECK(told(kCertManager, issued("False"), request).message.ends_with("is not there; " + request));
  CHECK(told(kCertManager, {}, request).message.ends_with("it says nothing of it; " + request));
  CHECK(told(kCertManager, issued("True")).reason == "NotServing");
}

TEST_CASE("the status says whom to trust, until when, and where the registry is reached") {
  TlsTold t(kSelfSigned);
  const Json status = t.status(sight(Verdict::Trusted));
  CHECK(status.at("internalURL") == "https://mcp-registry.mcp.svc:8443");
  CHECK(status.at("tls") == Json{{"authority", {{"configMap", "mcp-registry-ca"}, {"key", "ca.crt"}}},
                                 {"notAfter", "2026-03-01T00:00:00Z"}});
  CHECK(TlsTold::condition(status) == "True CertificateVerified");
  const Json expired = t.status(sight(Verdict::Expired, "expired"), status);
  CHECK(at(expired, "/tls/notAfter") == "2026-03-01T00:00:00Z");
  CHECK(TlsTold::condition(expired) == "False CertificateExpired");
  CHECK(TlsTold::condition(expired, "Degraded") == "True CertificateExpired");
  // Nothing is known of what is declared: what was told stays.
  TlsTold unknown(kSelfSigned);
  unknown.outcome.declared.reset();
  CHECK(unknown.status({}, status).at("tls") == status.at("tls"));
  CHECK(TlsTold::condition(unknown.status({}, status)) == "True CertificateVerified");
  CHECK(unknown.status({}, status).at("internalURL") == status.at("internalURL"));
  // Plain again.
  const Json plain = TlsTold(Json::object()).status({}, status);
  CHECK_FALSE(plain.contains("tls"));
  CHECK(TlsTold::condition(plain).empty());
  CHECK(plain.at("internalURL") == "http://mcp-registry.mcp.svc:8080");
}

TEST_CASE("why TLS is refused is told as TLSReady as well, while plain HTTP is served") {
  TlsTold t(kSelfSigned);
  t.outcome.declared = inputs();
  t.observed.tls_missing = ConditionValue::no("CertificateForbidden", "no right");
  const Json status = t.status();
  CHECK(TlsTold::condition(status) == "False CertificateForbidden");
  CHECK_FALSE(status.contains("tls"));
  CHECK(status.at("internalURL") == "http://mcp-registry.mcp.svc:8080");
}

TEST_CASE("an MCPTool's registry is spoken to as its status says that it serves") {
  CHECK_FALSE(target_of(mcp_registry({{"spec", kSelfSigned}})).endpoint.authority);
  const kube::Object served = mcp_registry(
      {{"status", {{"tls", {{"authority", {{"configMap", "mcp-registry-ca"}, {"key", "ca.crt"}}}}}}}});
  CHECK(target_of(served).endpoint.authority == AuthorityRef{"mcp-registry-ca", "ca.crt"});
  CHECK(concerns_tools({.type = runtime::Change::Type::Updated, .before = mcp_registry(), .after = served}));
}

TEST_SUITE_END();
