// mcp-bridge: runs an MCP server that speaks over stdio, and serves it over streamable HTTP.
#include <csignal>
#include <iostream>
#include <string>
#include <vector>

#include "controller/base/log.hpp"
#include "controller/bridge/flags.hpp"
#include "controller/bridge/program.hpp"
#include "controller/bridge/self_copy.hpp"

namespace {

using namespace toolhive;

// What ends the program: blocked in all threads, and waited for in one.
sigset_t ends() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  return set;
}

int copy(const std::string& directory) {
  const StatusOr<std::string> copied = bridge::copy_self_to(directory);
  if (copied.ok()) return 0;
  std::cerr << "mcp-bridge: " << copied.status().message() << '\n';
  return 1;
}

int serve(const bridge::Flags& flags) {
  const sigset_t set = ends();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  const Logging logging(flags.log_level);
  bridge::Program program(flags);
  if (const Status started = program.start(); !started.ok()) {
    log(LogLevel::Error, "mcp-bridge cannot start", {{"error", started.message()}});
    return 1;
  }
  int signal = 0;
  sigwait(&set, &signal);
  log(LogLevel::Info, "stopping", {{"signal", std::int64_t{signal}}});
  program.stop();
  return 0;
}

}  // namespace

int main(int count, char** words) {
  const StatusOr<bridge::Flags> flags = bridge::parse_flags({words + 1, words + count});
  if (!flags.ok()) {
    std::cerr << "mcp-bridge: " << flags.status().message() << '\n';
    return 2;
  }
  if (flags->help) {
    std::cout << bridge::usage();
    return 0;
  }
  return flags->copy_to.empty() ? serve(*flags) : copy(flags->copy_to);
}
