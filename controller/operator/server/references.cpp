#include "controller/operator/server/references.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "controller/base/base64.hpp"
#include "controller/operator/types.hpp"

namespace toolhive {

namespace {

// The ClusterRole of config/rbac that whoever administers a namespace binds there.
constexpr const char* kSecretsRole = "toolhive-operator-server-secrets";

std::string named(const kube::ResourceType& type, const std::string& ns, const std::string& name) {
  return type.kind + " " + ns + "/" + name;
}

}  // namespace

References::References(const Context& ctx, kube::Client& client, std::string ns, std::string reader)
    : ctx_(ctx), client_(client), ns_(std::move(ns)), reader_(std::move(reader)) {}

References::~References() = default;

StatusOr<std::string> References::secret(const KeyRef& ref, std::size_t limit) {
  StatusOr<std::string> encoded = value(secret_type(), ref, limit * 2);
  if (!encoded.ok()) return encoded;
  const auto decoded = decode_base64(*encoded);
  if (decoded && decoded->size() <= limit) return *decoded;
  return Status(Code::TooLarge, named(secret_type(), ns_, ref.name) + ", key " + ref.key +
                                    ": the value has more than " + std::to_string(limit) + " bytes")
      .with_reason("InvalidServer");
}

StatusOr<std::string> References::config_map(const KeyRef& ref, std::size_t limit) {
  return value(config_map_type(), ref, limit);
}

StatusOr<std::string> References::value(const kube::ResourceType& type, const KeyRef& ref,
                                        std::size_t limit) {
  if (Status opened = open(type, ref.name); !opened.ok()) return opened;
  const std::string where = named(type, ns_, ref.name);
  const auto data = document_->find("data");
  const Json* const found =
      data != document_->end() && data->is_object() && data->contains(ref.key) ? &data->at(ref.key) : nullptr;
  if (!found || !found->is_string())
    return Status(Code::NotFound, where + " has no key " + ref.key + "; add it, or correct spec.server")
        .with_reason(type.kind + "NotFound");
  const auto& text = found->get_ref<const std::string&>();
  if (text.size() <= limit) return text;
  return Status(Code::TooLarge, where + ", key " + ref.key + ": the value is too long")
      .with_reason("InvalidServer");
}

Status References::open(const kube::ResourceType& type, const std::string& name) {
  const std::string wanted = type.kind + "/" + name;
  if (document_ && opened_ == wanted) return {};
  const auto object = client_.get(ctx_, type, {ns_, name});
  if (!object.ok()) return refusal(type, name, object.status());
  document_ = std::make_shared<const Json>(object->json());
  opened_ = wanted;
  return {};
}

Status References::refusal(const kube::ResourceType& type, const std::string& name,
                           const Status& error) const {
  const std::string where = named(type, ns_, name);
  if (error.code() == Code::NotFound)
    return Status(Code::NotFound, where + " does not exist; create it, or correct spec.server")
        .with_reason(type.kind + "NotFound");
  if (error.code() != Code::Forbidden)
    return error.with_context("reading " + where).with_reason(kApiServerTrouble);
  const std::string account = reader_.empty() ? "<namespace>:<service account>" : reader_;
  return Status(Code::Forbidden, "the operator may not read " + where +
                                     "; to allow it in this namespace: kubectl -n " + ns_ +
                                     " create rolebinding " + kSecretsRole +
                                     " --clusterrole=" + kSecretsRole + " --serviceaccount=" + account)
      .with_reason(type.kind + "Forbidden");
}

}  // namespace toolhive
