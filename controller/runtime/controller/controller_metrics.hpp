// ControllerMetrics: what one controller and its queue count.
#pragma once

#include <memory>
#include <string>

#include "controller/base/clock.hpp"
#include "controller/runtime/controller/work_queue.hpp"
#include "controller/runtime/monitor/metrics.hpp"

namespace toolhive::runtime {

// Thread-safe. Outlived by `metrics`.
class ControllerMetrics final : public WorkQueueObserver {
 public:
  ControllerMetrics(Metrics& metrics, const std::string& controller, int workers);
  ~ControllerMetrics() override;

  enum class Outcome { Success, RequeueAfter, Conflict, Error, TerminalError };
  void pass_started();
  void pass_ended(Outcome outcome, Duration took);
  void exception_caught();
  void hot_loop();

  void added() override;
  void depth(std::size_t ready) override;
  void retried() override;
  void taken(Duration waited) override;
  void finished(Duration worked) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace toolhive::runtime
