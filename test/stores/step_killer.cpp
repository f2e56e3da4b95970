#include "step_killer.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <system_error>

namespace toolhive::registry::test {
namespace {

constexpr int kSystemCallStop = SIGTRAP | 0x80;  // as PTRACE_O_TRACESYSGOOD marks it

[[noreturn]] void fail_to(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

bool is_step(std::uint64_t number, const std::uint64_t* arguments) {
  switch (number) {
    case SYS_write:
    case SYS_writev:
    case SYS_pwrite64:
      return arguments[0] > STDERR_FILENO;
    case SYS_openat:
      return (arguments[2] & O_CREAT) != 0;
#ifdef SYS_open  // not every architecture has those of before openat
    case SYS_open:
      return (arguments[1] & O_CREAT) != 0;
    case SYS_mkdir:
    case SYS_rename:
    case SYS_unlink:
#endif
    case SYS_mkdirat:
    case SYS_renameat2:
    case SYS_unlinkat:
    case SYS_ftruncate:
    case SYS_fsync:
    case SYS_fdatasync:
    case SYS_connect:
    case SYS_sendto:
    case SYS_sendmsg:
      return true;
    default:
      return false;
  }
}

bool begins_step(pid_t thread) {
  __ptrace_syscall_info info{};
  if (::ptrace(PTRACE_GET_SYSCALL_INFO, thread, sizeof info, &info) < 0) return false;
  return info.op == PTRACE_SYSCALL_INFO_ENTRY && is_step(info.entry.nr, info.entry.args);
}

// A group of its own, so that its threads can be waited for and nothing else.
pid_t start_traced(const std::vector<std::string>& argv) {
  std::vector<char*> words;
  for (const auto& word : argv) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  const pid_t pid = ::fork();
  if (pid < 0) fail_to("fork");
  if (pid == 0) {
    ::setpgid(0, 0);
    const int null = ::open("/dev/null", O_RDWR);
    for (const int standard : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) ::dup2(null, standard);
    if (::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) == 0) ::execv(words[0], words.data());
    ::_exit(127);
  }
  ::setpgid(pid, pid);
  int status = 0;
  if (::waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status)) fail_to("tracing a program");
  const long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | PTRACE_O_EXITKILL;
  if (::ptrace(PTRACE_SETOPTIONS, pid, nullptr, options) < 0) fail_to("tracing a program");
  return pid;
}

// The signal that the program is to get: none of those that tracing itself makes.
int signal_of(int status) {
  const int signal = WSTOPSIG(status);
  const bool event = status >> 16 != 0;
  return event || signal == kSystemCallStop || signal == SIGSTOP ? 0 : signal;
}

}  // namespace

Steps run_to_step(const std::vector<std::string>& argv, int step) {
  const pid_t pid = start_traced(argv);
  Steps steps;
  ::ptrace(PTRACE_SYSCALL, pid, nullptr, 0);
  for (;;) {
    int status = 0;
    const pid_t thread = ::waitpid(-pid, &status, __WALL);
    if (thread < 0 && errno == EINTR) continue;
    if (thread < 0) fail_to("waiting for a traced program");
    if (!WIFSTOPPED(status)) {
      if (thread != pid) continue;
      steps.killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
      return steps;
    }
    if (WSTOPSIG(status) == kSystemCallStop && begins_step(thread)) {
      if (steps.taken == step) {
        ::kill(pid, SIGKILL);
        continue;
      }
      ++steps.taken;
    }
    ::ptrace(PTRACE_SYSCALL, thread, nullptr, signal_of(status));
  }
}

std::vector<int> steps_to_kill_at(int all, int most) {
  std::vector<int> steps;
  if (all <= most) most = all;
  for (int i = 0; i < most; ++i) steps.push_back(most == 1 ? 0 : i * (all - 1) / (most - 1));
  return steps;
}

}  // namespace toolhive::registry::test
