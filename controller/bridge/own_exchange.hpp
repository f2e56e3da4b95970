// OwnExchange: a request that the bridge itself makes.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "controller/bridge/exchange.hpp"

namespace toolhive::bridge {

class OwnExchange final : public Exchange {
 public:
  // Called once: the answer, or null when there is none.
  using Done = std::function<void(const Message* answer)>;

  explicit OwnExchange(Done done) : done_(std::move(done)) {}
  void send(const std::string& /*text*/) override {}
  void answer(const Message& message) override { done_(&message); }
  void accept() override { done_(nullptr); }
  void refuse(unsigned /*http_status*/, std::int64_t /*code*/, std::string_view /*why*/,
              std::string_view /*data*/) override {
    done_(nullptr);
  }
  void tick(TimePoint /*now*/) override {}
  void open_stream() override {}
  void open_session(std::string /*id*/) override {}

 private:
  const Done done_;
};

}  // namespace toolhive::bridge
