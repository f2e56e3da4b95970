#include "registry/api/history.hpp"

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>

#include "registry/api/comparison.hpp"
#include "registry/api/problem.hpp"
#include "registry/api/reply.hpp"
#include "registry/model/tool_diff.hpp"

namespace toolhive::registry {
namespace {

constexpr std::size_t kDefaultVersions = 20;
constexpr std::size_t kMostVersions = 50;
// Of the documents that one answer compares, beside the first two. Their bytes rather than a time
// end it, so that the same question has the same answer for as long as its entity tag stays.
constexpr std::size_t kComparedBytes = 1024 * 1024;

// The versions of a tool from one on, of which each is compared with the next.
class ContractHistory {
 public:
  ContractHistory(const Tool& tool, std::size_t first, std::size_t limit)
      : tool_(tool), at_(first), end_(std::min(tool.live.size(), first + limit)) {}

  // A JSON array.
  Result<std::string> render() {
    std::string out = "[";
    for (const auto first = at_; at_ < end_ && (at_ == first || has_room()); ++at_) {
      if (at_ != first) out += ',';
      if (auto ok = append_entry(out); !ok) return ok.take_error();
    }
    return out += ']';
  }

 private:
  bool has_room() const {
    return at_ + 1 == tool_.live.size() ||
           compared_bytes_ + tool_.live[at_ + 1]->document.size() <= kComparedBytes;
  }

  Result<void> append_entry(std::string& out) {
    const auto& version = *tool_.live[at_];
    out += "{\"version\":";
    append_json_string(out, version.version.text());
    out += ",\"registeredAt\":";
    append_json_string(out, version.registered_at);
    if (version.contract_digest)
      out += ",\"contractDigest\":\"sha256:" + to_hex(*version.contract_digest) + '"';
    if (at_ + 1 < tool_.live.size()) {
      if (auto ok = append_change(out); !ok) return ok.take_error();
    }
    out += '}';
    return {};
  }

  // What became of the version before.
  Result<void> append_change(std::string& out) {
    if (!newer_) {
      auto newer = compared_tool(tool_.name, *tool_.live[at_]);
      if (!newer) return newer.take_error();
      newer_ = std::move(*newer);
    }
    auto before = compared_tool(tool_.name, *tool_.live[at_ + 1]);
    if (!before) return before.take_error();
    compared_bytes_ += tool_.live[at_ + 1]->document.size();
    const auto differences = diff_tools(*before->document, *newer_->document);
    out += ",\"previous\":";
    append_json_string(out, before->version);
    out += ",\"verdict\":\"" + std::string(name_of(differences.verdict())) + "\",\"changes\":{";
    for (const auto each : {Compatibility::Breaking, Compatibility::Review, Compatibility::Compatible}) {
      out += std::string(each == Compatibility::Breaking ? "\"" : ",\"") + std::string(name_of(each)) +
             "\":" + std::to_string(differences.count(each));
    }
    out += '}';
    newer_ = std::move(*before);
    return {};
  }

  const Tool& tool_;
  std::size_t at_;
  const std::size_t end_;
  std::size_t compared_bytes_ = 0;
  std::optional<ComparedTool> newer_;  // The version at at_, once it is read.
};

Result<std::size_t> first_version(const Tool& tool, const Query& query) {
  const auto* to = query.find("to");
  if (to == nullptr) return std::size_t{0};
  const auto at = std::find(tool.live.begin(), tool.live.end(), tool.find(*to));
  if (at == tool.live.end()) return no_version(tool, *to);
  return static_cast<std::size_t>(at - tool.live.begin());
}

}  // namespace

Response get_history(const Index& index, const Call& call) {
  auto query = Query::parse(call.query(), {"to", "limit"});
  if (!query) return problem(query.error());
  const auto limit = query->number("limit", kDefaultVersions, kMostVersions);
  if (!limit) return problem(limit.error());
  const Tool* tool = find_live(index, call.route.name);
  if (tool == nullptr) return problem(no_tool(call.route.name));
  const auto first = first_version(*tool, *query);
  if (!first) return problem(first.error());
  Response response;
  auto known =
      not_modified(call.request, tag_of_versions(*tool) + "-" + std::string(kComparisonVersion), response);
  if (!known) return problem(known.error());
  if (*known) return response;

  auto versions = ContractHistory(*tool, *first, *limit).render();
  if (!versions) return problem(versions.error());
  std::string body = "{\"name\":";
  append_json_string(body, tool->name);
  body += ",\"versions\":" + *versions + '}';
  response.content_type = kJson;
  response.body = std::make_shared<const std::string>(std::move(body));
  return response;
}

}  // namespace toolhive::registry
