#include "registry/api/trace_context.hpp"

#include <algorithm>

namespace toolhive::registry {
namespace {

// Lower case only: the standard has receivers refuse others.
bool is_hex(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool is_zero(std::string_view text) {
  return text.find_first_not_of('0') == std::string_view::npos;
}

}  // namespace

TraceContext parse_traceparent(std::string_view header) {
  // version "-" trace-id "-" parent-id "-" flags
  constexpr std::size_t kLength = 2 + 1 + 32 + 1 + 16 + 1 + 2;
  if (header.size() < kLength || header[2] != '-' || header[35] != '-' || header[52] != '-') return {};
  const auto version = header.substr(0, 2), trace = header.substr(3, 32), span = header.substr(36, 16),
             flags = header.substr(53, 2);
  if (!is_hex(version) || !is_hex(trace) || !is_hex(span) || !is_hex(flags)) return {};
  if (version == "ff" || is_zero(trace) || is_zero(span)) return {};
  const bool longer = header.size() > kLength;
  if (longer && (version == "00" || header[kLength] != '-')) return {};
  return {std::string(trace), std::string(span)};
}

}  // namespace toolhive::registry
