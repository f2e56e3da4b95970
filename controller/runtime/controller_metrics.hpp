// ControllerMetrics: what one controller and its queue count.
#pragma once

#include <memory>
#include <string>

#include "controller/kube/clock.hpp"
#include "controller/runtime/metrics.hpp"
#include "controller/runtime/work_queue.hpp"

namespace runtime {

// Thread-safe. Outlived by `metrics`.
class ControllerMetrics final : public WorkQueueObserver {
 public:
  ControllerMetrics(Metrics& metrics, const std::string& controller, int workers);
  ~ControllerMetrics() override;

  enum class Outcome { Success, RequeueAfter, Conflict, Error, TerminalError };
  void pass_started();
  void pass_ended(Outcome outcome, kube::Duration took);
  void exception_caught();
  void hot_loop();

  void added() override;
  void depth(std::size_t ready) override;
  void retried() override;
  void taken(kube::Duration waited) override;
  void finished(kube::Duration worked) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace runtime
