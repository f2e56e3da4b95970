#include "controller/operator/operand/job.hpp"

#include <nlohmann/json.hpp>

#include "controller/base/json_access.hpp"
#include "controller/operator/operand/object_condition.hpp"

namespace toolhive {

namespace {

using Phase = JobState::Phase;

// The largest exit code that is the program's own; from here on a signal ended it.
constexpr std::int64_t kFirstSignalCode = 126;

bool is_pod_of_job(const Json& pod, const Json& job) {
  const Json* owners = value_at(pod, "/metadata/ownerReferences");
  if (!owners || !owners->is_array()) return false;
  for (const Json& owner : *owners)
    if (string_member(owner, "uid") == text_at(job, "/metadata/uid")) return true;
  return false;
}

std::string created(const Json& pod) {
  return text_at(pod, "/metadata/creationTimestamp");
}

// The latest pod that `choose` takes, or nullptr. Times as the API server writes them sort as text.
template <class Choose>
const Json* latest(const std::vector<Json>& pods, const Json& job, Choose choose) {
  const Json* found = nullptr;
  for (const Json& pod : pods)
    if (is_pod_of_job(pod, job) && choose(pod) && (!found || created(*found) <= created(pod))) found = &pod;
  return found;
}

ConditionValue running(const Json& job, const Json* pod, const std::optional<Termination>& last,
                       const RolloutTerms& terms, WallTime now) {
  const std::string again = last ? "; the try before failed: " + last->text : "";
  if (!pod)
    return ConditionValue::unknown("Starting",
                                   "the Job has no pod at work; if it stays so, see kubectl "
                                   "describe job " +
                                       text_at(job, "/metadata/name") + again);
  if (const auto trouble = pod_trouble(*pod, terms, now))
    return ConditionValue::unknown(trouble->value.reason, trouble->value.message + again);
  if (text_at(*pod, "/status/phase") == "Running")
    return ConditionValue::unknown("Running", "it is under way" + again);
  return ConditionValue::unknown("Starting", "its pod is being started" + again);
}

ConditionValue failure(const Json& condition, const Json* ended, const std::optional<Termination>& last) {
  const std::string reason = string_member(condition, "reason");
  std::string message = string_member(condition, "message");
  if (last) {
    message += (message.empty() ? "" : ": ") + last->text;
  } else if (ended) {
    message += (message.empty() ? "" : ": ") + pod_end(*ended);
  }
  return ConditionValue::no(reason == "DeadlineExceeded" ? reason : "JobFailed", message);
}

}  // namespace

JobState observe_job(const Json& job, const std::vector<Json>& pods, const RolloutTerms& terms,
                     std::int64_t final_code, WallTime now) {
  const auto ended = [&](const Json& pod) { return is_finished(pod) || termination_of(pod, terms); };
  const Json* const done = latest(pods, job, ended);
  const Json* const at_work =
      latest(pods, job, [&](const Json& pod) { return !ended(pod) && !is_leaving(pod); });
  JobState state;
  if (done) state.last = termination_of(*done, terms);
  const Json* const failed = condition_of(job, "Failed");
  if (has_status(condition_of(job, "Complete"), "True")) {
    state.phase = Phase::Succeeded;
  } else if (has_status(failed, "True")) {
    state.phase = Phase::Failed;
    state.value = failure(*failed, done, state.last);
  } else if (state.last && state.last->exit_code >= final_code && state.last->exit_code < kFirstSignalCode) {
    state.phase = Phase::Failed;
    state.value = ConditionValue::no("JobFailed", state.last->text);
  } else {
    const bool failed_before = state.last && state.last->exit_code != 0;
    state.value = running(job, at_work, failed_before ? state.last : std::nullopt, terms, now);
  }
  return state;
}

}  // namespace toolhive
