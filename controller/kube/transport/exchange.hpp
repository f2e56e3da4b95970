// Exchange: one request's reply on its way from the network's thread to the thread that waits for
// it. Internal.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "controller/base/context.hpp"
#include "controller/base/status.hpp"

namespace toolhive::kube {

// Thread-safe: the first three members are the network's, the others the reader's. The reader waits
// on its Context's clock; the network side never blocks.
class Exchange {
 public:
  using Headers = std::map<std::string, std::string, std::less<>>;

  // More than `max_buffered` unread bytes make put() ask the network to pause.
  explicit Exchange(std::size_t max_buffered) : max_buffered_(max_buffered) {}

  void set_head(int status, Headers headers);
  // Takes a copy of `bytes`. Paused: `resume` is kept, and called once by the reader's thread when
  // there is room again or nobody reads any more. Closed: nobody reads any more, `bytes` are
  // dropped.
  enum class Put { Taken, Paused, Closed };
  Put put(std::string_view bytes, std::function<void()> resume);
  // Nothing follows; Ok for a complete reply.
  void finish(Status status);

  // Waits for the head; what ended the exchange when it ended before.
  Status wait_head(const Context& ctx);
  int status() const;
  Headers headers() const;
  // Waits for bytes until `deadline` and appends all there are to `out`. EndOfStream at the end
  // of the reply.
  Status take(const Context& ctx, TimePoint deadline, std::string& out);
  // Nobody reads any more.
  void close();
  bool finished() const;

 private:
  Status end_locked() const;

  const std::size_t max_buffered_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<int> status_;
  Headers headers_;
  std::string bytes_;
  std::function<void()> resume_;
  std::optional<Status> end_;
  bool closed_ = false;
};

}  // namespace toolhive::kube
