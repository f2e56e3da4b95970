// FakeServers: servers of which a test says what is seen.
#pragma once

#include <algorithm>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

#include "controller/operator/server/servers.hpp"

namespace toolhive::test {

// Thread-safe.
class FakeServers final : public Servers {
 public:
  Look look(const WatchedServer& server) override {
    const std::lock_guard lock(mutex_);
    ++looks_;
    return {sightings_[server.key], std::chrono::seconds(60), hearing_};
  }
  void look_again(const WatchedServer&) override {
    const std::lock_guard lock(mutex_);
    ++asked_again_;
  }
  void suspend(const kube::Key& tool) override {
    const std::lock_guard lock(mutex_);
    suspended_.push_back(tool);
  }
  void forget(const kube::Key& tool) override {
    const std::lock_guard lock(mutex_);
    forgotten_.push_back(tool);
  }
  void rest(const kube::Key& tool) override {
    const std::lock_guard lock(mutex_);
    resting_.push_back(tool);
  }
  void rest_all() override {
    const std::lock_guard lock(mutex_);
    ++rested_all_;
  }
  void on_news(News news) override { news_ = std::move(news); }

  // From now on this is seen, which is news.
  void see(const kube::Key& tool, Sighting sighting) {
    {
      const std::lock_guard lock(mutex_);
      sightings_[tool] = std::move(sighting);
    }
    news_(tool);
  }
  // From now on this is known of listening to any of them.
  void hear(Hearing hearing) {
    const std::lock_guard lock(mutex_);
    hearing_ = std::move(hearing);
  }
  bool rests(const kube::Key& tool) const {
    const std::lock_guard lock(mutex_);
    return std::find(resting_.begin(), resting_.end(), tool) != resting_.end();
  }
  int rested_all() const {
    const std::lock_guard lock(mutex_);
    return rested_all_;
  }
  int looks() const {
    const std::lock_guard lock(mutex_);
    return looks_;
  }
  int asked_again() const {
    const std::lock_guard lock(mutex_);
    return asked_again_;
  }
  bool has_suspended(const kube::Key& tool) const {
    const std::lock_guard lock(mutex_);
    return std::find(suspended_.begin(), suspended_.end(), tool) != suspended_.end();
  }
  bool has_forgotten(const kube::Key& tool) const {
    const std::lock_guard lock(mutex_);
    return std::find(forgotten_.begin(), forgotten_.end(), tool) != forgotten_.end();
  }

 private:
  mutable std::mutex mutex_;
  News news_;
  std::map<kube::Key, Sighting> sightings_;
  std::vector<kube::Key> suspended_;
  std::vector<kube::Key> forgotten_;
  std::vector<kube::Key> resting_;
  Hearing hearing_;
  int rested_all_ = 0;
  int looks_ = 0;
  int asked_again_ = 0;
};

}  // namespace toolhive::test
