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
// Whether there is room for so many tools and servers more.
Result<void> check_room(const Index& index, const StoreLimits& limits, std::size_t more = 1);
// Whether there is no room for a version more. One that was withdrawn has its room still.
bool is_full(const Tool* tool, std::string_view version, const StoreLimits& limits);
Error too_many_versions(const StoreLimits& limits);
// The record that a tool or a version of it was withdrawn or purged.
Decision::Change removal(Operation operation, std::string_view name,
                         const std::optional<std::string>& version, std::string_view now);

}  // namespace toolhive::registry
