#pragma once

#include <string>
#include <string_view>

#include "controller/base/sha256.hpp"
#include "registry/base/result.hpp"
#include "registry/store/file_system.hpp"
#include "registry/store/index.hpp"

namespace toolhive::registry {

// Filling an empty store at once, with all of its history or nothing. The store keeps beside it
// where that came from, its origin: a text that is the filler's own, of 64 KiB at most.

// Whether there never was a name.
bool is_blank(const Index& index);

// Conflict, which says what a store has that is not blank.
Error not_blank(const Index& index);

// The origin of a folder's store; empty when it was not filled, or there is no store.
Result<std::string> read_origin(FileSystem& files, const std::string& directory);

// Fills the store in a folder, which is made if need be, and notes the origin. One that was
// interrupted before the origin was noted may be repeated: a store that holds what `index` does is
// as good as blank. Conflict when it holds anything else; Unavailable while another process has
// it.
Result<void> fill_directory(FileSystem& files, const std::string& directory, const Index& index,
                            std::string_view origin);

// The SHA-256 of all that an index holds: the same of two stores that have the same tools, servers,
// versions, statuses, times and withdrawals.
Sha256 digest_of_history(const Index& index);

}  // namespace toolhive::registry
