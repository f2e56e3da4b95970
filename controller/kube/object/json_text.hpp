// Documents from JSON text that others wrote.
#pragma once

#include <string_view>

#include "controller/base/json.hpp"
#include "controller/base/status.hpp"

namespace toolhive::kube {

// Decode, with the place, unless `text` is one value as RFC 8259 has it, in UTF-8, nested at most
// 1,000 deep and with at most 50,000 members and elements: so much a document may cost, whoever
// wrote it.
StatusOr<Json> parse_json(std::string_view text);

}  // namespace toolhive::kube
