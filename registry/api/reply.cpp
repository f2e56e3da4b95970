#include "registry/api/reply.hpp"

#include <algorithm>
#include <cstdint>

#include "controller/base/utf8.hpp"
#include "registry/api/conditional.hpp"
#include "registry/model/text.hpp"
#include "registry/store/store.hpp"

namespace toolhive::registry {

namespace {

// A header that is wrong is told before one that does not hold.
Result<void> check_if_match(const Request& request, const std::string& tag) {
  if (request.if_match.empty()) return {};
  auto wanted = EntityTags::parse(request.if_match, "If-Match", false);
  if (!wanted) return wanted.take_error();
  if (wanted->empty() || wanted->matches(tag)) return {};
  return Error{Code::Precondition,
               "its entity tag is now \"" + tag + "\", and none of those that are asked for", "If-Match"};
}

}  // namespace

Result<bool> not_modified(const Request& request, const std::string& tag, Response& response) {
  auto tags = EntityTags::parse(request.if_none_match, "If-None-Match", true);
  if (!tags) return tags.take_error();
  if (auto holds = check_if_match(request, tag); !holds) return holds.take_error();
  response.headers.reserve(4);  // With those that are added on the way out.
  response.headers.emplace_back("ETag", '"' + tag + '"');
  auto& header = response.headers.back().second;
  if (request.if_none_match.empty() || !tags->matches(tag)) return false;
  response.status = 304;
  // A cache finds what it has by this tag (RFC 9110, section 15.4.5).
  if (tags->has_gzipped_only(tag)) header.insert(header.size() - 1, kGzipSuffix);
  return true;
}

const Tool* find_live(const Index& index, const std::string& name) {
  const Tool* tool = is_server_name(name) ? nullptr : index.find(name);
  return tool != nullptr && tool->latest() != nullptr ? tool : nullptr;
}

std::string tag_of_versions(const Tool& tool) {
  // With the newest record of what is live or withdrawn, or with their number.
  std::uint64_t newest = 0;
  for (const auto& registration : tool.live) newest = std::max(newest, registration->sequence);
  for (const auto& retired : tool.retired) newest = std::max(newest, retired.sequence);
  return std::to_string(newest) + "-" + std::to_string(tool.live.size()) + "-" +
         std::to_string(tool.retired.size()) +
         (tool.latest() == nullptr ? "" : "-" + entity_tag(*tool.latest()));
}

Error no_tool(const std::string& name) {
  return {Code::NotFound, "no tool is registered as " + std::string(truncate_utf8(name, 128))};
}

Error no_version(const Tool& tool, const std::string& version) {
  const bool gone = tool.find_retired(version) != nullptr;
  return {Code::NotFound, "the tool " + tool.name + (gone ? " has had its version " : " has no version ") +
                              std::string(truncate_utf8(version, 255)) + (gone ? " withdrawn" : "") +
                              "; GET /api/v1/tools/" + tool.name + "/versions lists what it has"};
}

}  // namespace toolhive::registry
