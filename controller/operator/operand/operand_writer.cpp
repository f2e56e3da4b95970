#include "controller/operator/operand/operand_writer.hpp"

#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

namespace toolhive {

using kube::ResourceType;

namespace {

// The API server says so only in words and in a cause without a code of its own.
bool namespace_ends(const Status& error) {
  return error.code() == Code::Forbidden &&
         error.message().find("because it is being terminated") != std::string::npos;
}

// An answer that tells of more than a busy moment, such as an admission webhook that cannot be
// called. It may last, so the user should read of it; a server that is away (503) could not be told
// the status either.
bool server_failed(const Status& error) {
  return error.http_status() == 500 && !is_refusal(error);
}

class Writer {
 public:
  Writer(const Context& ctx, runtime::Applier& applier, const kube::Object& owner, RefusalText refusal_text)
      : ctx_(ctx), applier_(applier), owner_(owner), refusal_text_(refusal_text) {}

  // One operand's trouble is no reason to leave the next as it is, unless the API server itself is
  // away.
  void write(const OperandStep& step) {
    if (stopped()) return;
    if (!step.intent) {
      remove(step.type, step.key);
    } else if (step.after && unapplied_.contains(*step.after)) {
      unapplied_.insert(step.type);  // what waits for this one waits as well
    } else {
      apply(step);
    }
  }

  WrittenOperands written;

 private:
  bool stopped() const {
    const bool waits = written.retry.ok() || written.retry.code() == Code::Conflict;
    return !waits || written.namespace_ends;
  }

  void apply(const OperandStep& step) {
    auto object =
        applier_.apply(ctx_, step.type, owner_, *step.intent, {.owned = step.owned, .replace = step.replace});
    if (object.ok()) {
      written.applied.push_back({step.type, *object});
      return;
    }
    unapplied_.insert(step.type);
    switch (step.concern) {
      case Concern::Resource:
        return sort(step.type, object.status());
      case Concern::Storage:
        return sort_storage(step.type, object.status());
      case Concern::Exposure:
        return sort_exposure(step.type, object.status());
      case Concern::Monitoring:
        return sort_monitoring(step.type, object.status());
    }
  }

  void remove(const ResourceType& type, const kube::Key& key) {
    const Status removed = applier_.remove(ctx_, type, owner_, key);
    if (!removed.ok()) sort(type, removed);
  }

  void sort_storage(const ResourceType& type, const Status& error) {
    const bool waits = error.code() == Code::Conflict;
    // The API server's word for a class that does not allow expansion, and for a quota.
    if (error.code() == Code::Forbidden && !namespace_ends(error)) {
      written.storage = ConditionValue::no("ClaimRefused", error.message());
    } else if (!waits) {
      sort(type, error);
    }
  }

  // Routes come from an API server of their own, which may go or be down while the registry serves.
  void sort_exposure(const ResourceType& type, const Status& error) {
    if (is_refusal(error)) {
      written.exposure_refused =
          "the API server refuses the " + type.kind + ": " + error.message() +
          (type.kind == "HTTPRoute" ? "; correct spec.exposure, or set its type to None"
                                    : "; set spec.exposure.host, or spec.exposure.type to None");
      return;
    }
    if (server_failed(error)) {
      written.exposure_error = error;
      return;
    }
    const Status others = std::exchange(written.retry, Status());
    sort(type, error);
    written.exposure_error = std::exchange(written.retry, others);
  }

  // A registry serves without being watched, whatever an API server or a webhook says to that.
  void sort_monitoring(const ResourceType& type, const Status& error) {
    const bool away = error.code() == Code::Unavailable && !server_failed(error);
    if (namespace_ends(error) || error.code() == Code::Conflict || away) return sort(type, error);
    note(written.monitoring, "MonitoringFailed", type.kind + ": " + error.message());
  }

  void sort(const ResourceType& type, const Status& error) {
    const std::string message = type.kind + ": " + error.message();
    if (error.code() == Code::NameTaken) {
      note(written.failed, "NameConflict", message);
    } else if (is_refusal(error)) {
      note(written.refused, "Refused", refusal_text_(type, error.message()));
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
  static void note(std::optional<ConditionValue>& told, const char* reason, const std::string& message) {
    if (!told) {
      told = ConditionValue::no(reason, message);
    } else {
      told->message += "; " + message;
    }
  }

  const Context& ctx_;
  runtime::Applier& applier_;
  const kube::Object& owner_;
  const RefusalText refusal_text_;
  std::set<ResourceType> unapplied_;  // of which one could not be applied
};

}  // namespace

JsonPtr share(Json document) {
  return std::make_shared<const Json>(std::move(document));
}

bool is_refusal(const Status& error) {
  return error.code() == Code::Invalid;
}

const kube::Object* find(const LiveOperands& live, const ResourceType& type) {
  for (const LiveOperand& operand : live)
    if (operand.type == type) return &operand.object;
  return nullptr;
}

WrittenOperands write_operands(const Context& ctx, runtime::Applier& applier, const kube::Object& owner,
                               const std::vector<OperandStep>& steps, RefusalText refusal_text) {
  Writer writer(ctx, applier, owner, refusal_text);
  for (const OperandStep& step : steps) writer.write(step);
  return std::move(writer.written);
}

}  // namespace toolhive
