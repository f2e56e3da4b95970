#include "controller/runtime/manager/connection.hpp"

#include <chrono>
#include <utility>

#include "controller/base/clock.hpp"

namespace toolhive::runtime {

namespace {

constexpr Duration kReachableWithin = std::chrono::seconds(15);
constexpr Duration kAnswersWithin = std::chrono::seconds(5);
constexpr Duration kPause = std::chrono::seconds(1);

// What there is instead of a client where none could be made.
class NoClient final : public kube::Client {
 public:
  explicit NoClient(Status why) : why_(std::move(why)) {}
  StatusOr<kube::HttpResponse> call(const Context&, const kube::ApiCall&) override { return why_; }
  StatusOr<std::unique_ptr<kube::LineStream>> open_watch(const Context&, const kube::ApiCall&,
                                                         const kube::Transport::StreamOptions&) override {
    return why_;
  }

 private:
  const Status why_;
};

Status ask_version(const Context& ctx, kube::Client& client) {
  kube::HttpRequest request;
  request.method = "GET";
  request.target = "/version";
  return client.raw(ctx.with_timeout(kAnswersWithin), std::move(request)).status();
}

}  // namespace

Connection connect(const kube::Config& config) {
  auto transport = kube::make_transport(config);
  auto lease_transport = kube::make_transport(config);
  const Status error = transport.ok() ? lease_transport.status() : transport.status();
  if (!error.ok()) {
    const auto none = std::make_shared<NoClient>(error);
    return {none, none, error};
  }
  return {kube::make_client(*std::move(transport)), kube::make_client(*std::move(lease_transport)), {}};
}

std::string host_of(const std::string& url) {
  const auto scheme = url.find("://");
  const auto begin = scheme == std::string::npos ? 0 : scheme + 3;
  return url.substr(begin, url.find('/', begin) - begin);
}

Status wait_reachable(const Context& ctx, kube::Client& client) {
  const Context limit = ctx.with_timeout(kReachableWithin);
  while (true) {
    Status asked = ask_version(limit, client);
    if (asked.ok() || asked.code() == Code::Forbidden) return {};
    const bool hopeless = asked.code() == Code::Unauthorized || asked.code() == Code::Invalid;
    if (hopeless || !sleep_for(limit.clock, kPause, limit.stop) || limit.done())
      return asked.with_context("reaching the API server");
  }
}

}  // namespace toolhive::runtime
