#include "registry/backup/included_files.hpp"

#include <simdjson.h>

#include "controller/base/file.hpp"
#include "registry/store/file_system.hpp"

namespace toolhive::registry::backup {
namespace {

constexpr std::size_t kMostFiles = 1'000;
constexpr std::size_t kMostBytes = 2 << 20;

}  // namespace

Result<Files> read_included_files(const std::string& folder) {
  auto names = posix_file_system().list(folder);
  if (!names) return Error{Code::Invalid, names.error().detail, "--include"};
  Files files;
  std::size_t bytes = 0;
  for (const auto& name : *names) {
    if (name.starts_with('.')) continue;  // Also what the kubelet makes in mounted ConfigMaps.
    const auto path = folder + "/" + name;
    auto text = read_file(path, kMostBytes);
    if (!text.ok()) return Error{Code::Invalid, text.status().message(), "--include"};
    if (!simdjson::validate_utf8(*text)) return Error{Code::Invalid, path + " is no UTF-8 text", "--include"};
    bytes += text->size();
    if (bytes > kMostBytes || files.size() == kMostFiles)
      return Error{Code::Invalid, folder + " has more than 1,000 files or 2 MiB", "--include"};
    files[name] = std::move(*text);
  }
  return files;
}

}  // namespace toolhive::registry::backup
