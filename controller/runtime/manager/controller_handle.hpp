// ControllerHandle: a controller that was made, for whoever knows of a change that no watch tells
// of.
#pragma once

#include "controller/kube/object/resource.hpp"

namespace toolhive::runtime {

class ControllerImpl;

// Copies are cheap. Thread-safe; outlived by the Manager.
class ControllerHandle {
 public:
  explicit ControllerHandle(ControllerImpl& controller) : controller_(&controller) {}

  // Makes a pass over `key` soon. Nothing happens while not leading: a new leader goes through
  // every object anyway.
  void wake(const kube::Key& key) const;

 private:
  ControllerImpl* controller_;
};

}  // namespace toolhive::runtime
