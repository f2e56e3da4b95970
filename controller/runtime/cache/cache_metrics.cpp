#include "controller/runtime/cache/cache_metrics.hpp"

#include <prometheus/metric_family.h>

#include <functional>
#include <utility>

namespace toolhive::runtime {

namespace {

using prometheus::MetricType;

struct Sample {
  const Informer& informer;
  const Informer::Counters counters;
  const Clock& clock;
};

struct Series {
  const char* name;
  const char* help;
  MetricType type;
  double (*value)(const Sample&);
};

constexpr Series kSeries[] = {
    {"controller_runtime_cache_objects", "Objects held", MetricType::Gauge,
     [](const Sample& s) { return static_cast<double>(s.informer.store().size()); }},
    {"controller_runtime_cache_bytes", "Size of the objects held, as compact JSON", MetricType::Gauge,
     [](const Sample& s) { return static_cast<double>(s.informer.store().bytes()); }},
    {"controller_runtime_cache_synced", "1 when the first list has arrived", MetricType::Gauge,
     [](const Sample& s) { return s.informer.synced() ? 1.0 : 0.0; }},
    {"controller_runtime_cache_quarantined_objects", "Objects whose last state does not decode",
     MetricType::Gauge, [](const Sample& s) { return static_cast<double>(s.informer.quarantined()); }},
    {"controller_runtime_cache_undecodable_total", "Object states that did not decode", MetricType::Counter,
     [](const Sample& s) { return static_cast<double>(s.counters.undecodable); }},
    {"controller_runtime_cache_lists_total", "Lists asked for", MetricType::Counter,
     [](const Sample& s) { return static_cast<double>(s.counters.lists); }},
    {"controller_runtime_cache_watch_restarts_total", "Watches asked for after the first one",
     MetricType::Counter, [](const Sample& s) { return static_cast<double>(s.counters.watch_restarts); }},
    {"controller_runtime_cache_failures_total", "Lists and watches that failed", MetricType::Counter,
     [](const Sample& s) { return static_cast<double>(s.counters.failures); }},
};

// Only while there is something to lag behind.
constexpr Series kLag = {
    "controller_runtime_cache_lag_seconds",
    "Time since the API server last sent an event, a bookmark or a list", MetricType::Gauge,
    [](const Sample& s) {
      return std::chrono::duration<double>(s.clock.now() - s.informer.last_heard()).count();
    }};

prometheus::MetricFamily family(const Series& series) {
  return {series.name, series.help, series.type, {}};
}

void add(prometheus::MetricFamily& family, const Series& series, const Sample& sample) {
  prometheus::ClientMetric& metric = family.metric.emplace_back();
  metric.label = {{"namespace", sample.informer.options().ns},
                  {"resource", sample.informer.type().to_string()}};
  (series.type == MetricType::Counter ? metric.counter.value : metric.gauge.value) = series.value(sample);
}

}  // namespace

void expose_cache(Metrics& metrics, const Cache& cache, const Clock& clock) {
  metrics.add_source([&cache, &clock] {
    std::vector<prometheus::MetricFamily> families;
    for (const Series& series : kSeries) families.push_back(family(series));
    families.push_back(family(kLag));
    for (const auto& informer : cache.informers()) {
      const Sample sample{*informer, informer->counters(), clock};
      std::size_t at = 0;
      for (const Series& series : kSeries) add(families[at++], series, sample);
      if (informer->synced() && informer->offered()) add(families[at], kLag, sample);
    }
    return families;
  });
}

}  // namespace toolhive::runtime
