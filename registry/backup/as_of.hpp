#pragma once

#include <optional>
#include <string_view>

#include "registry/base/result.hpp"
#include "registry/store/store.hpp"

namespace toolhive::registry::backup {

// A record of an export as it was at a time, in the form of to_rfc3339_micro(), as far as it tells:
// none where the version came, or the withdrawal was, later; and a status that was given later is
// the one that every version begins with. What the record does not tell stays as it is: who manages
// a tool, and what a server's version said before it was edited. The content of a version that was
// withdrawn later is not in an export. Corrupt when it is no record.
Result<std::optional<Restore>> as_of(Restore record, std::string_view time);

}  // namespace toolhive::registry::backup
