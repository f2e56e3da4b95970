// LogWriter: a bounded queue of lines, and the thread that writes them to a descriptor.
//
// A pipe that nobody reads any more (the container runtime is stopped, its disk is full, a log
// agent hangs) blocks whoever writes to it. Here that is a thread which has nothing else to do:
// write() takes a line or drops it, and never waits. Lines keep their order. Where some were
// dropped there is a line that says how many, once the reader is back:
//
//   {"ts":"...","level":"warn","msg":"log lines were lost: they came faster than they were read","lines":4711}
//
// An orderly end writes what is queued. A crash (SIGABRT, SIGKILL, _exit) loses it: the lines of
// the last moment, or of the whole queue while its reader is stuck.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <thread>

namespace toolhive {

struct LogWriterOptions {
  // Of lines that wait. As much again may be on its way to the descriptor, so twice this is what a
  // stuck reader costs in memory.
  std::size_t queue_bytes = 1 << 20;
  // How long the end waits for a reader.
  std::chrono::milliseconds drain{2000};
};

// Thread-safe.
class LogWriter {
 public:
  // Writes to a duplicate of `descriptor`, whose flags stay as they are: others may share it.
  explicit LogWriter(int descriptor, LogWriterOptions options = {});
  // close()
  ~LogWriter();
  LogWriter(const LogWriter&) = delete;
  LogWriter& operator=(const LogWriter&) = delete;

  // Queues a line, whose end it holds. Lost when the queue is full, or after close().
  void write(std::string_view line);
  // Waits until everything that was queued before is written; false when that takes longer.
  bool flush(std::chrono::milliseconds timeout);
  // Writes what is queued, for as long as the options say; the rest is lost. A thread that is stuck
  // in a write is left behind.
  void close();
  // Lines that were dropped, or that the descriptor did not take, since the start.
  std::uint64_t lost() const;

 private:
  struct State;
  const LogWriterOptions options_;
  const std::shared_ptr<State> state_;  // shared with the thread, which may outlive this object
  std::thread thread_;
};

}  // namespace toolhive
