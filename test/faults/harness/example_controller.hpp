// ExampleController: the example controller on the framework in this process, and an informer
// beside it, all through the fault proxy.
#pragma once

#include <chrono>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>

#include "controller/kube/client/client.hpp"
#include "controller/runtime/cache/informer.hpp"
#include "controller/runtime/manager/manager.hpp"

namespace toolhive::faults {

class ExampleController {
 public:
  // `patience`: how long it waits for an answer, and for the next byte of a watch. Zero: as the
  // framework has it. Tests of silence would else take as long as its limits are.
  ExampleController(const std::string& kubeconfig, const std::string& ns, std::chrono::seconds patience);
  ~ExampleController();  // stops

  // Where what it holds differs from what the API server has, in one line each; empty when nothing
  // does: the caches, what the informer told its handler, and the Secrets that the controller is to
  // keep.
  std::string differs_from(kube::Client& server);

 private:
  void hear(const runtime::Change& change);

  const std::string ns_;
  std::unique_ptr<kube::Client> client_;  // of the informer
  runtime::Manager manager_;
  runtime::Informer informer_;
  std::stop_source stop_;
  std::future<Status> done_;

  std::mutex mutex_;
  std::map<kube::Key, kube::Object> heard_;  // guarded by mutex_: what the handler was told
  // guarded by mutex_: the first change that did not follow from those before
  std::string contradiction_;
};

}  // namespace toolhive::faults
