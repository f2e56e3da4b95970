// ApiState: what the handlers of requests share.
#pragma once

#include <atomic>
#include <functional>
#include <vector>

#include "registry/api/list_cache.hpp"
#include "registry/metrics/upstream_figures.hpp"
#include "registry/model/tool.hpp"

namespace toolhive::registry {

class Guard;
struct Gauges;
class Metrics;
class Store;

// Fills in the figures of the transport, for the metrics.
using AddGauges = std::function<void(Gauges&)>;

// How it stands with the upstreams.
using AskUpstreams = std::function<std::vector<UpstreamFigures>()>;

struct ApiState {
  const ToolPolicy policy;
  Metrics& metrics;
  AddGauges add_gauges = {};           // Empty when there is no transport.
  Guard* guard = nullptr;              // Null when everybody may do everything.
  std::atomic<Store*> store{nullptr};  // Null until it is read.
  std::atomic<bool> stopping{false};
  AskUpstreams upstreams = {};  // Empty when there are none.
  bool serves_mcp = true;       // Whether /mcp is there.
  ListCache lists = {}, server_lists = {}, managed_settings = {}, ai_catalogs = {};
};

}  // namespace toolhive::registry
