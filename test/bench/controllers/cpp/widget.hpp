// Widget: the bench's resource, as crd.yaml declares it.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

#include "controller/base/status.hpp"
#include "controller/kube/object/resource.hpp"

namespace toolhive::bench {

struct Widget {
  int children = 0;
  std::string note;
  int ready = -1;  // status; -1: none yet
  std::int64_t observed_generation = 0;
};

}  // namespace toolhive::bench

template <>
struct toolhive::kube::Resource<toolhive::bench::Widget> {
  static const ResourceType& type() {
    static const ResourceType type{"bench.mcpregistry.dev", "v1", "Widget", "widgets"};
    return type;
  }
  static StatusOr<bench::Widget> from_json(const Json& document) {
    bench::Widget widget;
    try {
      const Json& spec = document.at("spec");
      widget.children = spec.value("children", 0);
      widget.note = spec.value("note", "");
      if (const auto status = document.find("status"); status != document.end()) {
        widget.ready = status->value("ready", -1);
        widget.observed_generation = status->value("observedGeneration", std::int64_t{0});
      }
    } catch (const Json::exception& error) {
      return Status(Code::Invalid,
                    std::string("the Widget does not have the form of its CRD: ") + error.what());
    }
    return widget;
  }
};
