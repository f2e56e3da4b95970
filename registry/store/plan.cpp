#include "registry/store/plan.hpp"

#include "registry/model/time.hpp"

namespace toolhive::registry {
namespace {

Result<WriteOutcome> plan_write(Plan& plan, const Write& write, const StoreLimits& limits,
                                std::string_view now) {
  const auto& index = plan.builder.index();
  auto decision = decide(index, write, limits, time_after(index.last_time(), now));
  if (!decision) return decision.take_error();
  WriteOutcome outcome{decision->kind, name_of(write), decision->new_tool, std::move(decision->existing),
                       std::move(decision->tools)};
  if (decision->changes.empty()) return outcome;

  const auto before = plan.records.size();
  for (auto& change : decision->changes) {
    NewRecord record;
    record.sequence = plan.builder.index().sequence() + 1;
    record.operation = change.operation;
    record.payload = std::move(change.payload);
    record.checksum = record_checksum(record.sequence, record.operation, record.payload);
    auto registration = apply(plan.builder, record.view());
    if (!registration) {
      // Only a defect gets here: what decide() writes, apply() reads. No store may hold what a
      // start would refuse.
      plan.records.resize(before);
      return Error{Code::Internal, "a record could not be read back: " + registration.error().detail};
    }
    if (plan.records.size() == before && outcome.kind != WriteOutcome::Kind::Withdrawn)
      outcome.registration = std::move(*registration);
    plan.records.push_back(std::move(record));
  }
  return outcome;
}

Result<WriteOutcome> without_change(const Index& base, const Write& write, const StoreLimits& limits,
                                    std::string_view now, const Error& failure) {
  auto decision = decide(base, write, limits, now);
  if (!decision) return decision.take_error();
  if (!decision->changes.empty()) return failure;
  return WriteOutcome{decision->kind, name_of(write), decision->new_tool, std::move(decision->existing)};
}

}  // namespace

Plan plan_writes(const Index& base, const std::vector<PendingWrite>& writes, const StoreLimits& limits,
                 std::string_view now) {
  Plan plan{IndexBuilder(base), {}, {}};
  plan.outcomes.reserve(writes.size());
  for (const auto& pending : writes) plan.outcomes.push_back(plan_write(plan, pending.write, limits, now));
  return plan;
}

void fail_changes(Plan& plan, const Index& base, const std::vector<PendingWrite>& writes,
                  const StoreLimits& limits, std::string_view now, const Error& failure) {
  plan.outcomes.clear();
  for (const auto& pending : writes)
    plan.outcomes.push_back(without_change(base, pending.write, limits, now, failure));
}

void answer(std::vector<PendingWrite>& writes, std::vector<Result<WriteOutcome>>& outcomes) {
  for (std::size_t i = 0; i < writes.size(); ++i) writes[i].done(std::move(outcomes[i]));
}

}  // namespace toolhive::registry
