#include "controller/testing/fake_streams.hpp"

#include <stop_token>
#include <utility>

namespace toolhive::testing {

// Lines wait in a queue of their own; `broken` is answered once they are read.
class FakeStreams::Stream final : public kube::LineStream {
 public:
  Stream(FakeStreams& streams, kube::ResourceType t, std::string n, std::deque<std::string> first)
      : type(std::move(t)), ns(std::move(n)), lines(std::move(first)), streams_(streams) {}
  ~Stream() override {
    const std::lock_guard lock(streams_.mutex_);
    streams_.streams_.remove(this);
    streams_.changed_.notify_all();
  }

  StatusOr<std::string_view> next(const Context& ctx) override {
    std::stop_callback wake(ctx.stop, [this] {
      const std::lock_guard lock(streams_.mutex_);
      streams_.changed_.notify_all();
    });
    std::unique_lock lock(streams_.mutex_);
    streams_.changed_.wait(lock, [&] { return ctx.stop.stop_requested() || !broken.ok() || can_be_read(); });
    if (ctx.stop.stop_requested()) return Status(Code::Cancelled, "stopped");
    if (!can_be_read()) return broken;
    line_ = std::move(lines.front());
    lines.pop_front();
    return std::string_view(line_);
  }

  const kube::ResourceType type;
  const std::string ns;
  std::deque<std::string> lines;
  Status broken;

 private:
  bool can_be_read() const { return !lines.empty() && !streams_.frozen_; }

  FakeStreams& streams_;
  std::string line_;
};

std::unique_ptr<kube::LineStream> FakeStreams::open(const kube::ResourceType& type, const std::string& ns,
                                                    std::deque<std::string> lines) {
  auto stream = std::make_unique<Stream>(*this, type, ns, std::move(lines));
  streams_.push_back(stream.get());
  changed_.notify_all();
  return stream;
}

void FakeStreams::publish(const FakeEvent& event) {
  for (Stream* stream : streams_)
    if (stream->type == event.type && covers(stream->ns, event.ns)) stream->lines.push_back(event.line);
  changed_.notify_all();
}

void FakeStreams::inject(const std::string& line) {
  for (Stream* stream : streams_) stream->lines.push_back(line);
  changed_.notify_all();
}

void FakeStreams::break_all(const Status& why) {
  for (Stream* stream : streams_) stream->broken = why;
  changed_.notify_all();
}

void FakeStreams::freeze(bool frozen) {
  frozen_ = frozen;
  changed_.notify_all();
}

}  // namespace toolhive::testing
