#include "controller/operator/server/stream_metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>

namespace toolhive {

namespace {

prometheus::Counter& stream_counter(runtime::Metrics& metrics, const char* name, const char* help) {
  return prometheus::BuildCounter().Name(name).Help(help).Register(metrics.registry()).Add({});
}

}  // namespace

struct StreamMetrics::Impl {
  explicit Impl(runtime::Metrics& metrics)
      : open(prometheus::BuildGauge()
                 .Name("mcp_server_streams")
                 .Help("Servers of MCPTools that are listened to, or asked for it")
                 .Register(metrics.registry())
                 .Add({})),
        heard(stream_counter(metrics, "mcp_server_changes_heard_total",
                             "Changes of their tools that servers have told of")),
        flooded(stream_counter(metrics, "mcp_server_streams_flooded_total",
                               "Streams that were ended because their server sent too much")) {}

  prometheus::Gauge& open;
  prometheus::Counter& heard;
  prometheus::Counter& flooded;
};

StreamMetrics::StreamMetrics(runtime::Metrics& metrics) : impl_(std::make_unique<Impl>(metrics)) {}

StreamMetrics::~StreamMetrics() = default;

void StreamMetrics::open(int streams) {
  impl_->open.Set(streams);
}

void StreamMetrics::heard() {
  impl_->heard.Increment();
}

void StreamMetrics::flooded() {
  impl_->flooded.Increment();
}

}  // namespace toolhive
