// The command line of mcp-bridge.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "controller/base/log_level.hpp"
#include "controller/base/status.hpp"

namespace toolhive::bridge {

struct Flags {
  std::string address;  // numeric; empty for all
  std::uint16_t port = 8080;
  std::string path = "/mcp";
  bool process_per_session = false;
  std::size_t max_sessions = 64;
  std::size_t max_message_bytes = 4 << 20;
  std::chrono::seconds request_timeout{300};
  std::chrono::seconds session_idle{1800};
  std::chrono::seconds drain_timeout{10};
  std::vector<std::string> allowed_origins;
  LogLevel log_level = LogLevel::Info;
  std::string copy_to;  // a directory: copies the program there, and does nothing else
  bool help = false;
  std::vector<std::string> command;
};

// Invalid says which word is wrong, and what it should be.
StatusOr<Flags> parse_flags(const std::vector<std::string>& words);
// What --help prints.
std::string usage();

}  // namespace toolhive::bridge
