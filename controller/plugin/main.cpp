// kubectl-mcp: what kubectl runs for "kubectl mcp", to look after MCP registries.
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "controller/plugin/command_line.hpp"

namespace {

using namespace toolhive;

constexpr const char* kCompleting = "kubectl_complete-mcp";

sigset_t ends() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  return set;
}

// Asks for a stop with the first signal; the second ends the program at once.
void stop_on_signals(std::stop_source stop) {
  const sigset_t set = ends();
  int signal = 0;
  sigwait(&set, &signal);
  stop.request_stop();
  sigwait(&set, &signal);
  _exit(128 + signal);
}

// kubectl runs it under another name for words to complete.
plugin::Words words_of(int count, char** words) {
  plugin::Words all(words + 1, words + count);
  const std::string_view program = words[0];
  if (program.substr(program.rfind('/') + 1) == kCompleting) all.insert(all.begin(), {"__complete", "--"});
  return all;
}

}  // namespace

int main(int count, char** words) {
  const sigset_t set = ends();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  std::stop_source stop;
  std::thread(stop_on_signals, stop).detach();

  plugin::Console console(
      {.out = std::cout, .err = std::cerr, .in = std::cin, .terminal = isatty(STDERR_FILENO) == 1},
      plugin::Paint(plugin::wants_colours(STDOUT_FILENO)));
  const char* const kubectl = std::getenv("KUBECTL");
  return plugin::run_command({.stop = stop.get_token()}, words_of(count, words),
                             kubectl ? kubectl : "kubectl", run_process, console);
}
