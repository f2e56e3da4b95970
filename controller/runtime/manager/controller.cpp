#include "controller/runtime/manager/controller.hpp"

#include <algorithm>
#include <utility>

#include "controller/runtime/controller/controller_impl.hpp"
#include "controller/runtime/manager/manager.hpp"

namespace toolhive::runtime {

ControllerBuilder::ControllerBuilder(Manager& manager, std::string name, const kube::ResourceType& type)
    : spec_(std::make_unique<ControllerSpec>()), manager_(manager) {
  spec_->name = std::move(name);
  watches(type, map_self(), {}, declared_changed());
}

ControllerBuilder::ControllerBuilder(ControllerBuilder&&) noexcept = default;
ControllerBuilder::~ControllerBuilder() = default;

ControllerBuilder& ControllerBuilder::owns(const kube::ResourceType& type, const InformerOptions& options,
                                           Predicate predicate) {
  return watches(type, map_owner(spec_->sources.front().type), options, std::move(predicate));
}

ControllerBuilder& ControllerBuilder::watches(const kube::ResourceType& type, Mapper mapper,
                                              const InformerOptions& options, Predicate predicate) {
  ControllerSpec::Source& source = spec_->sources.emplace_back();
  source.type = type;
  source.options = options;
  source.mapper = std::move(mapper);
  source.predicate = std::move(predicate);
  return *this;
}

ControllerBuilder& ControllerBuilder::when(Predicate predicate) {
  spec_->sources.front().predicate = std::move(predicate);
  return *this;
}

ControllerBuilder& ControllerBuilder::concurrency(int workers) {
  spec_->workers = std::max(1, workers);
  return *this;
}

ControllerBuilder& ControllerBuilder::timeout(Duration limit) {
  spec_->timeout = limit;
  return *this;
}

void ControllerBuilder::reconcile(Reconcile function) {
  spec_->reconcile = std::move(function);
  manager_.add(std::move(spec_));
}

}  // namespace toolhive::runtime
