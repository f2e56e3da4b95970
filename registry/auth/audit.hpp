#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "controller/base/clock.hpp"
#include "registry/auth/settings.hpp"
#include "registry/base/result.hpp"

namespace toolhive::registry::auth {

// A write that was asked for: who, what, and what became of it. Never holds a token.
struct AuditEntry {
  std::string request_id, subject, peer;
  std::vector<std::string> groups;
  std::string action;  // "register", "publish", "edit", "status", "withdraw", "purge"
  std::string name, version;
  std::string managed_by;          // As people read it; empty for none.
  std::vector<std::string> tools;  // Those of a server that came or went with the write.
  bool force = false;
  unsigned status = 0;
  std::string entity_tag;  // Afterwards, when the response gave it.
  std::string reason;      // Why it was refused, when it was refused for who asked.
};

// `{"ts":...,"level":"info","audit":true,"msg":"write",...}` without a line's end. Members without
// a value are left out.
std::string audit_line(const AuditEntry& entry, WallTime time);

// Writes one line for each write. Thread safe.
class AuditLog {
 public:
  explicit AuditLog(AuditSettings settings, Clock& clock = system_clock())
      : settings_(std::move(settings)), clock_(clock) {}

  // Invalid when the file cannot be written.
  Result<void> check() const;
  bool wanted() const;
  // A line that cannot be written is counted, and its reason logged once until one can be.
  void add(const AuditEntry& entry);
  std::uint64_t lost() const { return lost_; }

 private:
  const AuditSettings settings_;
  Clock& clock_;
  std::atomic<std::uint64_t> lost_{0};
  std::atomic<bool> failing_{false};
};

}  // namespace toolhive::registry::auth
