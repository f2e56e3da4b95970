#include "controller/runtime/metrics.hpp"

#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <utility>

namespace runtime {

Metrics::Metrics() : registry_(std::make_shared<prometheus::Registry>()) {}
Metrics::~Metrics() = default;

prometheus::Registry& Metrics::registry() {
  return *registry_;
}

void Metrics::before_scrape(std::function<void()> refresh) {
  const std::lock_guard lock(mutex_);
  refreshers_.push_back(std::move(refresh));
}

std::string Metrics::text() const {
  {
    const std::lock_guard lock(mutex_);
    for (const auto& refresh : refreshers_) refresh();
  }
  return prometheus::TextSerializer().Serialize(registry_->Collect());
}

}  // namespace runtime
