#include "controller/bridge/child_process.hpp"

#include <sys/wait.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <csignal>
#include <deque>
#include <string_view>
#include <utility>

#include "controller/base/log.hpp"
#include "controller/bridge/line_framer.hpp"
#include "controller/bridge/reaper.hpp"
#include "controller/bridge/spawn.hpp"

namespace toolhive::bridge {

namespace {

namespace net = boost::asio;
using Error = boost::system::error_code;

constexpr std::size_t kLongestLogLine = 8 * 1024;

std::string how_it_ended(int state) {
  if (WIFSIGNALED(state)) return "ended by signal " + std::to_string(WTERMSIG(state));
  return "ended with exit code " + std::to_string(WEXITSTATUS(state));
}

// One of the pipes from the program: its bytes as lines, until its end.
class Output {
 public:
  Output(net::io_context& loop, int descriptor, std::size_t longest)
      : stream_(loop, descriptor), framer_(longest) {
    stream_.non_blocking(true);
  }

  // `on_line` is called until the end, after which `on_end` is. Both keep what they need alive.
  void read(LineFramer::OnLine on_line, std::function<void()> on_end) {
    stream_.async_read_some(net::mutable_buffer(buffer_.data(), buffer_.size()),
                            [this, on_line = std::move(on_line), on_end = std::move(on_end)](
                                Error error, std::size_t count) mutable {
                              framer_.push({buffer_.data(), count}, on_line);
                              if (!error) return read(std::move(on_line), std::move(on_end));
                              framer_.finish(on_line);
                              on_end();
                            });
  }
  void close() {
    Error ignored;
    stream_.close(ignored);
  }

 private:
  net::posix::stream_descriptor stream_;
  LineFramer framer_;
  std::array<char, 16 * 1024> buffer_{};
};

// Alive until the process is reaped, whoever lets go of it.
class RunningChild final : public std::enable_shared_from_this<RunningChild> {
 public:
  RunningChild(net::io_context& loop, const ChildOptions& options, const Spawned& spawned, ChildEvents events)
      : options_(options),
        events_(std::move(events)),
        pid_(spawned.pid),
        input_(loop, spawned.input),
        output_(loop, spawned.output, options.longest_line),
        errors_(loop, spawned.errors, kLongestLogLine),
        timer_(loop) {
    input_.non_blocking(true);
  }

  void start(Reaper& reaper) {
    reaper.watch(pid_, [self = shared_from_this()](int state) { self->reaped(state); });
    output_.read(
        [self = shared_from_this()](std::string line, bool cut) { self->said(std::move(line), cut); },
        [self = shared_from_this()] { self->output_ended(); });
    errors_.read([self = shared_from_this()](const std::string& line, bool) { self->complained(line); },
                 [] {});
  }

  bool write(std::string line) {
    if (stopping_ || queued_ > options_.longest_queue) return false;
    line += '\n';
    queued_ += line.size();
    queue_.push_back(std::move(line));
    if (queue_.size() == 1) write_next();
    return true;
  }

  void stop() {
    if (std::exchange(stopping_, true)) return;
    Error ignored;
    input_.close(ignored);
    escalate({SIGTERM, SIGKILL});
  }

  void forget() { events_ = {}; }

 private:
  void write_next() {
    net::async_write(input_, net::buffer(queue_.front()),
                     [self = shared_from_this()](Error error, std::size_t) {
                       if (error) return self->stop();  // it reads no more
                       self->queued_ -= self->queue_.front().size();
                       self->queue_.pop_front();
                       if (!self->queue_.empty()) self->write_next();
                     });
  }

  void said(std::string line, bool cut) {
    if (cut) {
      log(LogLevel::Error, "the server said a line that is longer than the bridge takes, and is ended",
          {{"pid", std::int64_t{pid_}}, {"bytes", static_cast<std::int64_t>(options_.longest_line)}});
      return kill_group(SIGKILL);
    }
    if (events_.line) events_.line(std::move(line));
  }

  void complained(const std::string& line) const {
    log(LogLevel::Info, line, {{"stream", "stderr"}, {"pid", std::int64_t{pid_}}});
  }

  void output_ended() {
    output_ended_ = true;
    stop();  // a server that says no more is none
    tell_end();
  }

  void reaped(int state) {
    how_ = how_it_ended(state);
    // What it started and left behind would hold its pipes open.
    kill_group(SIGKILL);
    stop_reading_later();
    tell_end();
  }

  // Its last lines are in the pipe; a process that inherited the pipe must not keep it open for
  // ever.
  void stop_reading_later() {
    timer_.expires_after(options_.patience);
    timer_.async_wait([self = shared_from_this()](Error error) {
      if (error) return;
      self->output_.close();
      self->errors_.close();
    });
  }

  void tell_end() {
    if (!output_ended_ || how_.empty()) return;
    if (const auto ended = std::exchange(events_, {}).ended) ended(how_);
  }

  void escalate(std::vector<int> signals) {
    if (signals.empty() || !how_.empty()) return;
    timer_.expires_after(options_.patience);
    timer_.async_wait([self = shared_from_this(), signals = std::move(signals)](Error error) mutable {
      if (error || !self->how_.empty()) return;
      self->kill_group(signals.front());
      signals.erase(signals.begin());
      self->escalate(std::move(signals));
    });
  }

  void kill_group(int signal) const { ::kill(-pid_, signal); }

  const ChildOptions options_;
  ChildEvents events_;
  const int pid_;
  net::posix::stream_descriptor input_;
  Output output_, errors_;
  net::steady_timer timer_;
  std::deque<std::string> queue_;  // the first is being written
  std::size_t queued_ = 0;         // bytes
  bool stopping_ = false;
  bool output_ended_ = false;
  std::string how_;  // once it is reaped
};

class ChildHandle final : public ChildProcess {
 public:
  explicit ChildHandle(std::shared_ptr<RunningChild> child) : child_(std::move(child)) {}
  ~ChildHandle() override {
    child_->forget();
    child_->stop();
  }
  bool write(std::string line) override { return child_->write(std::move(line)); }
  void stop() override { child_->stop(); }

 private:
  const std::shared_ptr<RunningChild> child_;
};

}  // namespace

StatusOr<std::unique_ptr<ChildProcess>> start_child(net::io_context& loop, Reaper& reaper,
                                                    const ChildOptions& options, ChildEvents events) {
  const StatusOr<Spawned> spawned = spawn(options.command);
  if (!spawned.ok()) return spawned.status();
  auto child = std::make_shared<RunningChild>(loop, options, *spawned, std::move(events));
  child->start(reaper);
  return std::unique_ptr<ChildProcess>(std::make_unique<ChildHandle>(std::move(child)));
}

}  // namespace toolhive::bridge
