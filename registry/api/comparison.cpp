#include "registry/api/comparison.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "registry/model/tool_diff.hpp"

namespace toolhive::registry {
namespace {

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
  append_text(out, "change", name_of(difference.compatibility));
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
    std::stable_sort(changes.begin(), changes.end(),
                     [](const auto& a, const auto& b) { return a.compatibility > b.compatibility; });
    std::tie(list, listed) = render_changes(changes);
  }
  out += ",\"changes\":[" + list + ']';
  if (listed < differences.total())
    out += ",\"truncated\":true,\"total\":" + std::to_string(differences.total());
}

void append_digest(std::string& out, std::string_view name, const std::optional<Sha256>& digest) {
  if (digest) append_text(out, name, "sha256:" + to_hex(*digest));
}

}  // namespace

Result<ComparedTool> compared_tool(const std::string& name, const Registration& registration) {
  auto document = parse_stored_json(registration.document);
  if (!document) return document.take_error();
  return ComparedTool{name, registration.version.text(), registration.contract_digest,
                      std::make_shared<const Json>(std::move(*document))};
}

std::string render_comparison(const ComparedTool& from, const ComparedTool& to) {
  const auto differences = diff_tools(*from.document, *to.document);
  std::string out;
  append_text(out, "name", to.name);
  if (!from.version.empty()) append_text(out, "from", from.version);
  if (!to.version.empty()) append_text(out, "to", to.version);
  append_digest(out, "fromContractDigest", from.contract_digest);
  append_digest(out, "toContractDigest", to.contract_digest);
  out += std::string(",\"compatible\":") + (differences.compatible() ? "true" : "false");
  append_text(out, "verdict", name_of(differences.verdict()));
  append_changes(out, differences);
  return out += '}';
}

}  // namespace toolhive::registry
