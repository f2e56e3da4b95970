#include "controller/operator/registry_access.hpp"

#include <utility>

#include "controller/operator/registry_address.hpp"
#include "controller/operator/trusted_authorities.hpp"
#include "controller/operator/untrusted_transport.hpp"

namespace toolhive {

namespace {

// Whether the registry itself said it, if only that it does not want to.
bool is_answer(Code code) {
  switch (code) {
    case Code::Ok:
    case Code::NotFound:
    case Code::AlreadyExists:
    case Code::Conflict:
    case Code::Invalid:
    case Code::Forbidden:
      return true;
    default:
      return false;
  }
}

// A registry behind its circuits.
class GuardedRegistry final : public RegistryApi {
 public:
  GuardedRegistry(std::unique_ptr<RegistryApi> inner, kube::Key key, RegistryCircuit& tools,
                  RegistryCircuit& reports)
      : inner_(std::move(inner)), key_(std::move(key)), tools_(tools), reports_(reports) {}

  StatusOr<RegistryEntry> get(const Context& ctx, const std::string& name,
                              const std::string& version) override {
    return guarded(ctx, tools_, [&] { return inner_->get(ctx, name, version); });
  }
  StatusOr<std::vector<RegistryEntry>> versions(const Context& ctx, const std::string& name) override {
    return guarded(ctx, tools_, [&] { return inner_->versions(ctx, name); });
  }
  StatusOr<RegistryEntry> put(const Context& ctx, const Json& definition) override {
    return guarded(ctx, tools_, [&] { return inner_->put(ctx, definition); });
  }
  StatusOr<std::vector<RegistryEntry>> list_managed(const Context& ctx, const ManagedBy& manager) override {
    return guarded(ctx, tools_, [&] { return inner_->list_managed(ctx, manager); });
  }
  Status withdraw(const Context& ctx, const std::string& name, const ManagedBy& manager) override {
    return guarded_write(ctx, [&] { return inner_->withdraw(ctx, name, manager); });
  }
  Status withdraw_version(const Context& ctx, const std::string& name, const std::string& version,
                          const ManagedBy& manager) override {
    return guarded_write(ctx, [&] { return inner_->withdraw_version(ctx, name, version, manager); });
  }
  Status set_status(const Context& ctx, const std::string& name, const EntryStatus& status,
                    const ManagedBy& manager) override {
    return guarded_write(ctx, [&] { return inner_->set_status(ctx, name, status, manager); });
  }
  StatusOr<ContractComparison> compare(const Context& ctx, const Json& from, const Json& to) override {
    return guarded(ctx, tools_, [&] { return inner_->compare(ctx, from, to); });
  }
  StatusOr<JsonPtr> get_server(const Context& ctx, const std::string& name) override {
    return guarded(ctx, tools_, [&] { return inner_->get_server(ctx, name); });
  }
  Status put_server(const Context& ctx, const Json& server) override {
    return guarded_write(ctx, [&] { return inner_->put_server(ctx, server); });
  }
  Status set_server_status(const Context& ctx, const std::string& name, const std::string& version,
                           ServerStatus status) override {
    return guarded_write(ctx, [&] { return inner_->set_server_status(ctx, name, version, status); });
  }
  StatusOr<ServiceReport> report(const Context& ctx) override {
    auto report = guarded(ctx, reports_, [&] { return inner_->report(ctx); });
    if (report.ok()) tools_.close(key_);
    return report;
  }

 private:
  // Of a call that answers nothing but whether it succeeded.
  template <class Call>
  Status guarded_write(const Context& ctx, Call call) const {
    const auto answered = [&]() -> StatusOr<bool> {
      const Status outcome = call();
      return outcome.ok() ? StatusOr<bool>(true) : outcome;
    };
    return guarded(ctx, tools_, answered).status();
  }
  template <class Call>
  auto guarded(const Context& ctx, RegistryCircuit& circuit, Call call) const -> decltype(call()) {
    auto permit = circuit.enter(ctx, key_);
    if (!permit.ok()) return permit.status();
    auto answer = call();
    const Status outcome = answer.status();
    permit->ended(is_answer(outcome.code()) ? Status() : outcome);
    return answer;
  }

  const std::unique_ptr<RegistryApi> inner_;
  const kube::Key key_;
  RegistryCircuit& tools_;
  RegistryCircuit& reports_;
};

}  // namespace

RegistryAccess::RegistryAccess(std::shared_ptr<kube::Transport> api, MakeToken make_token, ReadConfigMap read,
                               ShowCertificate show)
    : api_(std::move(api)),
      make_token_(std::move(make_token)),
      read_config_map_(std::move(read)),
      show_certificate_(std::move(show)) {}

StatusOr<std::shared_ptr<RegistryApi>> RegistryAccess::open(const kube::Key& registry,
                                                            const RegistryEndpoint& endpoint) {
  std::lock_guard lock(mutex_);
  Opened& opened = opened_[registry];
  if (!opened.client || opened.endpoint != endpoint) {
    auto seen = std::make_shared<SeenCertificate>();
    auto client =
        std::make_shared<GuardedRegistry>(make_client(registry, endpoint, seen), registry, tools_, reports_);
    opened = {endpoint, std::move(seen), std::move(client)};
  }
  return opened.client;
}

std::optional<CertificateSight> RegistryAccess::certificate(const kube::Key& registry) {
  std::lock_guard lock(mutex_);
  const auto found = opened_.find(registry);
  return found == opened_.end() || !found->second.seen ? std::nullopt : found->second.seen->last();
}

std::unique_ptr<RegistryApi> RegistryAccess::make_client(const kube::Key& registry,
                                                         const RegistryEndpoint& endpoint,
                                                         const std::shared_ptr<SeenCertificate>& seen) const {
  const ServedPort& port = served_port(endpoint.authority.has_value());
  if (api_)
    return std::make_unique<RegistryClient>(api_, "/api/v1/namespaces/" + registry.ns + "/services/" +
                                                      port.name + ":" + registry.name + ":" +
                                                      std::to_string(port.number) + "/proxy");
  // With a token for this registry alone at most: it must not be able to act as the operator.
  UntrustedTransport::Bearer bearer;
  if (make_token_ && !endpoint.audience.empty())
    bearer = [make = make_token_, audience = endpoint.audience](const Context& ctx) {
      return make(ctx, audience);
    };
  std::optional<UntrustedTransport::Tls> tls;
  if (endpoint.authority) {
    const auto authorities = std::make_shared<TrustedAuthorities>(
        [read = read_config_map_, map = kube::Key{registry.ns, endpoint.authority->config_map},
         key = endpoint.authority->key](const Context& ctx) { return read(ctx, map, key); },
        seen);
    tls = {[authorities](const Context& ctx) { return authorities->get(ctx); }, seen, show_certificate_};
  }
  return std::make_unique<RegistryClient>(
      std::make_shared<UntrustedTransport>(internal_host(registry), port.number, std::move(bearer),
                                           std::move(tls), idle_),
      "");
}

void RegistryAccess::forget(const kube::Key& registry) {
  {
    std::lock_guard lock(mutex_);
    opened_.erase(registry);
  }
  tools_.forget(registry);
  reports_.forget(registry);
}

}  // namespace toolhive
