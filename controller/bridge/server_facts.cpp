#include "controller/bridge/server_facts.hpp"

#include <algorithm>
#include <utility>

#include "controller/bridge/message_text.hpp"
#include "controller/mcp/message/protocol.hpp"

namespace toolhive::bridge {

namespace {

constexpr std::string_view kClientInfo = R"({"name":"mcp-bridge","version":")" TOOLHIVE_VERSION R"("})";

void append(std::string& out, std::string_view name, std::string_view value) {
  if (value.empty()) return;
  out.append(",\"").append(name).append("\":").append(value);
}

std::string joined(const std::string& inside) {
  return "{" + inside.substr(1) + "}";
}

std::size_t age(std::string_view version) {
  const auto& all = mcp::kLegacyVersions;
  return static_cast<std::size_t>(std::find(all.begin(), all.end(), version) - all.begin());
}

}  // namespace

std::optional<ServerFacts> ServerFacts::of_discover(const Message& answer) {
  const std::string_view versions = answer.raw(Part::SupportedVersions);
  const bool modern =
      std::any_of(mcp::kModernVersions.begin(), mcp::kModernVersions.end(),
                  [&](auto version) { return versions.find(quoted(version)) != std::string_view::npos; });
  return modern ? std::optional(ServerFacts(answer, true)) : std::nullopt;
}

std::optional<ServerFacts> ServerFacts::of_initialize(const Message& answer) {
  if (!is_legacy_version(answer.string(Part::Version))) return std::nullopt;
  return ServerFacts(answer, false);
}

std::string ServerFacts::discover_answer(std::string_view id) const {
  std::string result;
  append(result, "resultType", quoted("complete"));
  append(result, "supportedVersions", modern_versions());
  append(result, "capabilities", answer_.has(Part::Capabilities) ? answer_.raw(Part::Capabilities) : "{}");
  append(result, "instructions", answer_.raw(Part::Instructions));
  append(result, "ttlMs", "0");
  append(result, "cacheScope", quoted("private"));
  std::string meta;
  append(meta, mcp::kMetaServerInfo, answer_.raw(Part::ServerInfo));
  if (!meta.empty()) append(result, "_meta", joined(meta));
  return result_text(id, joined(result));
}

std::string ServerFacts::initialize_answer(std::string_view id, std::string_view version) const {
  Message answer = answer_;
  answer.replace(Part::Id, id);
  const bool older = is_legacy_version(version) && age(version) > age(answer.string(Part::Version));
  if (older) answer.replace(Part::Version, quoted(version));
  return answer.text();
}

std::string discover_params() {
  std::string meta;
  append(meta, mcp::kMetaVersion, quoted(mcp::kModernVersions.front()));
  append(meta, mcp::kMetaClientInfo, kClientInfo);
  append(meta, mcp::kMetaClientCapabilities, "{}");
  return "{\"_meta\":" + joined(meta) + "}";
}

std::string initialize_params() {
  std::string params;
  append(params, "protocolVersion", quoted(mcp::kLegacyVersions.front()));
  append(params, "capabilities", "{}");
  append(params, "clientInfo", kClientInfo);
  return joined(params);
}

std::string modern_versions() {
  std::string list;
  for (const std::string_view version : mcp::kModernVersions) list += "," + quoted(version);
  return "[" + list.substr(1) + "]";
}

bool is_modern_version(std::string_view version) {
  const auto& all = mcp::kModernVersions;
  return std::find(all.begin(), all.end(), version) != all.end();
}

bool is_legacy_version(std::string_view version) {
  return age(version) < mcp::kLegacyVersions.size();
}

}  // namespace toolhive::bridge
