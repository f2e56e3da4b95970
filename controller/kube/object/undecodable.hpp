// Undecodable: an object that the API server sent and that could not be read.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "controller/base/status.hpp"
#include "controller/kube/object/object.hpp"
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
  // The object without what is nested deeply, where the rest of it can be read: its metadata, its
  // finalizers and what it says at the top. See Object::flaw().
  std::optional<Object> rest;

  bool identified() const { return !key.name.empty(); }
};

// What can be made out of `bytes`, which Object::parse(bytes, type) refused for `why`.
Undecodable make_undecodable(std::string_view bytes, Status why, const ResourceType* type = nullptr);

// Object::parse(), or what can be read of it, with a flaw. Its error where nothing can.
StatusOr<Object> parse_or_rest(std::string_view bytes, const ResourceType* type = nullptr);

}  // namespace toolhive::kube
