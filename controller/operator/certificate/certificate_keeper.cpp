#include "controller/operator/certificate/certificate_keeper.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "controller/base/json_access.hpp"
#include "controller/base/log.hpp"
#include "controller/operator/certificate/certificate_chain.hpp"
#include "controller/operator/types.hpp"

namespace toolhive {

namespace {

Json owner_reference(const kube::Object& owner, const kube::ResourceType& type) {
  return {{"apiVersion", type.api_version()}, {"kind", type.kind},  {"name", owner.meta().name},
          {"uid", owner.meta().uid},          {"controller", true}, {"blockOwnerDeletion", true}};
}

bool has_data(const Json& secret) {
  const Json* const data = value_at(secret, "/data");
  return data && data->is_object() && !data->empty();
}

Json declared(const kube::Object& owner, const kube::ResourceType& type, const KeptCertificate& wanted) {
  return {{"metadata",
           {{"namespace", wanted.secret.ns},
            {"name", wanted.secret.name},
            {"labels", wanted.labels},
            {"ownerReferences", Json::array({owner_reference(owner, type)})}}},
          {"type", "Opaque"}};
}

Status taken(const KeptCertificate& wanted) {
  return {Code::NameTaken, "the Secret " + wanted.secret.name +
                               " is not this Registry's; delete or rename it, or choose another source"};
}

bool has_labels(const Json& secret, const StringMap& wanted) {
  const Json* const labels = value_at(secret, "/metadata/labels");
  return labels && labels->is_object() && std::all_of(wanted.begin(), wanted.end(), [&](const auto& label) {
           return string_member(*labels, label.first.c_str()) == label.second;
         });
}

// The Secret as it is, or as it is to be made; an error where it is somebody else's. One that
// others made empty gets no owner: that takes the right to delete it.
StatusOr<Json> secret_to_fill(const std::optional<kube::Object>& found, const kube::Object& owner,
                              const kube::ResourceType& type, const KeptCertificate& wanted) {
  if (!found) return declared(owner, type, wanted);
  Json secret = found->json();
  const kube::OwnerReference* const controller = found->meta().controller();
  if (controller) return controller->uid == owner.meta().uid ? StatusOr<Json>(secret) : taken(wanted);
  if (has_data(secret) && !has_labels(secret, wanted.labels)) return taken(wanted);
  for (const auto& [key, value] : wanted.labels) secret["metadata"]["labels"][key] = value;
  return secret;
}

}  // namespace

StatusOr<std::string> keep_certificate(const Context& ctx, kube::Client& client, const kube::Object& owner,
                                       const kube::ResourceType& owner_type, const KeptCertificate& wanted) {
  auto read = client.get(ctx, secret_type(), wanted.secret);
  if (!read.ok() && read.status().code() != Code::NotFound) return read.status();
  const std::optional<kube::Object> found = read.ok() ? std::optional(*std::move(read)) : std::nullopt;
  auto secret = secret_to_fill(found, owner, owner_type, wanted);
  if (!secret.ok()) return secret.status();
  const Json* const data = value_at(*secret, "/data");
  CertificateChain chain = CertificateChain::parse(data ? *data : Json());
  const auto changed = chain.rotate(wanted.secret.ns + "/" + std::string(owner.meta().name), wanted.dns_names,
                                    ctx.clock.wall());
  if (!changed.ok()) return changed.status();
  if (!*changed) return chain.authorities();
  (*secret)["data"] = chain.secret_data();
  const Status written = found ? client.update(ctx, secret_type(), *secret).status()
                               : client.create(ctx, secret_type(), *secret).status();
  if (!written.ok()) return written;
  log(LogLevel::Info, "wrote the certificate of a registry", {{"secret", wanted.secret.to_string()}});
  return chain.authorities();
}

}  // namespace toolhive
