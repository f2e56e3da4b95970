#include "controller/runtime/monitor/metrics.hpp"

#include <prometheus/metric_family.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <utility>

#include "controller/base/log.hpp"
#include "controller/runtime/monitor/process_metrics.hpp"

namespace toolhive::runtime {

namespace {

prometheus::MetricFamily lost_log_lines() {
  prometheus::ClientMetric metric;
  metric.counter.value = static_cast<double>(log_lines_lost());
  return {"controller_runtime_log_lines_lost_total",
          "Lines of the log that came faster than they were read, or could not be written",
          prometheus::MetricType::Counter,
          {metric}};
}

}  // namespace

Metrics::Metrics() : registry_(std::make_shared<prometheus::Registry>()) {}
Metrics::~Metrics() = default;

prometheus::Registry& Metrics::registry() {
  return *registry_;
}

void Metrics::add_source(Source source) {
  const std::lock_guard lock(mutex_);
  sources_.push_back(std::move(source));
}

std::string Metrics::text() const {
  std::vector<prometheus::MetricFamily> families = registry_->Collect();
  families.push_back(lost_log_lines());
  for (prometheus::MetricFamily& family : process_metrics()) families.push_back(std::move(family));
  {
    const std::lock_guard lock(mutex_);
    for (const Source& source : sources_)
      for (prometheus::MetricFamily& family : source())
        if (!family.metric.empty()) families.push_back(std::move(family));
  }
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace toolhive::runtime
