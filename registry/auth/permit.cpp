#include "registry/auth/permit.hpp"

#include <algorithm>

#include "controller/base/glob.hpp"

namespace toolhive::registry::auth {
namespace {

bool matches_one(const std::vector<std::string>& globs, std::string_view text) {
  return std::any_of(globs.begin(), globs.end(),
                     [text](const auto& glob) { return matches_glob(glob, text); });
}

bool fits(const Rule& rule, const Identity& identity) {
  return matches_one(rule.subjects, identity.subject) ||
         std::any_of(identity.groups.begin(), identity.groups.end(),
                     [&](const auto& group) { return matches_one(rule.groups, group); });
}

bool is_for_all_names(const Rule& rule) {
  return rule.names.empty() || std::find(rule.names.begin(), rule.names.end(), "*") != rule.names.end();
}

const Rule& operator_rule() {
  static const Rule rule{{}, {}, Right::Write, {}, {"MCPTool/*"}};
  return rule;
}

}  // namespace

Permit::Permit(const AuthSettings& settings)
    : reads_all_(settings.anonymous_read), open_names_(&settings.anonymous_names) {}

Permit::Permit(const AuthSettings& settings, const Identity& identity) : Permit(settings) {
  if (identity.is_operator) {
    rules_.push_back(&operator_rule());
    key_ = "operator";
    return;
  }
  for (const auto& rule : settings.rules) {
    if (!fits(rule, identity)) continue;
    rules_.push_back(&rule);
    key_ += std::to_string(&rule - settings.rules.data()) + ".";
  }
}

bool Permit::may_read_unasked(std::string_view name) const {
  return reads_all_ || matches_one(*open_names_, name);
}

bool Permit::may(Right right, std::string_view name) const {
  if (right == Right::None || (right == Right::Read && may_read_unasked(name))) return true;
  return std::any_of(rules_.begin(), rules_.end(), [&](const Rule* rule) {
    return rule->right >= right && (rule->names.empty() || matches_one(rule->names, name));
  });
}

bool Permit::may_all(Right right) const {
  if (right == Right::None || (right == Right::Read && reads_all_)) return true;
  return std::any_of(rules_.begin(), rules_.end(),
                     [&](const Rule* rule) { return rule->right >= right && is_for_all_names(*rule); });
}

bool Permit::may_any(Right right) const {
  if (right == Right::None || (right == Right::Read && (reads_all_ || !open_names_->empty()))) return true;
  return std::any_of(rules_.begin(), rules_.end(), [&](const Rule* rule) { return rule->right >= right; });
}

bool Permit::may_act_for(const ManagedBy& manager) const {
  const auto name = manager.kind + "/" + manager.namespace_ + "/" + manager.name;
  return std::any_of(rules_.begin(), rules_.end(), [&](const Rule* rule) {
    return rule->right >= Right::Admin || (rule->right >= Right::Write && matches_one(rule->managers, name));
  });
}

}  // namespace toolhive::registry::auth
