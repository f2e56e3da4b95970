#include "controller/operator/pause.hpp"

#include <nlohmann/json.hpp>

#include "controller/operator/condition_value.hpp"
#include "controller/operator/labels.hpp"

namespace toolhive {

Json paused_status(const Json& before, std::int64_t generation, WallTime now) {
  Json status = before.is_object() ? before : Json::object();
  auto conditions = runtime::Conditions::from_json(status.value("conditions", Json::array()));
  const std::string message =
      std::string("nothing is done while the annotation ") + kPausedAnnotation + " is true";
  conditions.set(to_condition("ReconciliationPaused", ConditionValue::yes("Annotated", message), generation),
                 now);
  // What was ready when the pause began may have gone since, and nobody would put it back.
  conditions.set(
      to_condition("Ready", ConditionValue::unknown("Paused", message + ", and nothing is looked at"),
                   generation),
      now);
  status["conditions"] = conditions.to_json();
  return status;
}

Status tell_pause(runtime::Pass& pass) {
  const kube::Object& object = pass.object();
  return pass.write_status(paused_status(*object.status(), object.meta().generation, pass.ctx().clock.wall()))
      .status();
}

}  // namespace toolhive
