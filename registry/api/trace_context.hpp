#pragma once

#include <string>
#include <string_view>

namespace toolhive::registry {

// Where a request belongs in a distributed trace (W3C Trace Context, section 3.2). Both empty when
// the client said nothing or nothing valid: the registry takes part in traces, it starts none.
struct TraceContext {
  std::string trace_id;  // 32 lower-case hexadecimal digits.
  std::string span_id;   // 16 of them: the caller's span, parent of this request.

  bool given() const { return !trace_id.empty(); }
};

// Reads the value of a `traceparent` header. Versions after 00 are read as far as 00 goes, as the
// standard asks.
TraceContext parse_traceparent(std::string_view header);

}  // namespace toolhive::registry
