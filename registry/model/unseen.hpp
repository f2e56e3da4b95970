#pragma once

#include <cstddef>

#include "registry/model/json.hpp"

namespace toolhive::registry {

// How many characters the names and texts in a JSON value hold that people do not see and models
// read: controls but for line ends and tabs, and what Unicode calls formats, line separators and
// ignorable by default (directions, joiners, variation selectors, tags). Takes time in proportion
// to its size.
std::size_t count_unseen(const Json& value);

}  // namespace toolhive::registry
