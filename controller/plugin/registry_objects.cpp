#include "controller/plugin/registry_objects.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "controller/base/json_access.hpp"
#include "controller/operator/label/label_names.hpp"
#include "controller/plugin/kinds.hpp"

namespace toolhive::plugin {

namespace {

// What every cluster has: asked for at once.
constexpr const char* kBuiltIn =
    "deployments.apps,pods,persistentvolumeclaims,services,serviceaccounts,configmaps,"
    "networkpolicies.networking.k8s.io,poddisruptionbudgets.policy,horizontalpodautoscalers.autoscaling,"
    "ingresses.networking.k8s.io";
constexpr const char* kOptional[] = {"routes.route.openshift.io", "httproutes.gateway.networking.k8s.io",
                                     "servicemonitors.monitoring.coreos.com",
                                     "prometheusrules.monitoring.coreos.com"};

std::string namespace_of(const Json& object) {
  return text_at(object, "/metadata/namespace");
}

std::string name_of_object(const Json& object) {
  return text_at(object, "/metadata/name");
}

void append(std::vector<Json>& to, std::vector<Json> some) {
  std::move(some.begin(), some.end(), std::back_inserter(to));
}

// Reads objects for many registries, and keeps in mind what the cluster has none of.
class Reader {
 public:
  explicit Reader(const Session& session) : session_(session) {}

  void read_shared() {
    tools_ = all_or_own(kMcpTools);
    backups_ = all_or_own(kBackups);
  }

  RegistryObjects read(const Json& registry) {
    RegistryObjects objects{.registry = std::make_shared<const Json>(registry), .gaps = gaps_};
    read_operands(registry, objects);
    std::copy_if(tools_.begin(), tools_.end(), std::back_inserter(objects.tools),
                 [&](const Json& tool) { return registers_in(tool, registry); });
    std::copy_if(backups_.begin(), backups_.end(), std::back_inserter(objects.backups),
                 [&](const Json& backup) {
                   return namespace_of(backup) == namespace_of(registry) &&
                          text_at(backup, "/spec/registryRef/name") == name_of_object(registry);
                 });
    return objects;
  }

 private:
  // Of all namespaces, or where that is not allowed of the one that is meant.
  std::vector<Json> all_or_own(const char* kind) {
    StatusOr<std::vector<Json>> all = session_.kubectl.list(session_.ctx, {kind, "--all-namespaces"});
    if (!all.ok() && all.status().code() == Code::Forbidden) {
      all = session_.kubectl.list(session_.ctx, {kind});
      if (all.ok()) gaps_.push_back(std::string(kind) + " of other namespaces may not be read");
    }
    return kept(std::move(all), gaps_);
  }

  void read_operands(const Json& registry, RegistryObjects& objects) {
    append(objects.operands, kept(labelled(kBuiltIn, registry), objects.gaps));
    for (const char*& kind : optional_) {
      if (kind == nullptr) continue;
      StatusOr<std::vector<Json>> found = labelled(kind, registry);
      if (!found.ok() && found.status().code() == Code::NotFound)
        kind = nullptr;
      else
        append(objects.operands, kept(std::move(found), objects.gaps));
    }
  }

  StatusOr<std::vector<Json>> labelled(const char* kinds, const Json& registry) const {
    const std::string selector = std::string(kNameLabel) + "=" + kRegistryApplication + "," + kInstanceLabel +
                                 "=" + name_of_object(registry);
    return session_.kubectl.list(session_.ctx,
                                 {kinds, "--namespace=" + namespace_of(registry), "--selector=" + selector});
  }

  // A kind that is not offered is no gap.
  static std::vector<Json> kept(StatusOr<std::vector<Json>> found, std::vector<std::string>& gaps) {
    if (found.ok()) return std::move(*found);
    if (found.status().code() != Code::NotFound) gaps.push_back(found.status().message());
    return {};
  }

  const Session& session_;
  std::vector<const char*> optional_{std::begin(kOptional), std::end(kOptional)};
  std::vector<Json> tools_;
  std::vector<Json> backups_;
  std::vector<std::string> gaps_;
};

}  // namespace

bool registers_in(const Json& tool, const Json& registry) {
  const std::string ns = text_at(tool, "/spec/registryRef/namespace");
  return text_at(tool, "/spec/registryRef/name") == name_of_object(registry) &&
         (ns.empty() ? namespace_of(tool) : ns) == namespace_of(registry);
}

std::string full_name(const Json& object) {
  return namespace_of(object) + "/" + name_of_object(object);
}

std::vector<RegistryObjects> read_objects(const Session& session, const std::vector<Json>& registries) {
  Reader reader(session);
  if (!registries.empty()) reader.read_shared();
  std::vector<RegistryObjects> all;
  all.reserve(registries.size());
  for (const Json& registry : registries) all.push_back(reader.read(registry));
  return all;
}

}  // namespace toolhive::plugin
