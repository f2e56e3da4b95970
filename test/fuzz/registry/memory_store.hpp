// A store that keeps its history in memory, for targets that cannot wait for disks.
#pragma once

#include <chrono>
#include <utility>
#include <vector>

#include "controller/base/time.hpp"
#include "registry/store/plan.hpp"
#include "registry/store/store.hpp"

namespace toolhive::fuzz {

class MemoryStore final : public registry::Store {
 public:
  std::shared_ptr<const registry::Index> snapshot() const override { return index_; }

  void write(registry::Write write, Done done) override {
    std::vector<registry::PendingWrite> writes;
    writes.push_back({std::move(write), std::move(done)});
    auto plan = plan_writes(*index_, writes, limits_, now());
    for (auto& record : plan.records) history_.push_back(std::move(record));
    index_ = std::make_shared<const registry::Index>(plan.builder.index());
    answer(writes, plan.outcomes);
  }

  registry::StoreStatus status() override { return {}; }

  const std::vector<registry::NewRecord>& history() const { return history_; }

 private:
  // Each write is a millisecond after the one before it.
  std::string now() {
    return to_rfc3339_micro(Microseconds(std::chrono::milliseconds(1'800'000'000'000 + ++writes_)));
  }

  const registry::StoreLimits limits_{20, 10};
  std::shared_ptr<const registry::Index> index_ = std::make_shared<registry::Index>();
  std::vector<registry::NewRecord> history_;
  std::int64_t writes_ = 0;
};

}  // namespace toolhive::fuzz
