// Widget: the typed resource of the runtime's tests. `spec.size` is a number where there is one.
#pragma once

#include <nlohmann/json.hpp>

#include "controller/kube/object/ref.hpp"
#include "test/unit/runtime/objects.hpp"

namespace toolhive::runtime_test {

struct Widget {
  int size = 0;
};

}  // namespace toolhive::runtime_test

template <>
struct toolhive::kube::Resource<toolhive::runtime_test::Widget> {
  static const ResourceType& type() { return runtime_test::kWidget; }
  static StatusOr<runtime_test::Widget> from_json(const Json& document) {
    const Json size = document.value("spec", Json::object()).value("size", Json(0));
    if (!size.is_number_integer())
      return Status(Code::Invalid, "spec.size: must be a number, and is " + size.dump());
    return runtime_test::Widget{size.get<int>()};
  }
};
