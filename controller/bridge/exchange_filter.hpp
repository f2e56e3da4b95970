// ExchangeFilter: an exchange that stands in front of another and changes what comes.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "controller/bridge/exchange.hpp"

namespace toolhive::bridge {

// Passes everything on, the answer after `change` has had it.
class ExchangeFilter final : public Exchange {
 public:
  using Change = std::function<void(Message& answer)>;

  ExchangeFilter(std::shared_ptr<Exchange> target, Change change)
      : target_(std::move(target)), change_(std::move(change)) {}
  void send(const std::string& text) override { target_->send(text); }
  void answer(const Message& message) override {
    Message changed = message;
    change_(changed);
    target_->answer(changed);
  }
  void accept() override { target_->accept(); }
  void refuse(unsigned http_status, std::int64_t code, std::string_view why, std::string_view data) override {
    target_->refuse(http_status, code, why, data);
  }
  void tick(TimePoint now) override { target_->tick(now); }
  void open_stream() override { target_->open_stream(); }
  void open_session(std::string id) override { target_->open_session(std::move(id)); }
  bool is(const Exchange& exchange) const override { return this == &exchange || target_->is(exchange); }

 private:
  const std::shared_ptr<Exchange> target_;
  const Change change_;
};

}  // namespace toolhive::bridge
