#include "controller/operator/registry/operand_writer.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "controller/operator/registry/operands.hpp"
#include "controller/operator/types.hpp"

namespace toolhive {

using kube::ResourceType;

namespace {

// The API server says so only in words and in a cause without a code of its own.
bool namespace_ends(const Status& error) {
  return error.code() == Code::Forbidden &&
         error.message().find("because it is being terminated") != std::string::npos;
}

// An answer that tells of more than a busy moment, such as an admission webhook that cannot be called. It may last, so the
// user should read of it; a server that is away (503) could not be told the status either.
bool server_failed(const Status& error) {
  return error.http_status() == 500 && !is_refusal(error);
}

class Writer {
 public:
  Writer(const Context& ctx, runtime::Applier& applier, const kube::Object& owner)
      : ctx_(ctx), applier_(applier), owner_(owner) {}

  // One operand's trouble is no reason to leave the next as it is, unless the API server itself is away.
  bool stopped() const {
    const bool waits = written.retry.ok() || written.retry.code() == Code::Conflict;
    return !waits || written.namespace_ends;
  }

  // `replace`: how the object goes that can only be made anew, see Applier::Options.
  std::optional<kube::Object> apply(const ResourceType& type, Json intent,
                                    const char* replace = "Background") {
    if (stopped()) return {};
    auto object = applier_.apply(ctx_, type, owner_, std::move(intent), {.owned = true, .replace = replace});
    if (object.ok()) return *object;
    sort(type, object.status());
    return {};
  }

  void remove(const ResourceType& type, const kube::Key& key) {
    if (stopped()) return;
    const Status removed = applier_.remove(ctx_, type, owner_, key);
    if (!removed.ok()) sort(type, removed);
  }

  void apply_claim(const RegistryInputs& inputs) {
    if (stopped()) return;
    auto claim =
        applier_.apply(ctx_, claim_type(), owner_, persistent_volume_claim(inputs), {.owned = false});
    if (claim.ok()) {
      written.claim = *claim;
      return;
    }
    const Status& error = claim.status();
    const bool waits = error.code() == Code::Conflict && error.reason() != runtime::Applier::kNameConflict;
    // The API server's word for a class that does not allow expansion, and for a quota.
    if (error.code() == Code::Forbidden && !namespace_ends(error)) {
      written.storage = Finding::no("ClaimRefused", error.message());
    } else if (!waits) {
      sort(claim_type(), error);
    }
  }

  // Routes come from an API server of their own, which may go or be down while the registry serves.
  void apply_route(const RegistryInputs& inputs) {
    if (stopped()) return;
    auto applied = applier_.apply(ctx_, route_type(), owner_, route(inputs));
    if (applied.ok()) {
      written.route = *applied;
      return;
    }
    const Status& error = applied.status();
    if (is_refusal(error)) {
      written.route_refused = "the API server refuses the Route: " + error.message() +
                              "; set spec.exposure.host, or spec.exposure.type to None";
      return;
    }
    if (server_failed(error)) {
      written.route_error = error;
      return;
    }
    const Status others = std::exchange(written.retry, Status());
    sort(route_type(), error);
    written.route_error = std::exchange(written.retry, others);
  }

  WrittenOperands written;

 private:
  void sort(const ResourceType& type, const Status& error) {
    const std::string message = type.kind + ": " + error.message();
    if (error.reason() == runtime::Applier::kNameConflict) {
      note(written.failed, "NameConflict", message);
    } else if (is_refusal(error)) {
      note(written.refused, "Refused", message);
    } else if (namespace_ends(error)) {
      written.namespace_ends = true;
    } else if (error.code() == Code::Forbidden) {
      note(written.failed, "OperandForbidden", message);
    } else if (server_failed(error)) {
      note(written.failed, "OperandError", message);
    } else if (written.retry.ok() || error.code() != Code::Conflict) {
      written.retry = error;
    }
  }

  // Of several of a kind the first is told with its reason, the others in the message.
  static void note(std::optional<Finding>& told, const char* reason, const std::string& message) {
    if (!told) {
      told = Finding::no(reason, message);
    } else {
      told->message += "; " + message;
    }
  }

  const Context& ctx_;
  runtime::Applier& applier_;
  const kube::Object& owner_;
};

}  // namespace

bool is_refusal(const Status& error) {
  return error.code() == Code::Invalid;
}

WrittenOperands write_operands(const Context& ctx, runtime::Applier& applier, const kube::Object& owner,
                               const RegistryInputs& inputs, kube::Offered routes) {
  Writer writer(ctx, applier, owner);
  const RegistrySpec& spec = inputs.spec;

  // What the pod needs comes before the pod.
  writer.apply(service_type(), service(inputs));
  writer.apply(service_account_type(), service_account(inputs));
  const bool configured = writer.apply(config_map_type(), registry_config_map(inputs)).has_value();
  const bool served = writer.apply(config_map_type(), server_config_map(inputs)).has_value();
  if (spec.storage.existing_claim.empty()) writer.apply_claim(inputs);

  if (spec.network_policy) {
    writer.apply(network_policy_type(), network_policy(inputs));
  } else {
    writer.remove(network_policy_type(), inputs.key);
  }
  if (spec.disruption_budget) {
    writer.apply(disruption_budget_type(), pod_disruption_budget(inputs));
  } else {
    writer.remove(disruption_budget_type(), inputs.key);
  }

  // Its checksum says that a pod has read the ConfigMaps as declared: before they are, it would not be true.
  if (configured && served)
    writer.written.deployment = writer.apply(deployment_type(), deployment(inputs), "Foreground");

  if (routes == kube::Offered::Yes) {
    if (spec.exposure.type != RegistrySpec::Exposure::Type::None) {
      writer.apply_route(inputs);
    } else {
      writer.remove(route_type(), inputs.key);
    }
  }
  return std::move(writer.written);
}

}  // namespace toolhive
