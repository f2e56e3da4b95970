#pragma once

#include <cstddef>
#include <string>
#include <unordered_set>
#include <vector>

#include "controller/base/clock.hpp"
#include "registry/model/tool.hpp"
#include "registry/store/rules.hpp"
#include "registry/store/store.hpp"
#include "registry/upstream/page.hpp"
#include "registry/upstream/settings.hpp"
#include "registry/upstream/version_key.hpp"

namespace toolhive::registry::upstream {

// What came of the versions that an upstream listed.
struct IntakeCounts {
  std::size_t created = 0, changed = 0;
  std::size_t marked = 0;     // As deleted, because they are not listed any more.
  std::size_t refused = 0;    // They are not what may be published here.
  std::size_t conflicts = 0;  // Their names are somebody else's.
  std::size_t no_room = 0;
};

// What may be registered here, and how much.
struct IntakeRules {
  const ToolPolicy& policy;
  const StoreLimits& limits;
};

// Makes of a listing what the store is to have of an upstream, a few writes at a time, each waited
// for: those who publish here come between. What is as it was is not written. Of one listing, and
// one thread.
class Intake {
 public:
  Intake(const UpstreamSettings& settings, IntakeRules rules, Store& store, Clock& clock);

  // Takes versions over that are wanted; each for itself. What the storage says ends it:
  // Unavailable, ReadOnly or StorageFull.
  Result<void> take(const std::vector<ListedVersion>& listed);
  // Marks as deleted what the upstream has no more, or is not wanted any more: what was not among
  // those taken. To be called when all that the upstream has was listed.
  Result<void> mark_missing();

  const IntakeCounts& counts() const { return counts_; }
  // Why some were not taken in: "NAME VERSION: WHY", of at most 300 bytes each.
  const std::vector<std::string>& reasons() const { return reasons_; }

 private:
  Result<Write> write_of(const ListedVersion& listed) const;
  Result<void> add(Write write, std::string label);
  Result<void> flush();
  bool has_no_room(const Write& write) const;
  void count(const WriteOutcome& outcome, bool marking);
  void refuse(const std::string& label, const Error& error);

  const UpstreamSettings& settings_;
  const IntakeRules rules_;
  Store& store_;
  Clock& clock_;
  const ManagedBy manager_;
  std::unordered_set<VersionKey> listed_;
  std::vector<Write> batch_;
  std::vector<std::string> labels_;  // Of the batch.
  IntakeCounts counts_;
  std::vector<std::string> reasons_;
};

// Whether there is what was taken in from upstreams that are none of `names`, and is not deleted.
bool has_forgotten(const std::vector<std::string>& names, const Index& index);
// Marks that as deleted. Errors as above.
Result<void> mark_forgotten(const std::vector<std::string>& names, Store& store);

// How many versions of an upstream there are that are not deleted.
std::size_t versions_held(const Index& index, const std::string& upstream);

}  // namespace toolhive::registry::upstream
