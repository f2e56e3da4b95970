#include "controller/operator/server/probe_metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

namespace toolhive {

namespace {

prometheus::Counter& probes_total(runtime::Metrics& metrics, const char* result) {
  return prometheus::BuildCounter()
      .Name("mcp_server_probes_total")
      .Help("Looks at the servers of MCPTools by result")
      .Register(metrics.registry())
      .Add({{"result", result}});
}

}  // namespace

struct ProbeMetrics::Impl {
  explicit Impl(runtime::Metrics& metrics)
      : success(probes_total(metrics, "success")),
        restricted(probes_total(metrics, "restricted")),
        failure(probes_total(metrics, "failure")),
        seconds(prometheus::BuildHistogram()
                    .Name("mcp_server_probe_seconds")
                    .Help("Duration of a look at a server")
                    .Register(metrics.registry())
                    .Add({}, prometheus::Histogram::BucketBoundaries{0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1,
                                                                     2.5, 5, 10, 20, 60})) {}

  prometheus::Counter& success;
  prometheus::Counter& restricted;
  prometheus::Counter& failure;
  prometheus::Histogram& seconds;
};

ProbeMetrics::ProbeMetrics(runtime::Metrics& metrics) : impl_(std::make_unique<Impl>(metrics)) {}

ProbeMetrics::~ProbeMetrics() = default;

void ProbeMetrics::ended(Result result, Duration took) {
  impl_->seconds.Observe(std::chrono::duration<double>(took).count());
  switch (result) {
    case Result::Success:
      return impl_->success.Increment();
    case Result::Restricted:
      return impl_->restricted.Increment();
    case Result::Failure:
      return impl_->failure.Increment();
  }
}

}  // namespace toolhive
