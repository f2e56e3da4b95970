#include "test/e2e/harness/load.hpp"

namespace e2e {

Load::Load(const TestNamespace& ns) : ns_(ns), reader_([this] { read(); }), writer_([this] { write(); }) {}

Load::~Load() {
  stop();
}

void Load::stop() {
  stopping_ = true;
  if (reader_.joinable()) reader_.join();
  if (writer_.joinable()) writer_.join();
}

std::string Load::failed_reads() const {
  const std::lock_guard lock(mutex_);
  return failed_reads_;
}

void Load::read() {
  while (!stopping_) {
    const Answer answer = ns_.http("GET", "/api/v1/tools?limit=5");
    ++reads_;
    if (answer.ok()) continue;
    const std::lock_guard lock(mutex_);
    failed_reads_ += "read " + std::to_string(reads_) + ": " + answer.explain() + "\n";
  }
}

void Load::write() {
  for (int i = 0; !stopping_; ++i) {
    const std::string name = "load." + std::to_string(i);
    const Answer answer =
        ns_.http("POST", "/api/v1/tools",
                 {{"name", name}, {"version", "1.0.0"}, {"inputSchema", {{"type", "object"}}}});
    if (!answer.ok()) continue;
    acknowledged_.push_back(name);
    ++writes_;
  }
}

}  // namespace e2e
