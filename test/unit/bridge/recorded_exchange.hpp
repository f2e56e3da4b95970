// RecordedExchange: an exchange that keeps what it is told.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "controller/bridge/exchange.hpp"

namespace toolhive::bridge_test {

struct RecordedExchange final : bridge::Exchange {
  void send(const std::string& text) override { sent.push_back(text); }
  void answer(const bridge::Message& message) override {
    ++ends;
    answered = message.text();
  }
  void accept() override {
    ++ends;
    accepted = true;
  }
  void refuse(unsigned http_status, std::int64_t code, std::string_view why, std::string_view data) override {
    ++ends;
    status = http_status;
    error = code;
    reason = std::string(why) + std::string(data);
  }
  void tick(TimePoint /*now*/) override { ++ticks; }
  void open_stream() override { streaming = true; }
  void open_session(std::string id) override { session = std::move(id); }

  std::vector<std::string> sent;
  std::string answered, session, reason;
  bool accepted = false;
  bool streaming = false;
  unsigned status = 0;
  std::int64_t error = 0;
  int ends = 0;  // must never be more than one
  int ticks = 0;
};

}  // namespace toolhive::bridge_test
