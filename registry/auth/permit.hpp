#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "registry/auth/identity.hpp"
#include "registry/auth/right.hpp"
#include "registry/auth/settings.hpp"
#include "registry/model/managed_by.hpp"

namespace toolhive::registry::auth {

// What somebody may do: the rules that fit them. Immutable, so thread safe. The settings it was
// made from must outlive it.
class Permit {
 public:
  // Somebody without a token, whom the rules give nothing but what all may.
  explicit Permit(const AuthSettings& settings);
  // An authenticated subject. The operator may write everything, for MCPTools, and no rule says
  // more of it.
  Permit(const AuthSettings& settings, const Identity& identity);

  bool may(Right right, std::string_view name) const;
  // For every name there could be.
  bool may_all(Right right) const;
  // For some name.
  bool may_any(Right right) const;
  // Whether the subject may speak for this resource of Kubernetes in managedBy.
  bool may_act_for(const ManagedBy& manager) const;
  // Two permits of one process with equal keys allow the same.
  const std::string& key() const { return key_; }

 private:
  bool may_read_unasked(std::string_view name) const;

  bool reads_all_ = false;
  const std::vector<std::string>* open_names_;  // Globs of what all may read.
  std::vector<const Rule*> rules_;
  std::string key_;
};

}  // namespace toolhive::registry::auth
