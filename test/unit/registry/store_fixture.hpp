#pragma once

#include <future>
#include <memory>
#include <optional>
#include <string>

#include "fault_file_system.hpp"
#include "registry/store/file_store.hpp"
#include "registry/store/open/verify.hpp"

namespace toolhive::registry::test {

inline constexpr char kFolder[] = "/data/registry";
inline constexpr char kLog[] = "/data/registry/tools-000001.log";

// A definition of `name` whose content differs with `text`.
Definition definition(const std::string& name, const std::string& text = "text",
                      const std::string& version = "", std::optional<ManagedBy> manager = std::nullopt);

// Carries out a write and waits for what comes of it.
Result<WriteOutcome> write_and_wait(Store& store, Write write);

FileStoreOptions store_options();

// Opens a store that must open.
std::unique_ptr<FileStore> open_store(FileSystem& files, FileStoreOptions options = store_options());

}  // namespace toolhive::registry::test
