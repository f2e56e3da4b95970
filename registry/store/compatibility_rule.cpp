#include "registry/store/compatibility_rule.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "registry/model/json.hpp"
#include "registry/model/tool_diff.hpp"
#include "registry/store/tool_rules.hpp"

namespace toolhive::registry {
namespace {

// More nobody reads in a refusal; the comparison of two versions has all.
constexpr std::size_t kChangesTold = 20;

std::shared_ptr<const Registration> version_before(const Tool& tool, const Version& version) {
  const auto before = std::find_if(tool.live.begin(), tool.live.end(), [&](const auto& each) {
    return each->version.is_semantic() && !each->version.is_pre_release() &&
           each->version.text() != version.text() && each->version.precedence(version) <= 0;
  });
  return before == tool.live.end() ? nullptr : *before;
}

// The version whose callers `version` promises not to break; null when there is none.
std::shared_ptr<const Registration> promised_to(const Tool* tool, const Version& version) {
  if (tool == nullptr || !version.is_semantic() || version.is_pre_release()) return nullptr;
  auto before = version_before(*tool, version);
  if (before == nullptr || before->version.series() != version.series()) return nullptr;
  return before;
}

}  // namespace

Result<std::shared_ptr<const VersionComparison>> compare_with_version_before(
    const Tool* tool, const Definition& definition, const Version& version,
    std::shared_ptr<const VersionComparison> ahead) {
  VersionComparison comparison;
  comparison.before = promised_to(tool, version);
  if (comparison.before == nullptr) return std::make_shared<const VersionComparison>();
  // A sequence is never given twice: what has the same is the same version with the same content.
  if (ahead != nullptr && ahead->before != nullptr && ahead->before->sequence == comparison.before->sequence)
    return ahead;
  const auto was = parse_stored_json(comparison.before->document);
  if (!was) return was.error();
  const auto is = parse_stored_json("{" + definition.members + "}");
  if (!is) return is.error();
  for (auto& each : diff_tools(*was, *is).kept()) {
    if (each.compatibility != Compatibility::Breaking) continue;
    if (++comparison.total <= kChangesTold) comparison.breaking.push_back(std::move(each));
  }
  return std::make_shared<const VersionComparison>(std::move(comparison));
}

Error breach_error(const VersionComparison& breach, const Definition& definition, const Version& version) {
  const auto next = breach.before->version.next_series();
  const auto& first = breach.breaking.front();
  auto error =
      conflict("version " + version.text() + " of " + definition.name + " breaks callers of " +
                   breach.before->version.text() + ", and this registry holds versions to Semantic " +
                   "Versioning (compatibility: Semver): make it " + (next ? next->text() : "a higher one") +
                   ", or take back what breaks them, " + std::to_string(breach.total) + " in all, first " +
                   first.pointer + ", which " + first.message,
               "/version");
  for (const auto& each : breach.breaking) error.others.push_back({each.pointer, each.message});
  return error;
}

}  // namespace toolhive::registry
