#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "controller/base/bounded_executor.hpp"
#include "registry/api/call.hpp"
#include "registry/auth/http_client.hpp"
#include "registry/metrics/metrics.hpp"
#include "registry/store/writer_lookup.hpp"

namespace toolhive::registry {

// How replicas that serve TLS trust each other. They share a certificate, and are reached by address.
struct ReplicaTrust {
  std::string authorities;  // PEM file; read for each write that is forwarded.
  std::string name;         // That the certificate is for.
};

// Between replicas alone. A request that has it is not forwarded once more; its value is the key,
// the client's address, the URL that it asked and the prefix of a proxy, each without blanks, or "-".
inline constexpr std::string_view kForwardedHeader = "Mcp-Registry-Forwarded";

struct ForwarderOptions {
  unsigned threads = 16;      // Writes that are on their way to the writer at the same time.
  std::size_t waiting = 512;  // More are answered with 503.
  // For which a write waits for a replica that takes it, and for its answer. One that may have been
  // carried out is sent once.
  std::chrono::milliseconds patience{10'000};
  std::chrono::milliseconds pause{100};            // Before the next replica is looked for.
  std::optional<ReplicaTrust> tls = std::nullopt;  // Absent: replicas serve plain HTTP.
};

// Has the replica that writes answer the writes that another is asked for, so that a client may
// send them to any. The writer judges who sent one, as if that had been sent to it. Thread safe.
class Forwarder {
 public:
  // What answers a call here; for the replica that has become the writer meanwhile.
  using Here = std::function<void(std::shared_ptr<Call>, Respond)>;

  explicit Forwarder(Metrics& metrics, ForwarderOptions options = {});
  ~Forwarder();

  // From here on `replicas` is asked who writes, which must live until close().
  void start(WriterLookup& replicas) { replicas_ = &replicas; }
  // Answers what waits with 503; nothing is forwarded any more.
  void close();

  // Whether a request that has this as kForwardedHeader was forwarded by another replica.
  bool is_from_replica(std::string_view forwarded) const;
  // Takes from a call that another replica forwarded whose it is. What anybody else says of that is
  // not believed.
  void welcome(Call& call) const;

  // Whether this write is for another replica.
  bool concerns(const Call& call) const;

  // Takes the answer of this replica to a call, and forwards the call after all when another has
  // become the writer meanwhile, so that nothing was written here.
  Respond or_forward(const std::shared_ptr<Call>& call, Respond respond, Here here);

  // Answers it, on a thread of its own: with what the writer answered, with 503 and the cause, or
  // by `here`.
  void forward(std::shared_ptr<Call> call, Respond respond, Here here);

 private:
  class Client;

  static bool is_write(const Call& call);
  void run(const std::shared_ptr<Call>& call, const Respond& respond, const Here& here,
           const std::stop_token& stop);
  std::unique_ptr<auth::HttpClient> borrow();
  void give_back(std::unique_ptr<auth::HttpClient> client);

  Metrics& metrics_;
  const ForwarderOptions options_;
  std::atomic<WriterLookup*> replicas_{nullptr};
  std::mutex mutex_;  // For the next.
  std::vector<std::unique_ptr<auth::HttpClient>> clients_;
  BoundedExecutor executor_;  // The last: its threads use the others.
};

}  // namespace toolhive::registry
