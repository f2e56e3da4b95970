#include "controller/base/log_writer.hpp"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "controller/base/log_line.hpp"

namespace toolhive {

namespace {

std::uint64_t count_lines(std::string_view text) {
  return static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
}

// Where lines go in the end. Used by the writer's thread only.
class Sink {
 public:
  explicit Sink(int descriptor) : descriptor_(fcntl(descriptor, F_DUPFD_CLOEXEC, 0)) {}
  ~Sink() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  Sink(const Sink&) = delete;
  Sink& operator=(const Sink&) = delete;

  // Writes lines behind which others were dropped. Returns how many could not be written. Blocks
  // while nobody reads.
  std::uint64_t write(std::string_view lines, std::uint64_t dropped) {
    tell_of_lost_lines();
    // Not past the line that has to come before them.
    const std::uint64_t failed = untold_ == 0 ? put(lines) : count_lines(lines);
    untold_ += failed + dropped;
    tell_of_lost_lines();
    return failed;
  }

 private:
  void tell_of_lost_lines() {
    if (untold_ == 0) return;
    const auto line = log_line(std::chrono::system_clock::now(), LogLevel::Warn,
                               "log lines were lost: they came faster than they were read", {},
                               {{"lines", static_cast<std::int64_t>(untold_)}});
    if (put(line) == 0) untold_ = 0;
  }

  // Returns how many lines could not be written.
  std::uint64_t put(std::string_view lines) {
    // Ends a line of which only a part was written before.
    if (torn_ && !write_all("\n").empty()) return count_lines(lines);
    torn_ = false;
    const std::string_view rest = write_all(lines);
    torn_ = !rest.empty() && rest.size() < lines.size() && lines[lines.size() - rest.size() - 1] != '\n';
    return count_lines(rest);
  }

  // Returns what could not be written.
  std::string_view write_all(std::string_view text) const {
    while (!text.empty()) {
      const ssize_t written = ::write(descriptor_, text.data(), text.size());
      if (written >= 0) {
        text.remove_prefix(static_cast<std::size_t>(written));
      } else if (errno == EAGAIN) {
        // Somebody who shares the descriptor made it non-blocking.
        pollfd writable{descriptor_, POLLOUT, 0};
        poll(&writable, 1, -1);
      } else if (errno != EINTR) {
        break;
      }
    }
    return text;
  }

  const int descriptor_;
  bool torn_ = false;
  std::uint64_t untold_ = 0;  // lines that were lost and that no line tells of yet
};

}  // namespace

struct LogWriter::State {
  bool idle() const { return queue.empty() && dropped == 0 && !writing; }
  // The thread, until the queue is closed and written.
  void run(Sink& sink);

  std::mutex mutex;
  std::condition_variable queued;   // the thread waits for it
  std::condition_variable written;  // flush() and close() wait for it
  std::string queue;                // this and the next four are guarded by mutex
  std::uint64_t dropped = 0;        // behind the lines of the queue
  bool writing = false;
  bool closed = false;
  bool abandoned = false;
  std::atomic<std::uint64_t> lost{0};
};

void LogWriter::State::run(Sink& sink) {
  std::string lines;
  std::unique_lock lock(mutex);
  while (true) {
    queued.wait(lock, [this] { return closed || !idle(); });
    if (idle() || abandoned) return;
    lines.swap(queue);
    const std::uint64_t dropped_after = std::exchange(dropped, 0);
    writing = true;
    lock.unlock();
    lost += sink.write(lines, dropped_after);
    lines.clear();
    lock.lock();
    writing = false;
    written.notify_all();
  }
}

LogWriter::LogWriter(int descriptor, LogWriterOptions options)
    : options_(options), state_(std::make_shared<State>()) {
  // Signals are for the threads that wait for them, and a reader that is gone is no reason to end.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  thread_ = std::thread([state = state_, sink = std::make_unique<Sink>(descriptor)] { state->run(*sink); });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

LogWriter::~LogWriter() {
  close();
}

void LogWriter::write(std::string_view line) {
  State& s = *state_;
  const std::lock_guard lock(s.mutex);
  // After a line that was dropped all are, until the thread takes the queue: a gap is where it is
  // said to be.
  const bool fits = s.dropped == 0 && s.queue.size() + line.size() <= options_.queue_bytes;
  if (fits && !s.closed) {
    s.queue += line;
  } else {
    ++s.lost;
    if (!s.closed) ++s.dropped;
  }
  if (!s.writing) s.queued.notify_one();
}

bool LogWriter::flush(std::chrono::milliseconds timeout) {
  State& s = *state_;
  std::unique_lock lock(s.mutex);
  return s.written.wait_for(lock, timeout, [&s] { return s.idle(); });
}

void LogWriter::close() {
  if (!thread_.joinable()) return;
  State& s = *state_;
  {
    const std::lock_guard lock(s.mutex);
    s.closed = true;
    s.queued.notify_one();
  }
  if (flush(options_.drain)) return thread_.join();
  {
    const std::lock_guard lock(s.mutex);
    s.lost += count_lines(s.queue);
    s.abandoned = true;
  }
  thread_.detach();
}

std::uint64_t LogWriter::lost() const {
  return state_->lost;
}

}  // namespace toolhive
