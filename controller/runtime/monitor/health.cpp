#include "controller/runtime/monitor/health.hpp"

#include <utility>

namespace toolhive::runtime {

void Health::add_liveness(std::string name, Check check) {
  const std::lock_guard lock(mutex_);
  liveness_.insert_or_assign(std::move(name), std::move(check));
}

void Health::add_readiness(std::string name, Check check) {
  const std::lock_guard lock(mutex_);
  readiness_.insert_or_assign(std::move(name), std::move(check));
}

void Health::add_notice(std::string name, Notice notice) {
  const std::lock_guard lock(mutex_);
  notices_.insert_or_assign(std::move(name), std::move(notice));
}

Health::Report Health::live() const {
  return run(&Health::liveness_);
}
Health::Report Health::ready() const {
  Report report = run(&Health::readiness_);
  std::map<std::string, Notice> copy;
  {
    const std::lock_guard lock(mutex_);
    copy = notices_;
  }
  for (const auto& [name, notice] : copy)
    if (const std::string text = notice(); !text.empty()) report.text += "[!]" + name + ": " + text + "\n";
  return report;
}

Health::Report Health::run(const Checks Health::*checks) const {
  Checks copy;
  {
    const std::lock_guard lock(mutex_);
    copy = this->*checks;
  }
  Report report;
  for (const auto& [name, check] : copy) {
    const Status status = check();
    report.ok = report.ok && status.ok();
    report.text +=
        status.ok() ? "[+]" + name + " ok\n" : "[-]" + name + " failed: " + status.message() + "\n";
  }
  report.text += report.ok ? "check passed\n" : "check failed\n";
  return report;
}

}  // namespace toolhive::runtime
