#include "registry/api/diff.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <tuple>
#include <utility>
#include <vector>

#include "registry/api/problem.hpp"
#include "registry/api/reply.hpp"
#include "registry/model/tool_diff.hpp"
#include "registry/store/store.hpp"

namespace toolhive::registry {
namespace {

using Versions = std::pair<std::shared_ptr<const Registration>, std::shared_ptr<const Registration>>;

Result<Versions> find_versions(const Tool& tool, const Query& query) {
  auto to = tool.live.front();
  if (const auto* text = query.find("to")) {
    to = tool.find(*text);
    if (to == nullptr) return no_version(tool, *text);
  }
  if (const auto* text = query.find("from")) {
    auto from = tool.find(*text);
    if (from == nullptr) return no_version(tool, *text);
    return Versions(std::move(from), std::move(to));
  }
  const auto it = std::find(tool.live.begin(), tool.live.end(), to);
  if (it + 1 == tool.live.end()) {
    return Error{Code::NotFound, "the tool " + tool.name + " has no version before " + to->version.text() +
                                     "; name one with from"};
  }
  return Versions(*(it + 1), std::move(to));
}

// What an answer lists at most, whatever the versions hold: a thousand changes of the usual kind.
constexpr std::size_t kChangesBytes = 512 * 1024;

void append_text(std::string& out, std::string_view name, std::string_view value) {
  out += out.empty() || out.back() == '[' || out.back() == ',' ? "{\"" : ",\"";
  out += name;
  out += "\":";
  append_json_string(out, value);
}

std::string render_change(const Difference& difference) {
  std::string out;
  append_text(out, "change", difference.compatibility == Compatibility::Breaking ? "breaking" : "compatible");
  append_text(out, "pointer", difference.pointer);
  append_text(out, "keyword", difference.keyword);
  append_text(out, "message", difference.message);
  return out += '}';
}

// The changes that fit, and how many these are.
std::pair<std::string, std::size_t> render_changes(const std::vector<Difference>& changes) {
  std::string out;
  std::size_t listed = 0;
  for (const auto& each : changes) {
    const auto change = render_change(each);
    if (out.size() + change.size() > kChangesBytes) break;
    if (listed++ > 0) out += ',';
    out += change;
  }
  return {std::move(out), listed};
}

// Appends the changes, and says so when not all of them fit.
void append_changes(std::string& out, const Differences& differences) {
  auto changes = differences.kept();
  auto [list, listed] = render_changes(changes);
  if (listed < changes.size()) {
    std::stable_partition(changes.begin(), changes.end(),
                          [](const auto& each) { return each.compatibility == Compatibility::Breaking; });
    std::tie(list, listed) = render_changes(changes);
  }
  out += ",\"changes\":[" + list + ']';
  if (listed < differences.total())
    out += ",\"truncated\":true,\"total\":" + std::to_string(differences.total());
}

Result<Differences> compare(const Registration& from, const Registration& to) {
  auto before = parse_stored_json(from.document);
  if (!before) return before.take_error();
  auto after = parse_stored_json(to.document);
  if (!after) return after.take_error();
  return diff_tools(*before, *after);
}

}  // namespace

Response get_diff(const Index& index, const Call& call) {
  auto query = Query::parse(call.query(), {"from", "to"});
  if (!query) return problem(query.error());
  const Tool* tool = find_live(index, call.route.name);
  if (tool == nullptr) return problem(no_tool(call.route.name));
  auto versions = find_versions(*tool, *query);
  if (!versions) return problem(versions.error());
  const auto& [from, to] = *versions;
  Response response;
  auto known = not_modified(call.request,
                            entity_tag(*from) + "-" + entity_tag(*to) + "-" + std::string(kComparisonVersion),
                            response);
  if (!known) return problem(known.error());
  if (*known) return response;

  const auto differences = compare(*from, *to);
  if (!differences) return problem(differences.error());
  std::string out;
  append_text(out, "name", tool->name);
  append_text(out, "from", from->version.text());
  append_text(out, "to", to->version.text());
  out += std::string(",\"compatible\":") + (differences->compatible() ? "true" : "false");
  append_changes(out, *differences);
  out += '}';
  response.content_type = kJson;
  response.body = std::make_shared<const std::string>(std::move(out));
  return response;
}

}  // namespace toolhive::registry
