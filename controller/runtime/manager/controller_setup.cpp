#include "controller/runtime/manager/controller_setup.hpp"

#include <algorithm>
#include <utility>

#include "controller/runtime/controller/controller_impl.hpp"
#include "controller/runtime/manager/manager.hpp"

namespace toolhive::runtime {

void ControllerHandle::wake(const kube::Key& key) const {
  controller_->enqueue(key);
}

ControllerSetup::ControllerSetup(Manager& manager, std::string name, const kube::ResourceType& type)
    : spec_(std::make_unique<ControllerSpec>()), manager_(manager) {
  spec_->name = std::move(name);
  spec_->steps.type = type;
  watches(type, map_self(), {}, declared_changed());
}

ControllerSetup::ControllerSetup(ControllerSetup&&) noexcept = default;
ControllerSetup::~ControllerSetup() = default;

void ControllerSetup::watches(const kube::ResourceType& type, Mapper mapper, const InformerOptions& options,
                              Predicate predicate) {
  spec_->sources.push_back({type, options, std::move(mapper), std::move(predicate)});
}

void ControllerSetup::predicate(Predicate predicate) {
  spec_->sources.front().predicate = std::move(predicate);
}

void ControllerSetup::index(std::string name, IndexFunction function) {
  spec_->indexes.emplace_back(std::move(name), std::move(function));
}

void ControllerSetup::concurrency(int workers) {
  spec_->workers = std::max(1, workers);
}

void ControllerSetup::timeout(Duration limit) {
  spec_->timeout = limit;
}

void ControllerSetup::backoff(BackoffOptions options) {
  spec_->backoff = options;
}

void ControllerSetup::reports(ReadyReport report) {
  spec_->report = std::move(report);
}

LifecycleSteps& ControllerSetup::steps() {
  return spec_->steps;
}

ControllerHandle ControllerSetup::add() {
  return manager_.add(std::move(spec_));
}

}  // namespace toolhive::runtime
