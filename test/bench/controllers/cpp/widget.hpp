// Widget: the bench's resource, as crd.yaml declares it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "controller/base/status.hpp"
#include "controller/kube/object/field_reader.hpp"
#include "controller/kube/object/resource.hpp"

namespace toolhive::bench {

struct Widget {
  std::int64_t children = 0;
  std::string note;
  std::int64_t ready = -1;  // status; -1: none yet
  std::int64_t observed_generation = 0;
};

}  // namespace toolhive::bench

template <>
struct toolhive::kube::Resource<toolhive::bench::Widget> {
  static const ResourceType& type() {
    static const ResourceType type{"bench.mcpregistry.dev", "v1", "Widget", "widgets"};
    return type;
  }
  static StatusOr<bench::Widget> from_text(std::string_view document) {
    Status error;
    bench::Widget widget;
    const FieldReader root = FieldReader::root(document, error);
    const FieldReader spec = root.object("spec");
    spec.read("children", widget.children);
    spec.read("note", widget.note);
    const FieldReader status = root.object("status");
    status.read("ready", widget.ready);
    status.read("observedGeneration", widget.observed_generation);
    if (!error.ok()) return error;
    return widget;
  }
};
