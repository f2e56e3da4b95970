// Backups: a manifest as it comes, and an export whose checksums, and the manifest's, were mended
// around records that are as they come. What is taken is what a store takes: it can be written out
// again, and read back to the same.
#include <cstdint>
#include <string>
#include <string_view>

#include "controller/base/sha256.hpp"
#include "registry/backup/read_backup.hpp"
#include "test/fuzz/registry/text_source.hpp"
#include "test/fuzz/require.hpp"

using namespace toolhive::registry;
using namespace toolhive::registry::backup;
using toolhive::fuzz::require;
using toolhive::fuzz::source_of;

namespace {

constexpr std::string_view kAt = "2026-06-01T00:00:00.000000Z";

Manifest manifest_of(const std::string& text, std::uint64_t records) {
  Manifest manifest;
  manifest.records = records;
  manifest.bytes = text.size();
  manifest.sha256 = toolhive::sha256(text);
  return manifest;
}

std::string framed(std::string_view lines, std::uint64_t records) {
  std::string text =
      "{\"format\":\"mcp-registry-export\",\"version\":1,\"exportedAt\":\"2026-01-01T00:00:00.000Z\"}\n";
  text += lines;
  return text + "{\"records\":" + std::to_string(records) + ",\"sha256\":\"" + toolhive::sha256_hex(text) +
         "\"}\n";
}

std::string exported(const Index& index) {
  std::string text;
  const auto records = export_index(index, "2026-01-01T00:00:00.000Z", [&](std::string_view piece) {
    text += piece;
    return Result<void>();
  });
  require(records.ok());
  return text;
}

std::uint64_t count_lines(std::string_view text) {
  std::uint64_t lines = 0;
  for (const char c : text) lines += c == '\n' ? 1 : 0;
  return lines;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string raw(reinterpret_cast<const char*>(data), size);
  if (const auto manifest = parse_manifest(raw))
    require(parse_manifest(render_manifest(*manifest))->bytes == manifest->bytes);

  const auto records = count_lines(raw);
  const auto text = framed(raw, records);
  ReadOptions options;
  for (const auto at : {std::string_view(), kAt}) {
    options.at = at;
    auto index = read_backup(source_of(text), manifest_of(text, records), options);
    if (!index) {
      require(!index.error().detail.empty());
      continue;
    }
    const auto again = exported(*index);
    auto same = read_backup(source_of(again), manifest_of(again, count_lines(again) - 2), options);
    require(same.ok());
    require(exported(*same) == again);
  }
  return 0;
}
