// Running: a manager over a FakeApi that runs until the end of its scope.
#pragma once

#include <functional>
#include <future>
#include <memory>
#include <stop_token>
#include <string>

#include "controller/runtime/manager/manager.hpp"
#include "controller/testing/fake_api.hpp"
#include "test/unit/runtime/objects.hpp"

namespace toolhive::runtime_test {

struct Running {
  explicit Running(std::shared_ptr<testing::FakeApi> a = std::make_shared<testing::FakeApi>(),
                   runtime::ManagerOptions options = {})
      : api(std::move(a)),
        manager(std::static_pointer_cast<kube::Client>(api), std::static_pointer_cast<kube::Client>(api),
                std::move(options)) {}
  ~Running() { (void)end(); }
  void start() {
    done = std::async(std::launch::async, [this] { return manager.run(stop.get_token()); });
  }
  Status end() {
    stop.request_stop();
    return done.valid() ? done.get() : Status();
  }
  bool wait_for(const std::function<bool()>& condition) { return api->wait_for(condition); }
  bool shows(const std::string& metric) {
    return wait_for([&] { return manager.metrics().text().find(metric) != std::string::npos; });
  }

  std::shared_ptr<testing::FakeApi> api;
  runtime::Manager manager;
  std::stop_source stop;
  std::future<Status> done;
};

}  // namespace toolhive::runtime_test
