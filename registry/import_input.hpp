// The export that an import reads: a file, or what comes on the standard input.
#pragma once

#include <cstdio>
#include <memory>
#include <stop_token>
#include <string>

#include "registry/base/result.hpp"
#include "registry/store/transfer.hpp"

namespace toolhive::registry {

// Most of the standard input, in bytes: it is kept in memory, since an export is read twice.
inline constexpr std::size_t kMostImportInput = 64 << 20;

struct CloseImportFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using ImportFile = std::unique_ptr<std::FILE, CloseImportFile>;

// Opens the file at `path`, or takes in all of the standard input when that is "-". Unavailable
// when it cannot be read, TooLarge when the standard input has more than `most` bytes.
Result<ImportFile> open_import_input(const std::string& path, std::size_t most = kMostImportInput);

// Reads it; `name` is what errors call it. The source keeps the file open.
Source import_source(ImportFile file, const std::string& name);

// The same until `stop` is asked for; from then on Unavailable.
Source until_stopped(Source source, std::stop_token stop);

}  // namespace toolhive::registry
