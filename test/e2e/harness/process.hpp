// Runs programs, as a person at a terminal would, with a bound on how long they take.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <map>
#include <string>
#include <vector>

namespace e2e {

using Seconds = std::chrono::duration<double>;

struct Command {
  std::vector<std::string> argv;             // argv[0] is looked up in PATH
  std::string input{};                       // standard input
  std::map<std::string, std::string> env{};  // added to this process's environment
  Seconds timeout{60};                       // then the program and its children are killed
};

struct Output {
  int code = -1;  // exit code; 128 + signal for a killed program, 127 for one that does not exist
  bool timed_out = false;
  std::string out;
  std::string err;

  bool ok() const { return code == 0 && !timed_out; }
  // What to print when it should have succeeded.
  std::string explain() const;
};

// Throws std::system_error only when no process can be made at all.
Output run(const Command& command);

// A program that runs until this object goes. It dies with this process, however that ends.
class Background {
 public:
  explicit Background(const Command& command);  // input and timeout are not used
  ~Background();
  Background(const Background&) = delete;
  Background& operator=(const Background&) = delete;

  bool running();
  // Kills it with SIGKILL. False when it had ended by itself.
  bool kill();
  // -1 once running() was false: no number to give to kill(2), which would take it for everything.
  pid_t pid() const { return pid_; }

 private:
  pid_t pid_;
};

}  // namespace e2e
