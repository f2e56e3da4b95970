#include "controller/runtime/write/metered_client.hpp"

#include <prometheus/counter.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <utility>

namespace toolhive::runtime {

using kube::ApiCall;

struct MeteredClient::Impl {
  Impl(kube::Client& i, Metrics& metrics, std::string h)
      : inner(i),
        host(std::move(h)),
        requests(prometheus::BuildCounter()
                     .Name("rest_client_requests_total")
                     .Help("Requests to the API server by status code, method and host")
                     .Register(metrics.registry())),
        durations(prometheus::BuildHistogram()
                      .Name("rest_client_request_duration_seconds")
                      .Help("Duration of requests to the API server by method and host, watches left out")
                      .Register(metrics.registry())) {}

  void count(const ApiCall& call, const Status& failure, int http_status) {
    const int code = failure.ok() ? http_status : failure.http_status();
    requests
        .Add({{"code", code == 0 ? "<error>" : std::to_string(code)},
              {"method", call.http.method},
              {"host", host}})
        .Increment();
  }

  kube::Client& inner;
  const std::string host;
  prometheus::Family<prometheus::Counter>& requests;
  prometheus::Family<prometheus::Histogram>& durations;
};

MeteredClient::MeteredClient(kube::Client& inner, Metrics& metrics, std::string host)
    : impl_(std::make_unique<Impl>(inner, metrics, std::move(host))) {}

MeteredClient::~MeteredClient() = default;

StatusOr<kube::HttpResponse> MeteredClient::call(const Context& ctx, const ApiCall& call) {
  const TimePoint start = ctx.clock.now();
  auto response = impl_->inner.call(ctx, call);
  const std::chrono::duration<double> took = ctx.clock.now() - start;
  impl_->count(call, response.status(), response.ok() ? response->status : 0);
  static const prometheus::Histogram::BucketBoundaries kBuckets{0.005, 0.025, 0.1, 0.25, 0.5, 1,
                                                                2,     4,     8,   15,   30,  60};
  impl_->durations.Add({{"verb", call.http.method}, {"host", impl_->host}}, kBuckets).Observe(took.count());
  return response;
}

StatusOr<std::unique_ptr<kube::LineStream>> MeteredClient::open_watch(
    const Context& ctx, const ApiCall& call, const kube::Transport::StreamOptions& options) {
  auto stream = impl_->inner.open_watch(ctx, call, options);
  impl_->count(call, stream.status(), 200);
  return stream;
}

}  // namespace toolhive::runtime
