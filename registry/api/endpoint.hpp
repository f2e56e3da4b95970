// Endpoint: a resource of the API, and what each of its methods is. endpoints.cpp has the table of
// them, from which requests are routed, guarded and counted.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "registry/api/call.hpp"
#include "registry/metrics/metrics.hpp"

namespace toolhive::registry {

struct ApiState;

// What the sender of a request has to be allowed. The right for the metrics is configured.
enum class Needs { Nothing, ReadRight, WriteRight, MetricsRight };

// Short reads are answered on the thread of the network, long ones on one of the executor's.
enum class Pace { Short, Long };

// What a request counts as, beside a request.
enum class Counts { Nothing, Retrieval, Registration };

// Returns a call, at once or when the store has written what it asks for.
using Handler = void (*)(ApiState& state, std::shared_ptr<const Call> call, Respond respond);

// The answer to a long read whose bytes are ready; none when they have to be made.
using ReadyAnswer = std::optional<Response> (*)(ApiState& state, const Call& call);

struct Method {
  std::string_view name;  // "GET" stands for HEAD as well.
  Needs needs = Needs::Nothing;
  Handler handler = nullptr;
  std::string_view action = {};  // What the audit log calls a write.
  Counts counts = Counts::Nothing;
  Pace pace = Pace::Short;
  ReadyAnswer ready = nullptr;
};

struct Endpoint {
  Route::Kind kind;
  // "/api/v1/tools/{name}", as metrics and the OpenAPI document name it, too.
  std::string_view path;
  std::array<Method, 4> methods;  // Those without a name are none.

  // Null when there is no such method. OPTIONS, which all have, is none of them.
  const Method* find(std::string_view method) const;
  // As an Allow header lists them.
  std::string allowed() const;
};

// Every endpoint.
std::span<const Endpoint> endpoints();

// The row that a request counts under, for Metrics; of a path that is no endpoint's the one after
// all.
std::size_t row_of(const Endpoint* endpoint);

// What to construct Metrics with.
std::vector<CountedRoute> counted_routes();

}  // namespace toolhive::registry
