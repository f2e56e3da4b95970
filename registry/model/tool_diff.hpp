#pragma once

#include <string_view>

#include "registry/model/differences.hpp"
#include "registry/model/json.hpp"

namespace toolhive::registry {

// Names the rules of this comparison and their words, as part of the entity tags of what it says.
// To be raised with every change to tool_diff.cpp, differences.cpp or the comparison of schemas
// after which two documents have another verdict, other differences or other texts: else clients
// that ask whether their copy is still good keep what the earlier program said.
inline constexpr std::string_view kComparisonVersion = "3";

// The differences between two documents of one tool, in the order of their pointers' members. What
// the registry adds (version, times, status, digests) and who manages the entry do not count.
//
// Breaking are what schema_diff.hpp says of the schemas, an outputSchema that is gone, and a
// taskSupport under which calls of before fail. To review are what steers a model although the
// schemas agree: texts, hints, icons, what schemas say beside what they accept (descriptions,
// defaults, keywords that nobody knows), and characters that cannot be seen. Tags, the server and
// _meta are compatible.
Differences diff_tools(const Json& before, const Json& after);

}  // namespace toolhive::registry
