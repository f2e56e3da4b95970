#include "controller/base/subprocess.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "controller/base/descriptor.hpp"

extern char** environ;  // NOLINT(readability-redundant-declaration)

namespace toolhive {

namespace {

constexpr std::size_t kErrorsLimit = 4096;

struct Pipe {
  Descriptor read, write;
  bool open() {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) return false;
    read.reset(ends[0]);
    write.reset(ends[1]);
    return true;
  }
};

// Makes `file` a file in memory with `input`: nobody has to write while the program reads.
bool open_input(std::string_view input, Descriptor& file) {
  file.reset(memfd_create("input", MFD_CLOEXEC));
  while (file.get() >= 0 && !input.empty()) {
    const ssize_t written = write(file.get(), input.data(), input.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    input.remove_prefix(static_cast<std::size_t>(written));
  }
  return file.get() >= 0 && lseek(file.get(), 0, SEEK_SET) == 0;
}

// Reads what is there; false at the end.
bool drain(int fd, std::string& into, std::size_t limit) {
  std::array<char, 4096> buffer;
  const ssize_t count = read(fd, buffer.data(), buffer.size());
  if (count < 0) return errno == EINTR || errno == EAGAIN;
  into.append(buffer.data(), std::min<std::size_t>(static_cast<std::size_t>(count), limit - into.size()));
  return count > 0;
}

std::vector<std::string> environment_with(const std::map<std::string, std::string>& added) {
  std::vector<std::string> result;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string_view text = *variable;
    if (!added.contains(std::string(text.substr(0, text.find('='))))) result.emplace_back(text);
  }
  for (const auto& [name, value] : added) result.push_back(name + "=" + value);
  return result;
}

std::vector<char*> pointers(std::vector<std::string>& strings) {
  std::vector<char*> result;
  result.reserve(strings.size() + 1);
  for (std::string& text : strings) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

struct Streams {
  int in, out, err;  // `in` is negative for nothing
};

int spawn(pid_t& pid, std::vector<std::string> argv, std::vector<std::string> env, const Streams& streams) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  if (streams.in < 0)
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  else
    posix_spawn_file_actions_adddup2(&actions, streams.in, 0);
  posix_spawn_file_actions_adddup2(&actions, streams.out, 1);
  posix_spawn_file_actions_adddup2(&actions, streams.err, 2);
  // Connections to the API server are none of the program's business.
  posix_spawn_file_actions_addclosefrom_np(&actions, 3);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  sigset_t defaults;
  sigfillset(&defaults);
  posix_spawnattr_setsigdefault(&attributes, &defaults);
  // A process group of its own, so that its children can be ended with it.
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes,
                           POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  const int error = posix_spawnp(&pid, argv.front().c_str(), &actions, &attributes, pointers(argv).data(),
                                 pointers(env).data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  return error;
}

int wait_for(pid_t pid) {
  int state = 0;
  while (waitpid(pid, &state, 0) < 0 && errno == EINTR) {
  }
  return WIFSIGNALED(state) ? 128 + WTERMSIG(state) : WEXITSTATUS(state);
}

}  // namespace

StatusOr<ProcessResult> run_process(const Context& ctx, const std::vector<std::string>& argv,
                                    const ProcessOptions& options) {
  Descriptor in;
  if (!options.input.empty() && !open_input(options.input, in))
    return Status(Code::Unavailable, "cannot run " + argv.front() + ": no memory for its input");
  Pipe out;
  Pipe err;
  if (!out.open() || !err.open())
    return Status(Code::Unavailable, "cannot run " + argv.front() + ": no more file descriptors");
  pid_t pid = 0;
  if (const int error = spawn(pid, argv, environment_with(options.env),
                              {.in = in.get(), .out = out.write.get(), .err = err.write.get()});
      error != 0) {
    return Status(
        error == ENOENT ? Code::NotFound : Code::Unavailable,
        "cannot run " + argv.front() + ": " + std::strerror(error));  // NOLINT(concurrency-mt-unsafe)
  }
  out.write.reset(-1);
  err.write.reset(-1);

  const std::size_t most_output = options.on_output ? std::string::npos : options.most_output;
  ProcessResult result;
  Status ended;
  bool out_open = true;
  bool err_open = true;
  while (out_open || err_open) {
    if (ctx.stop.stop_requested()) ended = Status(Code::Cancelled, argv.front() + ": stopped by the caller");
    if (ctx.clock.now() >= ctx.deadline) ended = Status(Code::Timeout, argv.front() + " did not end in time");
    if (result.output.size() >= most_output)
      ended = Status(Code::Invalid,
                     argv.front() + " printed more than " + std::to_string(options.most_output) + " bytes");
    if (!ended.ok()) break;
    std::array<pollfd, 2> polled{pollfd{out_open ? out.read.get() : -1, POLLIN, 0},
                                 pollfd{err_open ? err.read.get() : -1, POLLIN, 0}};
    // Short enough to notice a stop soon; programs like these run for a second at most.
    constexpr int kMilliseconds = 20;
    poll(polled.data(), polled.size(), kMilliseconds);
    if (polled[0].revents != 0) out_open = drain(out.read.get(), result.output, most_output);
    if (options.on_output && !result.output.empty()) {
      options.on_output(result.output);
      result.output.clear();
    }
    if (polled[1].revents != 0) err_open = drain(err.read.get(), result.errors, kErrorsLimit);
  }
  if (!ended.ok()) kill(-pid, SIGKILL);
  result.exit_code = wait_for(pid);
  if (!ended.ok()) return ended;
  return result;
}

}  // namespace toolhive
