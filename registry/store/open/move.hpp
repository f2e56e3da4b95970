#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "controller/base/sha256.hpp"
#include "registry/base/result.hpp"
#include "registry/store/open/options.hpp"

namespace toolhive::registry {

// What the database got.
struct MovedStore {
  bool done = false;  // False: it had it before, and may have been written to since.
  std::uint64_t tools = 0, servers = 0, bytes = 0;  // The bytes are those of the documents.
  Sha256 sha256 = {};                               // digest_of_history().
};

// Copies all that the files in `directory` hold into the empty database of `to`, in one transaction
// and with the entity tags, and reads it back. The files are locked meanwhile and stay as they are.
// May be repeated wherever it was interrupted: a database that was filled so from the same files is
// left alone, whatever was written to it since. Conflict when it holds anything else, or when the
// files were written to since it was filled; Unavailable while a registry has the files, or when
// the database cannot be reached. `on_damaged` gets one sentence for each record that is left out,
// since it does not verify.
Result<MovedStore> move_store(const std::string& directory, const StoreOptions& to,
                              const std::function<void(std::string_view)>& on_damaged);

}  // namespace toolhive::registry
