// Cache metrics: size, lag and trouble of every informer.
#pragma once

#include "controller/base/clock.hpp"
#include "controller/runtime/cache/cache.hpp"
#include "controller/runtime/monitor/metrics.hpp"

namespace toolhive::runtime {

// Adds controller_runtime_cache_* metrics, labelled with resource and namespace, which are read
// from `cache` at each scrape: an informer that was removed has none. Both and `clock` must outlive
// `metrics`' last text().
void expose_cache(Metrics& metrics, const Cache& cache, const Clock& clock);

}  // namespace toolhive::runtime
