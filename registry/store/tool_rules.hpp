// The rules for tools, and what those for servers and statuses share with them. Internal to the
// rules.
#pragma once

#include "registry/store/rules.hpp"

namespace toolhive::registry {

Result<Decision> decide_register(const Index& index, const Register& write, const StoreLimits& limits,
                                 std::string_view now);
Result<Decision> decide_withdraw(const Index& index, const Withdraw& write, std::string_view now);
void compare_ahead(const Index& index, Register& write);

Error conflict(std::string detail, std::string field = {});
// Whether `writer` manages the entry. A withdrawal is refused to who managed it before.
Result<void> check_manager(const Tool& tool, const std::optional<ManagedBy>& writer, bool withdrawal);
// `target` is what the request's URL names: the tool's latest version, or one of its versions.
Result<void> check_precondition(const Registration* target, const Precondition& precondition);
// What a write adds: tools and servers, and bytes of documents with what each takes beside them.
struct Growth {
  std::size_t entries = 0;
  std::size_t bytes = 0;
};
// Whether there is room for it. The error says nothing of what is there, as not everybody may see
// it.
Result<void> check_room(const Index& index, const StoreLimits& limits, const Growth& growth);
// Whether one write may make so many bytes of documents of `name` anew that are there already.
// While it does they are in memory several times, and a request of some bytes can ask for all
// versions.
Result<void> check_rewritten(std::string_view name, std::size_t bytes);
// Of new documents.
std::size_t bytes_of(const std::vector<Decision::Change>& changes);
// Whether there is no room for a version more. One that was withdrawn has its room still.
bool is_full(const Tool* tool, std::string_view version, const StoreLimits& limits);
Error too_many_versions(const StoreLimits& limits);
// The record that a tool or a version of it was withdrawn or purged.
Decision::Change removal(Operation operation, std::string_view name,
                         const std::optional<std::string>& version, std::string_view now);

}  // namespace toolhive::registry
