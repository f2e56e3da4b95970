#include "registry/api/store_writes.hpp"

#include <utility>

#include "registry/api/endpoint.hpp"
#include "registry/api/guard.hpp"
#include "registry/api/problem.hpp"
#include "registry/api/reply.hpp"
#include "registry/api/server_writes.hpp"
#include "registry/api/service_reads.hpp"
#include "registry/api/writes.hpp"
#include "registry/metrics/metrics.hpp"
#include "registry/store/rules.hpp"
#include "registry/store/store.hpp"

namespace toolhive::registry {
namespace {

void count_registration(Metrics& metrics, const Result<WriteOutcome>& result) {
  using R = Metrics::Registration;
  if (result)
    return metrics.registration(result->kind == WriteOutcome::Kind::Created ? R::Created : R::Unchanged);
  const auto code = result.error().code;
  metrics.registration(code == Code::Conflict || code == Code::Precondition ? R::Conflict : R::Failed);
}

void count_failure(Metrics& metrics, const Result<WriteOutcome>& result) {
  if (!result && status_of(result.error().code) >= 500) metrics.storage_error();
}

}  // namespace

void write_tool(ApiState& state, std::shared_ptr<const Call> call, Respond respond) {
  Store* const store = state.store;
  if (store == nullptr) return respond(starting());
  const bool registration = call->method->counts == Counts::Registration;
  auto write = read_write(*call, state.policy);
  if (!write) {
    if (registration) state.metrics.registration(Metrics::Registration::Invalid);
    return respond(problem(write.error()));
  }
  if (state.guard != nullptr) {
    if (auto refusal = state.guard->check_write(*call, *write)) return respond(std::move(*refusal));
  }
  compare_ahead(*store->snapshot(), *write);
  store->write(std::move(*write), [&state, store, registration, call = std::move(call),
                                   respond = std::move(respond)](Result<WriteOutcome> result) {
    // A status was set for all versions: the answer is the tool as a GET gives it.
    if (result && call->request.method == "PATCH" && call->route.kind == Route::Kind::Tool) {
      if (const auto* tool = find_live(*store->snapshot(), call->route.name))
        result->registration = tool->live.front();
    }
    if (registration) count_registration(state.metrics, result);
    count_failure(state.metrics, result);
    respond(write_response(call->request, result));
  });
}

void write_server(ApiState& state, std::shared_ptr<const Call> call, Respond respond) {
  Store* const store = state.store;
  if (store == nullptr) return respond(starting());
  auto write = read_server_write(*call, state.policy);
  if (!write) return respond(problem(write.error()));
  if (state.guard != nullptr) {
    if (auto refusal = state.guard->check_write(*call, *write)) return respond(std::move(*refusal));
  }
  compare_ahead(*store->snapshot(), *write);
  store->write(std::move(*write), [&state, store, call = std::move(call),
                                   respond = std::move(respond)](const Result<WriteOutcome>& result) {
    count_failure(state.metrics, result);
    if (result && call->audit != nullptr) call->audit->tools = result->tools;
    if (!result && result.error().code == Code::Forbidden && state.guard != nullptr)
      return respond(state.guard->refuse_write(*call, result.error().detail));
    respond(server_write_response(*call, result, *store->snapshot()));
  });
}

}  // namespace toolhive::registry
