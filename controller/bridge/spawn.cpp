#include "controller/bridge/spawn.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

extern char** environ;  // NOLINT(readability-redundant-declaration)

namespace toolhive::bridge {

namespace {

class Pipe {
 public:
  Pipe() = default;
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    for (const int end : ends_)
      if (end >= 0) ::close(end);
  }
  bool open() { return ::pipe2(ends_.data(), O_CLOEXEC) == 0; }
  int reader() const { return ends_[0]; }
  int writer() const { return ends_[1]; }
  int take_reader() { return std::exchange(ends_[0], -1); }
  int take_writer() { return std::exchange(ends_[1], -1); }

 private:
  std::array<int, 2> ends_{-1, -1};
};

struct Pipes {
  Pipe input, output, errors;
  bool open() { return input.open() && output.open() && errors.open(); }
};

// What a program expects at its start: no signal blocked or ignored.
class Attributes {
 public:
  Attributes() {
    posix_spawnattr_init(&value_);
    sigset_t none;
    sigemptyset(&none);
    posix_spawnattr_setsigmask(&value_, &none);
    sigset_t all;
    sigfillset(&all);
    posix_spawnattr_setsigdefault(&value_, &all);
    posix_spawnattr_setpgroup(&value_, 0);
    posix_spawnattr_setflags(&value_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  }
  ~Attributes() { posix_spawnattr_destroy(&value_); }
  Attributes(const Attributes&) = delete;
  Attributes& operator=(const Attributes&) = delete;
  const posix_spawnattr_t* get() const { return &value_; }

 private:
  posix_spawnattr_t value_{};
};

class Actions {
 public:
  explicit Actions(const Pipes& pipes) {
    posix_spawn_file_actions_init(&value_);
    posix_spawn_file_actions_adddup2(&value_, pipes.input.reader(), STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&value_, pipes.output.writer(), STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&value_, pipes.errors.writer(), STDERR_FILENO);
    // Connections of clients are none of the program's business.
    posix_spawn_file_actions_addclosefrom_np(&value_, STDERR_FILENO + 1);
  }
  ~Actions() { posix_spawn_file_actions_destroy(&value_); }
  Actions(const Actions&) = delete;
  Actions& operator=(const Actions&) = delete;
  const posix_spawn_file_actions_t* get() const { return &value_; }

 private:
  posix_spawn_file_actions_t value_{};
};

}  // namespace

StatusOr<Spawned> spawn(std::vector<std::string> command) {
  Pipes pipes;
  if (!pipes.open())
    return Status(Code::Unavailable, "cannot run " + command.front() + ": no more file descriptors");
  std::vector<char*> words;
  for (std::string& word : command) words.push_back(word.data());
  words.push_back(nullptr);
  pid_t pid = 0;
  const int error =
      posix_spawnp(&pid, words.front(), Actions(pipes).get(), Attributes().get(), words.data(), environ);
  if (error != 0) {
    return Status(
        error == ENOENT ? Code::NotFound : Code::Unavailable,
        "cannot run " + command.front() + ": " + std::strerror(error));  // NOLINT(concurrency-mt-unsafe)
  }
  return Spawned{.pid = pid,
                 .input = pipes.input.take_writer(),
                 .output = pipes.output.take_reader(),
                 .errors = pipes.errors.take_reader()};
}

}  // namespace toolhive::bridge
