// Undecodable: an object that the API server sent and that could not be read.
#pragma once

#include <string>
#include <string_view>

#include "controller/base/status.hpp"
#include "controller/kube/object/resource.hpp"

namespace toolhive::kube {

// As much as could be made out of it, for people to look at. `bytes` may hold a secret: not for
// logs.
struct Undecodable {
  static constexpr std::size_t kMaxBytes = 64U << 10;

  Key key;                       // name empty when not even that could be read
  std::string resource_version;  // empty when it could not be read
  std::string bytes;             // as sent, cut after kMaxBytes
  Status why;                    // Decode, with the place

  bool identified() const { return !key.name.empty(); }
};

// What can be made out of `bytes`, which Object::parse() refused for `why`.
Undecodable make_undecodable(std::string_view bytes, Status why);

}  // namespace toolhive::kube
