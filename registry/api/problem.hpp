#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "registry/api/message.hpp"
#include "registry/base/result.hpp"

namespace toolhive::registry {

// Of an answer to a write: this replica does not write, and nothing was written. For other
// replicas.
inline constexpr std::string_view kElsewhereHeader = "Mcp-Registry-Writer";

// The HTTP status an error becomes.
unsigned status_of(Code code);

// A problem document (RFC 9457): type, title, status, detail; `error` with the detail again for
// clients that look there; `errors` with location and message when a field is at fault, and of what
// else is.
std::string problem_document(unsigned status, std::string_view detail, std::string_view field = {},
                             const std::vector<Fault>& others = {});

Response problem(unsigned status, std::string_view detail, std::string_view field = {},
                 const std::vector<Fault>& others = {});
Response problem(const Error& error);

}  // namespace toolhive::registry
