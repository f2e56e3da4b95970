// Documents from JSON text that others wrote.
#pragma once

#include <cstddef>
#include <string_view>

#include "controller/base/json.hpp"
#include "controller/base/status.hpp"

namespace toolhive::kube {

// Decode, with the place, unless `text` is one value as RFC 8259 has it, in UTF-8, nested at most
// 1,000 deep and with at most so many members and elements: so much a document may cost, whoever
// wrote it. Each costs some 100 bytes.
StatusOr<Json> parse_json(std::string_view text, std::size_t max_values = 50'000);

}  // namespace toolhive::kube
