// ChildProcess: the program that the bridge runs, as something that takes lines and says lines.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "controller/base/status.hpp"

namespace boost::asio {
class io_context;  // NOLINT(readability-identifier-naming): Boost's
}

namespace toolhive::bridge {

class Reaper;

struct ChildEvents {
  // A line of its standard output, without its end.
  std::function<void(std::string line)> line;
  // Once, when it has ended and its last line was told: how.
  std::function<void(std::string how)> ended;
};

// Used on the loop only. Letting go of one that runs stops it, and no event follows.
class ChildProcess {
 public:
  virtual ~ChildProcess() = default;
  // Has a line written to its standard input, in the order of the calls. False, and nothing is
  // written, while as much as it may hold back waits already: the program reads too slowly.
  virtual bool write(std::string line) = 0;
  // Asks it to end: closes its input, then SIGTERM, then SIGKILL for it and all it started.
  virtual void stop() = 0;
};

struct ChildOptions {
  std::vector<std::string> command;          // looked up in PATH
  std::size_t longest_line = 4 << 20;        // in bytes; a program that says a longer one is ended
  std::size_t longest_queue = 8 << 20;       // bytes of lines that it has not read
  std::chrono::milliseconds patience{3000};  // between closing its input, SIGTERM and SIGKILL
};

// Starts the program, in a process group of its own, with this process's environment; what it says
// on standard error becomes lines of the log. NotFound when there is no such program.
StatusOr<std::unique_ptr<ChildProcess>> start_child(boost::asio::io_context& loop, Reaper& reaper,
                                                    const ChildOptions& options, ChildEvents events);

}  // namespace toolhive::bridge
