// The small parsers of headers and fields: each reads its own output again.
#include <simdjson.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "controller/base/time.hpp"
#include "controller/base/utf8.hpp"
#include "registry/api/encoding.hpp"
#include "registry/api/trace_context.hpp"
#include "registry/auth/peer.hpp"
#include "registry/model/fold.hpp"
#include "registry/model/managed_by.hpp"
#include "registry/model/search_text.hpp"
#include "registry/model/text.hpp"
#include "registry/model/url.hpp"
#include "registry/model/version.hpp"
#include "registry/store/commit_point.hpp"
#include "test/fuzz/require.hpp"

using namespace toolhive::registry;
using toolhive::parse_rfc3339;
using toolhive::to_rfc3339_micro;
using toolhive::truncate_utf8;
using toolhive::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto trace = parse_traceparent(text);
  require(trace.given() ? trace.trace_id.size() == 32 && trace.span_id.size() == 16 : trace.span_id.empty());
  for (const unsigned proxies : {0U, 1U, 3U}) {
    const auto client = auth::client_address("192.0.2.1", text, proxies);
    require(!client.empty() && !auth::network_of(client).empty());
  }
  (void)accepts_gzip(text);
  if (const auto time = parse_rfc3339(text)) require(parse_rfc3339(to_rfc3339_micro(*time)) == time);
  if (const auto version = Version::parse(text)) {
    require(version->text() == text && version->precedence(*version) == 0);
    if (const auto next = version->next_minor()) require(next->precedence(*version) > 0);
  }
  if (const auto any = Version::parse_any(text)) require(any->text() == text);
  if (const auto url = parse_url(text))
    require(!url->host.empty() && (url->scheme == "http" || url->scheme == "https"));
  (void)parse_url_template(text);
  for (const auto& variable : template_variables(text)) require(text.find('{' + variable + '}') != text.npos);
  if (const auto point = parse_commit_point(text)) require(commit_point_name(*point) == text);
  (void)is_version_range(text);
  (void)is_clean_path(text);
  require(truncate_utf8(text, 7).size() <= 7);
  if (simdjson::validate_utf8(text.data(), text.size())) {
    const auto folded = fold(text);
    require(fold(folded) == folded && folded.size() <= 4 * text.size());
    require(simdjson::validate_utf8(folded.data(), folded.size()));
    require(Search(text).finds_in(text));
  }
  return 0;
}
