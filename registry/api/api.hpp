#pragma once

#include <memory>
#include <utility>

#include "registry/api/api_state.hpp"
#include "registry/api/call.hpp"
#include "registry/api/unsent.hpp"
#include "registry/metrics/metrics.hpp"
#include "registry/model/tool.hpp"
#include "registry/store/store.hpp"

namespace toolhive {
class BoundedExecutor;
}

namespace toolhive::registry {

class Forwarder;
class Guard;

// The HTTP API as a function of requests, without a network: routes, tools (list.hpp, reads.hpp,
// diff.hpp, writes.hpp), servers as the official registry API has them (server_*.hpp), health,
// readiness, metrics. Thread safe.
class Api {
 public:
  Api(ToolPolicy policy, Metrics& metrics);

  // Asks `add_gauges` for the figures of the transport; an empty one ends that. Not while requests
  // come.
  void observe(AddGauges add_gauges) { state_.add_gauges = std::move(add_gauges); }
  // Asks `upstreams` how it stands with these, whenever somebody wants to know. To be called before
  // the first request.
  void observe_upstreams(AskUpstreams upstreams) { state_.upstreams = std::move(upstreams); }
  // Lets `guard` decide who may do what; without one everybody may. To be called before the first
  // request.
  void protect(Guard& guard) { state_.guard = &guard; }
  // Has `forwarder` take the writes that another replica is to answer. To be called before the
  // first request; it must live as long as requests are answered.
  void use_forwarder(Forwarder& forwarder) { forwarder_ = &forwarder; }
  // Whether a request that has this as kForwardedHeader was forwarded by another replica.
  bool is_from_replica(std::string_view forwarded) const;
  // Whether it matters who sends a request, and where to.
  bool asks_who_sends() const { return state_.guard != nullptr || forwarder_ != nullptr; }
  // Whether /mcp is there; without a call it is. To be called before the first request.
  void serve_mcp(bool serve) { state_.serves_mcp = serve; }
  // Has `executor` answer what may take long: searches, comparisons, large bodies. So probes and
  // plain reads are answered whatever else is asked for. Without one all is answered where it was
  // asked. To be called before the first request; the executor must live as long as requests are
  // answered.
  void use_executor(BoundedExecutor& executor) { executor_ = &executor; }
  // From here on requests are served from `store`, which must live as long as requests come. Until
  // then they get 503.
  void start(Store& store) { state_.store = &store; }
  // From here on /ready says so; requests are still served.
  void begin_stop() { state_.stopping = true; }

  // Answers once, through `respond`: a short read within the call, a long one on a thread of the
  // executor, a write when it is durable, on a thread of the store; what somebody else has to be
  // asked about first, on a thread of the guard.
  void handle(Request request, Respond respond);

 private:
  // By this replica.
  void answer_here(std::shared_ptr<Call> call, Respond respond);
  void admit(std::shared_ptr<Call> call, Respond respond);
  void dispatch(std::shared_ptr<const Call> call, Respond respond);
  // Called once, wherever the answer was made.
  Respond finish_of(const Call& call, Respond respond);

  ApiState state_;
  BoundedExecutor* executor_ = nullptr;
  Forwarder* forwarder_ = nullptr;
  UnsentBytes unsent_;
};

}  // namespace toolhive::registry
