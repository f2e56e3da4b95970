// LogCapture: what is logged while it exists, in place of standard output.
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "controller/base/log.hpp"

namespace toolhive::test {

// A pipe that holds a megabyte.
class LogPipe {
 public:
  LogPipe() {
    if (::pipe2(ends_.data(), O_CLOEXEC) != 0 || ::fcntl(ends_[1], F_SETPIPE_SZ, 1 << 20) < 0)
      throw std::runtime_error("no pipe for the log");
    ::fcntl(ends_[0], F_SETFL, O_NONBLOCK);
  }
  ~LogPipe() {
    for (const int end : ends_) ::close(end);
  }
  LogPipe(const LogPipe&) = delete;
  LogPipe& operator=(const LogPipe&) = delete;

  int descriptor() const { return ends_[1]; }

  // Appends what there is; false when there is nothing within `wait`.
  bool read(std::string& text, std::chrono::milliseconds wait) const {
    pollfd readable{ends_[0], POLLIN, 0};
    if (::poll(&readable, 1, static_cast<int>(wait.count())) <= 0) return false;
    char buffer[4096];
    const ssize_t count = ::read(ends_[0], buffer, sizeof buffer);
    if (count > 0) text.append(buffer, static_cast<std::size_t>(count));
    return count > 0;
  }

 private:
  std::array<int, 2> ends_{-1, -1};
};

class LogCapture {
 public:
  explicit LogCapture(LogLevel level = LogLevel::Info) : logging_(level, pipe_.descriptor()) {}

  // The lines so far.
  std::vector<nlohmann::json> lines() {
    logging_.flush(kPatience);
    while (pipe_.read(text_, {})) continue;
    return parsed();
  }

  // The lines so far, once there are `count` of them; those there are after ten seconds.
  std::vector<nlohmann::json> lines(std::size_t count) {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (lines().size() < count && std::chrono::steady_clock::now() < deadline)
      pipe_.read(text_, std::chrono::milliseconds(100));
    return parsed();
  }

 private:
  static constexpr std::chrono::seconds kPatience{10};

  std::vector<nlohmann::json> parsed() const {
    std::vector<nlohmann::json> out;
    for (std::size_t at = 0, end; (end = text_.find('\n', at)) != std::string::npos; at = end + 1)
      out.push_back(nlohmann::json::parse(text_.substr(at, end - at)));
    return out;
  }

  const LogPipe pipe_;
  std::string text_;
  Logging logging_;
};

}  // namespace toolhive::test
