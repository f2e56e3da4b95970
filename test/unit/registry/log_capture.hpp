#pragma once

#include <doctest/doctest.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

namespace toolhive::registry::test {

/// Takes what is logged while it lives, in place of stdout.
class LogCapture {
 public:
  LogCapture() : before_(spdlog::default_logger()), sink_(std::make_shared<Sink>()) {
    spdlog::set_default_logger(std::make_shared<spdlog::logger>("captured", sink_));
  }
  ~LogCapture() { spdlog::set_default_logger(before_); }
  LogCapture(const LogCapture&) = delete;
  LogCapture& operator=(const LogCapture&) = delete;

  /// The lines so far, once there are `count` of them; those there are after ten seconds.
  std::vector<nlohmann::json> lines(std::size_t count) {
    std::unique_lock lock(sink_->told);
    sink_->more.wait_for(lock, std::chrono::seconds(10), [&] { return sink_->lines.size() >= count; });
    std::vector<nlohmann::json> parsed;
    for (const auto& line : sink_->lines) parsed.push_back(nlohmann::json::parse(line));
    return parsed;
  }

 private:
  struct Sink final : spdlog::sinks::base_sink<spdlog::details::null_mutex> {
    void sink_it_(const spdlog::details::log_msg& message) override {
      const std::lock_guard lock(told);
      lines.emplace_back(message.payload.data(), message.payload.size());
      more.notify_all();
    }
    void flush_() override {}

    std::mutex told;
    std::condition_variable more;
    std::vector<std::string> lines;
  };

  std::shared_ptr<spdlog::logger> before_;
  std::shared_ptr<Sink> sink_;
};

}  // namespace toolhive::registry::test
