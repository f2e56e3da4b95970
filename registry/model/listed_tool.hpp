#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "registry/model/json.hpp"

namespace toolhive::registry {

// Where members are that were left out, as JSON pointers; the first hundred.
class LeftOut {
 public:
  void add(std::string pointer) {
    if (pointers_.size() < kKept) pointers_.push_back(std::move(pointer));
  }
  const std::vector<std::string>& pointers() const { return pointers_; }

 private:
  static constexpr std::size_t kKept = 100;
  std::vector<std::string> pointers_;
};

// A tool as MCP's tools/list gives it, without what a definition here does not have: MCP lets a
// tool and its annotations have members of anybody's, and programs write null for what is not
// there. `at` is its pointer, below which `left_out` gets the members that say something.
Json without_unknown_members(const Json& listed, std::string_view at, LeftOut& left_out);

}  // namespace toolhive::registry
