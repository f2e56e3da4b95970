#include "controller/operator/registry/tls_state.hpp"

#include <nlohmann/json.hpp>

#include "controller/base/certificate_bundle.hpp"
#include "controller/base/json_access.hpp"
#include "controller/base/time.hpp"
#include "controller/operator/certificate/certificate_keeper.hpp"
#include "controller/operator/config_map_value.hpp"
#include "controller/operator/labels.hpp"
#include "controller/operator/registry/operands.hpp"
#include "controller/operator/registry/tls.hpp"
#include "controller/operator/types.hpp"

namespace toolhive {

namespace {

using Source = RegistryTls::Source;

constexpr const char* kServingCertError = "service.beta.openshift.io/serving-cert-generation-error";
constexpr const char* kServingCertSigned = "service.beta.openshift.io/serving-cert-signed-by";

std::string grant_command(const std::string& ns, const std::string& operator_namespace) {
  const std::string account = operator_namespace.empty() ? "NAMESPACE:ACCOUNT of the operator"
                                                         : operator_namespace + ":" + kOperatorName;
  return "kubectl -n " + ns +
         " create rolebinding toolhive-operator-tls-secrets --clusterrole=toolhive-operator-tls-secrets "
         "--serviceaccount=" +
         account;
}

StatusOr<TlsMaterial> own_certificate(const Context& ctx, kube::Client& client, const kube::Object& owner,
                                      const RegistryInputs& inputs) {
  const KeptCertificate wanted{.secret = {inputs.key.ns, serving_secret(inputs)},
                               .labels = operand_labels(inputs.key.name),
                               .dns_names = serving_names(inputs.key)};
  auto kept = keep_certificate(ctx, client, owner, registry_type(), wanted);
  if (kept.ok()) return TlsMaterial{*std::move(kept), {}};
  if (kept.status().code() == Code::NameTaken)
    return TlsMaterial{{}, ConditionValue::no("CertificateConflict", "spec.tls: " + kept.status().message())};
  if (kept.status().code() != Code::Forbidden) return kept.status();
  return TlsMaterial{{},
                     ConditionValue::no("CertificateForbidden",
                                        "spec.tls.source: the operator may not keep the Secret " +
                                            wanted.secret.name + " here: " + kept.status().message() +
                                            "; whoever administers the namespace allows it with: " +
                                            grant_command(inputs.key.ns, inputs.operator_namespace))};
}

StatusOr<TlsMaterial> known_authorities(const Context& ctx, kube::Client& client,
                                        const RegistryInputs& inputs) {
  const AuthorityRef authority = authority_of(inputs).value_or(AuthorityRef());
  auto found = config_map_value(ctx, client, {inputs.key.ns, authority.config_map}, authority.key);
  if (found.ok()) return TlsMaterial{*std::move(found), {}};
  if (found.status().code() != Code::NotFound) return found.status();
  return TlsMaterial{{},
                     ConditionValue::no("AuthorityNotFound",
                                        "spec.tls.ca.configMapKeyRef: " + found.status().message() +
                                            "; put the certificate of who signs there, in PEM, or correct "
                                            "the reference")};
}

std::optional<ConditionValue> missing_issuer_api(const RegistryInputs& inputs, const Cluster& cluster) {
  if (inputs.spec.tls->source != Source::CertManager || cluster.certificates == kube::Offered::Yes) return {};
  if (cluster.certificates == kube::Offered::No)
    return ConditionValue::no("IssuerAPIMissing",
                              "spec.tls.source: this cluster has no Certificates of cert-manager.io; install "
                              "cert-manager, or choose another source");
  return ConditionValue::unknown(
      "IssuerAPIUnknown", "the API server has not said whether it offers Certificates of cert-manager.io");
}

std::string annotation(const kube::Object* object, const char* name) {
  const Json document = object ? object->json() : Json::object();
  const Json* const annotations = value_at(document, "/metadata/annotations");
  return annotations && annotations->is_object() ? string_member(*annotations, name) : std::string();
}

// Its condition Ready; absent while there is none.
std::optional<runtime::Condition> ready_of(const Json& document) {
  const Json* const conditions = value_at(document, "/status/conditions");
  const auto told = runtime::Conditions::from_json(conditions ? *conditions : Json::array());
  const runtime::Condition* const ready = told.find("Ready");
  return ready ? std::optional(*ready) : std::nullopt;
}

bool is_issued(const std::optional<runtime::Condition>& ready) {
  return ready && ready->status == runtime::ConditionStatus::True;
}

// Of the Certificate's next revision, as cert-manager has named it since 1.13.
std::string request_name(const std::string& certificate, const Json& document) {
  const Json* const revision = value_at(document, "/status/revision");
  const std::int64_t last = revision && revision->is_number_integer() ? revision->get<std::int64_t>() : 0;
  return certificate + "-" + std::to_string(last + 1);
}

// What whoever makes the certificate says of it; absent: nothing.
std::optional<ConditionValue> issuers_word(const RegistryInputs& declared, const LiveOperands& applied,
                                           const std::string& request) {
  if (declared.spec.tls->source == Source::ServiceCA) {
    const kube::Object* const service = find(applied, service_type());
    if (const std::string error = annotation(service, kServingCertError); !error.empty())
      return ConditionValue::no("CertificateRefused", "OpenShift's service CA says: " + error);
    if (annotation(service, kServingCertSigned).empty())
      return ConditionValue::no("CertificateMissing",
                                "OpenShift's service CA has not signed a certificate for the Service; where "
                                "there is none, choose another spec.tls.source");
  }
  if (declared.spec.tls->source == Source::CertManager) {
    const kube::Object* const object = find(applied, certificate_type());
    const Json document = object ? object->json() : Json::object();
    const auto ready = ready_of(document);
    if (!is_issued(ready))
      return ConditionValue::no("CertificateMissing",
                                "cert-manager has not issued the Certificate " + declared.key.name +
                                    (ready ? ": " + ready->message : " yet: it says nothing of it") +
                                    (request.empty() ? "" : "; " + request));
  }
  return {};
}

std::optional<ConditionValue> wrong_authorities(const std::string& text, const std::string& where) {
  const auto read = read_certificate_bundle(text);
  if (read.ok()) return {};
  return ConditionValue::no("ClientAuthorityInvalid",
                            "spec.tls.clientAuthentication.ca: " + where +
                                " is not what it should be: " + read.status().message() +
                                "; put the certificates of who signs for clients there, in PEM");
}

// A Secret is not looked at: the operator has no right to, and the kubelet mounts it.
StatusOr<std::optional<ConditionValue>> wrong_client_authentication(const Context& ctx, kube::Client& client,
                                                                    const RegistryInputs& inputs) {
  std::optional<ConditionValue> wrong;
  if (!asks_for_certificates(inputs.spec)) return wrong;
  if (inputs.operator_namespace.empty()) {
    wrong = ConditionValue::no("OperatorOutsideCluster",
                               "spec.tls.clientAuthentication: this operator runs outside the cluster and "
                               "reaches registries through the API server, which shows them no certificate; "
                               "run it in the cluster, or leave clientAuthentication out");
    return wrong;
  }
  const auto& ref = inputs.spec.tls->client_authentication->config_map;
  if (!ref) return wrong;
  const auto found = config_map_value(ctx, client, {inputs.key.ns, ref->name}, ref->key);
  if (found.ok()) return wrong_authorities(*found, "what the ConfigMap " + ref->name + " has as " + ref->key);
  if (found.status().code() != Code::NotFound) return found.status();
  wrong = ConditionValue::no("ClientAuthorityNotFound",
                             "spec.tls.clientAuthentication.ca.configMapKeyRef: " + found.status().message() +
                                 "; put the certificates of who signs for clients there, in PEM, or correct "
                                 "the reference");
  return wrong;
}

StatusOr<TlsMaterial> serving_material(const Context& ctx, kube::Client& client, const kube::Object& owner,
                                       const RegistryInputs& inputs) {
  switch (inputs.spec.tls->source) {
    case Source::SelfSigned:
      return own_certificate(ctx, client, owner, inputs);
    case Source::ServiceCA:
      return TlsMaterial();
    default:
      return known_authorities(ctx, client, inputs);
  }
}

// The Secret that pods wait for besides.
std::string awaited_client_authority(const RegistryInputs& declared) {
  const auto& clients = declared.spec.tls->client_authentication;
  if (!clients || !clients->secret) return {};
  return ", or for the Secret " + clients->secret->name + " with " + clients->secret->key +
         "; one that ends again and again may not understand that, which its log says";
}

const char* reason_of(CertificateSight::Verdict verdict) {
  switch (verdict) {
    case CertificateSight::Verdict::Expired:
      return "CertificateExpired";
    case CertificateSight::Verdict::WrongName:
      return "CertificateNameMismatch";
    default:
      return "CertificateUntrusted";
  }
}

}  // namespace

StatusOr<TlsMaterial> tls_material(const Context& ctx, kube::Client& client, const Cluster& cluster,
                                   const kube::Object& owner, const RegistryInputs& inputs) {
  if (auto missing = missing_issuer_api(inputs, cluster)) return TlsMaterial{{}, std::move(missing)};
  auto material = serving_material(ctx, client, owner, inputs);
  if (!material.ok() || material->missing) return material;
  auto wrong = wrong_client_authentication(ctx, client, inputs);
  if (!wrong.ok()) return wrong.status();
  material->missing = *std::move(wrong);
  return material;
}

StatusOr<std::string> request_words(const Context& ctx, kube::Client& client, const runtime::Cache& cache,
                                    const Cluster& cluster, const RegistryInputs& inputs) {
  std::string none;
  if (!inputs.spec.tls || inputs.spec.tls->source != Source::CertManager) return none;
  if (cluster.certificates != kube::Offered::Yes) return none;
  const auto made = cache.get(ctx, certificate_type(), inputs.key);
  // What else is wrong with it is told of its write.
  if (!made.ok()) return none;
  const kube::OwnerReference* const owner = made->meta().controller();
  if (!owner || owner->uid != inputs.uid) return none;
  const Json document = made->json();
  if (is_issued(ready_of(document))) return none;
  const std::string name = request_name(inputs.key.name, document);
  const auto request = client.get(ctx, certificate_request_type(), {inputs.key.ns, name});
  if (request.status().code() == Code::Cancelled) return request.status();
  // It only explains; what depends on it is told without.
  if (!request.ok()) return none;
  const auto ready = ready_of(request->json());
  if (!ready || ready->message.empty()) return none;
  return "of its CertificateRequest " + name + " it says: " + ready->message;
}

ConditionValue tls_ready(const RegistryInputs& declared, const LiveOperands& applied,
                         const std::string& request, bool pods_serve,
                         const std::optional<CertificateSight>& seen) {
  const std::string secret = serving_secret(declared);
  if (seen && pods_serve) {
    if (seen->verdict == CertificateSight::Verdict::Trusted)
      return ConditionValue::yes("CertificateVerified",
                                 "the registry serves a certificate that its authority vouches for, until " +
                                     to_rfc3339(seen->not_after));
    const AuthorityRef authority = authority_of(declared).value_or(AuthorityRef());
    return ConditionValue::no(reason_of(seen->verdict),
                              "the certificate of the Secret " + secret + " is not trusted: " + seen->detail +
                                  "; it is to be for " + internal_host(declared.key) +
                                  " and signed by what the ConfigMap " + authority.config_map + " has as " +
                                  authority.key);
  }
  if (auto word = issuers_word(declared, applied, request)) return *word;
  if (!pods_serve)
    return ConditionValue::unknown(
        "NotServing", "no pod serves yet; one that stays at ContainerCreating waits for the Secret " +
                          secret + " with tls.crt and tls.key" + awaited_client_authority(declared));
  return ConditionValue::unknown("NotVerified",
                                 "the operator has not seen the registry's certificate so far");
}

}  // namespace toolhive
