// ChangeStreams: which servers of MCPTools are listened to, and when one that is not is asked
// again.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "controller/base/clock.hpp"
#include "controller/base/context.hpp"
#include "controller/kube/object/resource.hpp"
#include "controller/mcp/client/listener.hpp"
#include "controller/operator/server/hearing.hpp"
#include "controller/operator/server/stream_metrics.hpp"
#include "controller/operator/server/stream_slots.hpp"

namespace toolhive {

struct ChangeStreamsOptions {
  int most = 64;  // streams at one time; a namespace has a quarter of them at most
  mcp::ListenLimits limits;
};

// Thread-safe. A stream that lasted for a minute and ends, as all do, is opened again within
// seconds. Others are tried again after ten seconds, and twice as late with each failure in a row;
// a server that floods, or that has no stream although it says so, after kRest.
class ChangeStreams {
 public:
  static constexpr Duration kSteady = std::chrono::minutes(1);
  static constexpr Duration kFirstRetry = std::chrono::seconds(10);
  static constexpr Duration kRest = std::chrono::minutes(10);

  struct Events {
    std::function<void(const kube::Key&)> began;    // what changed before was not told
    std::function<void(const kube::Key&)> changed;  // the server says so
    std::function<void(const kube::Key&)> told;     // hearing() or reopens_at() is another
  };

  // Events come from a thread of its own, and with none of its locks held.
  ChangeStreams(runtime::Metrics& metrics, Clock& clock, ChangeStreamsOptions options, Events events);

  // Has the server of `client` listened to, unless it is already or is to be left alone for now. On
  // the calling thread until the request can be sent. `revision` is that of the MCPTool, `server`
  // tells one server, with what is sent to it, from another: the stream to another is closed.
  // `offered`: whether the server says that it tells of changes.
  void follow(const Context& ctx, const kube::Key& tool, const std::string& revision,
              const std::string& server, mcp::Client& client, bool offered);
  // Closes what is open for the MCPTool and forgets what is known.
  void close(const kube::Key& tool);
  // The same, unless it is of another revision.
  void close(const kube::Key& tool, const std::string& revision);

  Hearing hearing(const kube::Key& tool) const;
  // When a stream that has ended should be opened again, by a look at the server; the maximum: it
  // is open, or a look that comes anyway is soon enough.
  TimePoint reopens_at(const kube::Key& tool) const;

 private:
  struct Stream {
    std::string revision;
    std::string server;
    std::uint64_t attempt = 0;  // what is told of an earlier one is late
    bool has_slot = false;      // it is open, or being opened
    mcp::Listener::Id id = 0;   // 0: not known yet
    bool listening = false;
    TimePoint began{};
    int failures = 0;  // in a row
    TimePoint not_before = TimePoint::min();
    TimePoint reopens_at = TimePoint::max();
    Hearing hearing;
  };

  // The stream of the attempt, if it is the last; nullptr otherwise.
  Stream* find(const kube::Key& tool, std::uint64_t attempt);
  // Whether an attempt is to begin; `told` when that changed what is known.
  bool begin(const kube::Key& tool, const std::string& revision, const std::string& server, bool offered,
             bool& told, std::uint64_t& attempt);
  void on_listening(const kube::Key& tool, std::uint64_t attempt);
  void on_changed(const kube::Key& tool, std::uint64_t attempt);
  void on_end(const kube::Key& tool, std::uint64_t attempt, const Status& why);
  void plan_next(const kube::Key& tool, Stream& stream, const Status& why);
  void release(const kube::Key& tool, Stream& stream);
  void erase(std::map<kube::Key, Stream>::iterator stream);

  Clock& clock_;
  const ChangeStreamsOptions options_;
  const Events events_;
  StreamMetrics metrics_;
  mutable std::mutex mutex_;
  std::uint64_t last_attempt_ = 0;  // guarded by mutex_, as all below
  std::map<kube::Key, Stream> streams_;
  StreamSlots slots_;
  mcp::Listener listener_;  // last: its thread uses the others
};

}  // namespace toolhive
