#include "controller/runtime/write/status_writer.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "controller/base/log.hpp"

namespace toolhive::runtime {

namespace {

constexpr const char* kReady = "Ready";

Conditions conditions_in(const Json& status) {
  const auto found = status.find("conditions");
  return found == status.end() ? Conditions() : Conditions::from_json(*found);
}

}  // namespace

StatusOr<bool> write_status(const Context& ctx, kube::Client& client, const kube::ResourceType& type,
                            const kube::Object& object, const Json& status,
                            const std::string& field_manager) {
  if (*object.status() == status) return false;

  const kube::Meta& meta = object.meta();
  // The uid makes the server refuse the write when another object has taken the name.
  Json intent = {{"metadata", {{"name", meta.name}, {"uid", meta.uid}}}, {"status", status}};
  if (!meta.ns.empty()) intent["metadata"]["namespace"] = meta.ns;
  kube::WriteOptions options;
  options.field_manager = field_manager;
  options.subresource = "status";
  auto written = client.apply(ctx, type, intent, options);
  if (written.ok()) return true;
  const Status failure = written.status();
  if (failure.code() == Code::NotFound) return false;
  if (failure.code() == Code::Conflict) {
    auto live = client.get(ctx, type, object.key());
    if (live.status().code() == Code::NotFound) return false;
    if (live.ok() && live->meta().uid != meta.uid) return false;
  }
  return failure.with_context("writing the status of " + type.to_string() + " " + object.key().to_string());
}

StatusWriter::StatusWriter(kube::Client& client, EventRecorder& events, kube::ResourceType type,
                           std::string field_manager, ReadyReport report)
    : client_(client),
      events_(events),
      type_(std::move(type)),
      field_manager_(std::move(field_manager)),
      report_(std::move(report)) {}

StatusOr<bool> StatusWriter::write(const Context& ctx, const kube::Object& object, const Json& status) const {
  auto written = write_status(ctx, client_, type_, object, status, field_manager_);
  if (written.ok() && *written) tell(object, status);
  return written;
}

void StatusWriter::tell(const kube::Object& object, const Json& status) const {
  const Conditions before = conditions_in(*object.status());
  const Conditions now = conditions_in(status);
  const Condition* ready = now.find(kReady);
  if (!ready || !is_news(before.find(kReady), *ready)) return;
  const bool holds = ready->status == ConditionStatus::True;
  log(LogLevel::Info, holds ? "ready" : "not ready",
      {{"reason", ready->reason}, {"message", ready->message}});
  if (holds || !report_.is_event || report_.is_event(now))
    events_.record(object, holds ? EventType::Normal : EventType::Warning, ready->reason,
                   holds ? report_.ready_action : report_.not_ready_action, ready->message);
}

bool StatusWriter::is_news(const Condition* before, const Condition& ready) const {
  if (!before || before->status != ready.status || before->reason != ready.reason) return true;
  return report_.each_generation && before->observed_generation != ready.observed_generation;
}

}  // namespace toolhive::runtime
