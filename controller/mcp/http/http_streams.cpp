#include "controller/mcp/http/http_streams.hpp"

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <map>
#include <thread>
#include <utility>
#include <vector>

#include "controller/base/log.hpp"
#include "controller/mcp/http/http_exchange.hpp"
#include "controller/mcp/http/http_stream.hpp"

namespace toolhive::mcp {

namespace {

namespace asio = boost::asio;

constexpr std::chrono::milliseconds kTick{500};
// Of what is sent beside a stream.
constexpr std::chrono::seconds kShortReply{5};

StatusOr<StreamState> want_head_only(StreamId, const HttpHead&, std::string_view) {
  return StreamState::Enough;
}

}  // namespace

// All but the constructor and open() happens on the one thread.
class HttpStreams::Impl {
 public:
  explicit Impl(Clock& clock) : clock_(clock), thread_([this] { run(); }) {}
  ~Impl() {
    io_.stop();
    thread_.join();
  }

  StatusOr<Id> open(const Context& ctx, const HttpClient& http, Request request, const StreamLimits& limits,
                    StreamSink sink, StreamEnd end) {
    if (Status headers = check_headers(request.request.headers); !headers.ok()) return headers;
    HttpExchange resolving(ctx.with_timeout(http.limits().exchange), *http.trust(), http.policy(),
                           http.limits());
    StatusOr<std::vector<HttpExchange::Endpoint>> endpoints = resolving.resolve(request.request.url);
    if (!endpoints.ok()) return endpoints.status();
    const Id id = ++last_id_;
    asio::post(
        io_, [this, id, peer = StreamPeer{*std::move(endpoints), http.trust()}, request = std::move(request),
              limits, sink = std::move(sink), end = std::move(end)]() mutable {
          add(id, std::move(peer), std::move(request), limits, std::move(sink), std::move(end));
        });
    return id;
  }

  void send(Id id, HttpRequest request) {
    asio::post(io_, [this, id, request = std::move(request)] {
      const auto found = streams_.find(id);
      if (found == streams_.end() || found->second.sending) return;
      found->second.sending = true;
      say(found->second.stream->peer(), request, [this, id] {
        const auto sent = streams_.find(id);
        if (sent != streams_.end()) sent->second.sending = false;
      });
    });
  }

  void close(Id id) {
    asio::post(io_, [this, id] {
      const auto found = streams_.find(id);
      if (found == streams_.end()) return;
      const auto stream = found->second.stream;  // it takes itself out of the map
      stream->end({Code::Cancelled, "the stream was closed"});
    });
  }

 private:
  struct Entry {
    std::shared_ptr<HttpStream> stream;
    bool sending = false;
  };

  void run() {
    while (!io_.stopped()) {
      try {
        io_.run();
      } catch (const std::exception& thrown) {
        // What a handler threw has left the other streams as they were.
        log(LogLevel::Error, "a stream's handler threw", {{"error", thrown.what()}});
      }
    }
  }

  void add(Id id, StreamPeer peer, Request request, const StreamLimits& limits, StreamSink sink,
           StreamEnd end) {
    const auto ended = [this, id, farewell = std::move(request.farewell),
                        end = std::move(end)](const Status& why) {
      const auto found = streams_.find(id);
      const StreamPeer where = found->second.stream->peer();
      streams_.erase(found);
      if (farewell) say(where, *farewell, [] {});
      end(why);
    };
    auto stream = std::make_shared<HttpStream>(id, io_, clock_, std::move(peer), request.request, limits,
                                               std::move(sink), ended);
    streams_.emplace(id, Entry{stream});
    stream->start();
    tick();
  }

  // Sends a request whose reply does not matter.
  template <class Done>
  void say(const StreamPeer& peer, const HttpRequest& request, Done done) {
    StreamLimits limits;
    limits.opening = kShortReply;
    limits.total = kShortReply;
    const Id id = ++last_id_;
    const auto ended = [this, id, done](const Status&) {
      streams_.erase(id);
      done();
    };
    auto stream = std::make_shared<HttpStream>(id, io_, clock_, peer, request, limits, want_head_only, ended);
    streams_.emplace(id, Entry{stream});
    stream->start();
    tick();
  }

  // While there are streams, their times are looked at. The timer is the machine's, and what is
  // judged by is the clock.
  void tick() {
    if (ticking_ || streams_.empty()) return;
    ticking_ = true;
    timer_.expires_after(kTick);
    timer_.async_wait([this](boost::system::error_code) {
      ticking_ = false;
      std::vector<std::shared_ptr<HttpStream>> all;  // those that end take themselves out of the map
      for (const auto& [id, entry] : streams_) all.push_back(entry.stream);
      for (const auto& stream : all) stream->judge();
      tick();
    });
  }

  Clock& clock_;
  std::atomic<Id> last_id_ = 0;
  asio::io_context io_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_{io_.get_executor()};
  asio::steady_timer timer_{io_};
  bool ticking_ = false;
  std::map<Id, Entry> streams_;
  std::thread thread_;  // last: it uses the others
};

HttpStreams::HttpStreams(Clock& clock) : impl_(std::make_unique<Impl>(clock)) {}

HttpStreams::~HttpStreams() = default;

StatusOr<HttpStreams::Id> HttpStreams::open(const Context& ctx, const HttpClient& http, Request request,
                                            const StreamLimits& limits, StreamSink sink, StreamEnd end) {
  return impl_->open(ctx, http, std::move(request), limits, std::move(sink), std::move(end));
}

void HttpStreams::send(Id id, HttpRequest request) {
  impl_->send(id, std::move(request));
}

void HttpStreams::close(Id id) {
  impl_->close(id);
}

}  // namespace toolhive::mcp
