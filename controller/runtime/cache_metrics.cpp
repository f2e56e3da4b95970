#include "controller/runtime/cache_metrics.hpp"

#include <prometheus/gauge.h>
#include <prometheus/registry.h>

namespace runtime {

void expose_cache(Metrics& metrics, const Cache& cache, const kube::Clock& clock) {
  const auto family = [&](const char* name, const char* help) {
    return &prometheus::BuildGauge().Name(name).Help(help).Register(metrics.registry());
  };
  auto* objects = family("controller_runtime_cache_objects", "Objects held");
  auto* bytes = family("controller_runtime_cache_bytes", "Size of the objects held, as compact JSON");
  auto* lag = family("controller_runtime_cache_lag_seconds",
                     "Time since the API server last sent an event, a bookmark or a list");
  auto* synced = family("controller_runtime_cache_synced", "1 when the first list has arrived");
  auto* lists = family("controller_runtime_cache_lists", "Lists asked for since the start");
  auto* watches = family("controller_runtime_cache_watches", "Watches opened since the start");
  auto* failures =
      family("controller_runtime_cache_failures", "Lists and watches that failed since the start");
  auto* undecodable = family("controller_runtime_cache_undecodable", "Objects skipped since the start");
  metrics.before_scrape([=, &cache, &clock] {
    for (const Informer* informer : cache.informers()) {
      const prometheus::Labels labels = {{"resource", informer->type().to_string()},
                                         {"namespace", informer->options().ns}};
      const Informer::Counters counters = informer->counters();
      const auto set = [&](prometheus::Family<prometheus::Gauge>* gauge, double value) {
        gauge->Add(labels).Set(value);
      };
      set(objects, static_cast<double>(informer->store().size()));
      set(bytes, static_cast<double>(informer->store().bytes()));
      set(synced, informer->synced() ? 1 : 0);
      set(lists, static_cast<double>(counters.lists));
      set(watches, static_cast<double>(counters.watches));
      set(failures, static_cast<double>(counters.failures));
      set(undecodable, static_cast<double>(counters.undecodable));
      if (informer->synced() && informer->offered())
        set(lag, std::chrono::duration<double>(clock.now() - informer->last_heard()).count());
    }
  });
}

}  // namespace runtime
