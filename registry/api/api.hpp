#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>

#include "registry/api/list_cache.hpp"
#include "registry/api/message.hpp"
#include "registry/api/route.hpp"
#include "registry/api/unsent.hpp"
#include "registry/metrics/metrics.hpp"
#include "registry/model/tool.hpp"
#include "registry/store/store.hpp"

namespace toolhive::registry {

class Guard;
class Lane;

/// The HTTP API as a function of requests, without a network: routes, tools (list.hpp, reads.hpp, diff.hpp, writes.hpp),
/// servers as the official registry API has them (server_*.hpp), health, readiness, metrics. Thread safe.
class Api {
 public:
  using Respond = std::function<void(Response)>;
  /// Fills in the figures of the transport, for /metrics.
  using AddGauges = std::function<void(Gauges&)>;

  Api(ToolPolicy policy, Metrics& metrics);

  /// Asks `add_gauges` for the figures of the transport; an empty one ends that. Not while requests come.
  void observe(AddGauges add_gauges) { add_gauges_ = std::move(add_gauges); }
  /// Lets `guard` decide who may do what; without one everybody may. To be called before the first request.
  void protect(Guard& guard) { guard_ = &guard; }
  bool is_protected() const { return guard_ != nullptr; }
  // Has `lane` answer what may take long. Without one all is answered where it was asked. To be
  // called before the first request; the lane must live as long as requests are answered.
  void use_lane(Lane& lane) { lane_ = &lane; }
  /// From here on requests are served from `store`, which must live as long as requests come. Until then they
  /// get 503.
  void start(Store& store) { store_ = &store; }
  /// From here on /ready says so; requests are still served.
  void begin_stop() { stopping_ = true; }

  // Answers once, through `respond`: a short read within the call, a long one on a thread of the
  // lane, a write when it is durable, on a thread of the store; what somebody else has to be asked
  // about first, on a thread of the guard.
  void handle(const Request& request, Respond respond);

 private:
  void dispatch(const Route& route, const Request& request, Respond respond);
  void answer(const Route& route, const Request& request, Respond respond);
  bool is_long(const Route& route, const Request& request) const;
  std::optional<Response> ready_answer(const Route& route, const Request& request);
  void guard(const Route& route, const Request& request, Respond respond);
  Response read(const Route& route, const Request& request, std::string_view query);
  Response read_servers(const Route& route, const Request& request, std::string_view query,
                        const Index& index);
  void write_server(const Route& route, const Request& request, Respond respond);
  void write(const Route& route, const Request& request, std::string_view query, Respond respond);
  Response login() const;
  Response ready();
  Response metrics();
  void count_registration(const Result<WriteOutcome>& result);

  const ToolPolicy policy_;
  Metrics& metrics_;
  Guard* guard_ = nullptr;
  Lane* lane_ = nullptr;
  AddGauges add_gauges_;
  std::atomic<Store*> store_{nullptr};
  std::atomic<bool> stopping_{false};
  ListCache lists_;
  ListCache server_lists_;
  UnsentBytes unsent_;
};

}  // namespace toolhive::registry
