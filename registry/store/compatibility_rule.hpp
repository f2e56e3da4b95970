// Semantic Versioning as a rule of the registry. Internal to the rules.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "registry/base/result.hpp"
#include "registry/model/differences.hpp"
#include "registry/model/tool.hpp"
#include "registry/store/index.hpp"

namespace toolhive::registry {

// A definition, held against the version before it.
struct VersionComparison {
  std::shared_ptr<const Registration> before;  // Null where nothing is promised.
  std::vector<Difference> breaking;            // What breaks callers of `before`; the first of many.
  std::size_t total = 0;                       // How many of these there are.
};

// Compares `definition` with the version before `version` where their numbers promise that nothing
// breaks. That is the highest live version that is not above it and no pre-release; the promise is
// that of one series (Version::series()). Nothing is promised by pre-releases, versions of servers
// that are no semantic ones, and the first of a series. Takes as long as schemas take to compare,
// but no time where `ahead` is a comparison with the same version. It may be null.
Result<std::shared_ptr<const VersionComparison>> compare_with_version_before(
    const Tool* tool, const Definition& definition, const Version& version,
    std::shared_ptr<const VersionComparison> ahead);

// Why a version that breaks callers is refused, with the first of the changes.
Error breach_error(const VersionComparison& breach, const Definition& definition, const Version& version);

}  // namespace toolhive::registry
