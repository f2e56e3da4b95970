// Prober: looks at the servers of MCPTools, on threads of its own.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "controller/base/bounded_executor.hpp"
#include "controller/base/clock.hpp"
#include "controller/kube/client/client.hpp"
#include "controller/mcp/client/client.hpp"
#include "controller/operator/server/change_streams.hpp"
#include "controller/operator/server/kept_offers.hpp"
#include "controller/operator/server/probe_metrics.hpp"
#include "controller/operator/server/probe_queue.hpp"
#include "controller/operator/server/servers.hpp"
#include "controller/operator/server/target.hpp"

namespace toolhive {

struct ProberOptions {
  int threads = 4;  // looks at one time
  mcp::AddressRules addresses;
  std::string reader;                  // see References
  std::size_t kept_offers = 8U << 20;  // bytes of all offers that are kept
  ChangeStreamsOptions streams;
};

// There is no timer: the passes of the reconciler are when it is due that a look begins. A look
// takes at most spec.probe.timeoutSeconds, and there is one at a time for an MCPTool; ProbeQueue
// shares the threads out. A look whose end nobody waits for any more, because the spec has changed
// or the MCPTool is gone, is given up at once and holds no turn. The next is due
// spec.probe.intervalSeconds after it began, later where the server's TTL or Retry-After says so,
// and twice as late with each further failure in a row. A server that is away, which a look finds
// at once, is looked at again after kFirstRetry, twice as late each time as well.
//
// With spec.probe.listen a look that succeeds has the server listened to as well. What is heard
// never says what the tools are: the next look is due then, at the earliest kHeardGap after the
// last one began, and each time that nothing had changed twice as late, but never later than
// without listening.
class Prober final : public Servers {
 public:
  static constexpr Duration kLongestTtl = std::chrono::hours(1);  // that is heeded
  // Between looks at a server that fails, unless the interval is longer.
  static constexpr Duration kLongestRest = std::chrono::minutes(10);
  static constexpr Duration kFirstRetry = std::chrono::seconds(1);
  static constexpr Duration kHeardGap = std::chrono::seconds(10);
  static constexpr Duration kPrompt = std::chrono::seconds(2);  // a look at a server that is proven

  // `client` reads Secrets and ConfigMaps. All of them must outlive it; its destructor ends the
  // looks under way.
  Prober(kube::Client& client, runtime::Metrics& metrics, Clock& clock, ProberOptions options);
  ~Prober() override;

  Look look(const WatchedServer& server) override;
  void look_again(const WatchedServer& server) override;
  void suspend(const kube::Key& tool) override;
  void forget(const kube::Key& tool) override;
  void rest(const kube::Key& tool) override;
  void rest_all() override;
  void on_news(News news) override { news_ = std::move(news); }

 private:
  struct Entry;
  struct Job;
  struct Seen;

  Entry& entry_of(const WatchedServer& server);
  void give_up(const kube::Key& tool, const Entry& entry);
  void enqueue(const WatchedServer& server, Entry& entry);
  // When a look is due, with what was heard.
  TimePoint due(const kube::Key& tool, const Entry& entry) const;
  void rest(const kube::Key& tool, Entry& entry);
  void hear(const kube::Key& tool, bool changed);
  void tell(const kube::Key& tool);
  void start_work();
  void work(const std::stop_token& stop);
  std::optional<Job> next_job();
  Seen probe(const Context& ctx, Job& job) const;
  StatusOr<mcp::Offer> read(const Context& ctx, Job& job) const;
  void end(const Job& job, const Seen& seen);
  // True when that is news.
  bool take_in(const Job& job, const Seen& seen);
  void keep(const Job& job, const Seen& seen);

  kube::Client& client_;
  Clock& clock_;
  const ProberOptions options_;
  ProbeMetrics metrics_;
  News news_;
  std::mutex mutex_;
  std::map<kube::Key, std::shared_ptr<Entry>> entries_;  // guarded by mutex_, as all below
  ProbeQueue queue_;
  KeptOffers kept_;
  // Last: their threads use the others, and those of the second the first.
  mutable ChangeStreams streams_;
  BoundedExecutor executor_;
};

}  // namespace toolhive
