#include "controller/runtime/controller/lifecycle.hpp"

#include <chrono>
#include <utility>

#include "controller/base/log.hpp"
#include "controller/runtime/write/finalizer.hpp"

namespace toolhive::runtime {

namespace {

// Nothing tells when a name that somebody else has becomes free.
constexpr Duration kNameConflictPeriod = std::chrono::minutes(1);

}  // namespace

StatusOr<Result> Lifecycle::run(const Context& ctx, const kube::Key& key) {
  auto object = tools_.cache.get(ctx, steps_.type, key);
  if (object.status().code() == Code::NotFound) {
    if (steps_.gone) steps_.gone(key);
    const std::lock_guard lock(mutex_);
    told_.erase(key);
    return Result{};
  }
  if (!object.ok()) return object.status();
  Pass pass(ctx, *std::move(object), tools_);
  StatusOr<Result> result = step(pass);
  if (result.status().code() != Code::NameTaken) return result;
  pass.event(EventType::Warning, "NameConflict", "Apply", result.status().message());
  return Result{.requeue_after = kNameConflictPeriod};
}

StatusOr<Result> Lifecycle::step(Pass& pass) {
  if (pass.object().meta().deleting()) return finalize(pass);
  if (steps_.is_paused && steps_.is_paused(pass.object())) return steps_.paused(pass);
  auto view = steps_.decode(pass.object());
  if (!view.ok()) return invalid(pass, view.status());
  if (!steps_.finalizer.empty()) {
    const FinalizerNeed need = steps_.need ? steps_.need(*view) : FinalizerNeed::Needed;
    if (pass.object().meta().has_finalizer(steps_.finalizer) != (need == FinalizerNeed::Needed)) {
      if (Status changed = sync_finalizer(pass, need); !changed.ok()) return changed;
      view = steps_.decode(pass.object());
      if (!view.ok()) return invalid(pass, view.status());
    }
  }
  return steps_.reconcile(pass, *view);
}

StatusOr<Result> Lifecycle::finalize(Pass& pass) {
  // The garbage collector takes what it owns.
  if (steps_.finalizer.empty() || !pass.object().meta().has_finalizer(steps_.finalizer)) return Result{};
  auto finalized = steps_.finalize(pass, pass.object());
  if (!finalized.ok() || !finalized->settled()) return finalized;
  return to_result(remove_finalizer(pass.ctx(), tools_.client, steps_.type, pass.object(), steps_.finalizer));
}

Status Lifecycle::sync_finalizer(Pass& pass, FinalizerNeed need) {
  if (need == FinalizerNeed::NotNeeded)
    return remove_finalizer(pass.ctx(), tools_.client, steps_.type, pass.object(), steps_.finalizer);
  auto held = ensure_finalizer(pass.ctx(), tools_.client, steps_.type, pass.object(), steps_.finalizer);
  if (!held.ok()) return held.status();
  pass.object_ = *std::move(held);
  return {};
}

StatusOr<Result> Lifecycle::invalid(Pass& pass, const Status& why) {
  if (steps_.invalid) return steps_.invalid(pass, why);
  if (is_new_to_tell(pass.object())) {
    pass.event(EventType::Warning, "Invalid", "Decode", why.message());
    log(LogLevel::Warn, "an object does not decode; nothing is done for it until it changes",
        {{"error", why.to_string()}});
  }
  return Result{};
}

bool Lifecycle::is_new_to_tell(const kube::Object& object) {
  std::pair now{std::string(object.meta().uid), object.meta().generation};
  const std::lock_guard lock(mutex_);
  auto& told = told_[object.key()];
  return std::exchange(told, now) != now;
}

}  // namespace toolhive::runtime
