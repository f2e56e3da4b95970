#include "registry/upstream/credentials.hpp"

#include "registry/base/value_file.hpp"

namespace toolhive::registry::upstream {

Result<mcp::Headers> request_headers(const UpstreamSettings& settings) {
  mcp::Headers headers = {{"Accept", "application/json"}, {"User-Agent", "mcp-registry/" TOOLHIVE_VERSION}};
  if (!settings.token_file.empty()) {
    auto token = read_value_file(settings.token_file, "tokenFile");
    if (!token) return token.take_error();
    headers.emplace_back("Authorization", "Bearer " + *token);
  }
  for (const auto& each : settings.headers) {
    auto value = read_value_file(each.value_file, "headers");
    if (!value) return value.take_error();
    headers.emplace_back(each.name, std::move(*value));
  }
  return headers;
}

}  // namespace toolhive::registry::upstream
