// Exports: as they come, and with header, count and checksum mended around records that are as they
// come. Every record of one that is taken is accounted for.
#include <cstdint>
#include <string>
#include <string_view>

#include "controller/base/sha256.hpp"
#include "registry/store/transfer.hpp"
#include "test/fuzz/registry/text_source.hpp"
#include "test/fuzz/require.hpp"

using namespace toolhive::registry;
using toolhive::Sha256Stream;
using toolhive::to_hex;
using toolhive::fuzz::require;
using toolhive::fuzz::source_of;

namespace {

constexpr std::string_view kHeader =
    "{\"format\":\"mcp-registry-export\",\"version\":1,\"exportedAt\":\"2026-01-01T00:00:00.000Z\"}\n";

std::string framed(std::string_view lines) {
  std::string text(kHeader);
  std::size_t records = 0;
  for (const char c : lines) records += c == '\n' ? 1 : 0;
  text += lines;
  Sha256Stream checksum;
  checksum.add(text);
  return text + "{\"records\":" + std::to_string(records) + ",\"sha256\":\"" + to_hex(checksum.finish()) +
         "\"}\n";
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string raw(reinterpret_cast<const char*>(data), size);
  (void)check_export(source_of(raw));

  const auto text = framed(raw);
  auto report = try_import(Index(), StoreLimits(), {}, source_of(text));
  if (!report) {
    require(!report.error().detail.empty());
    return 0;
  }
  require(report->records == report->added + report->unchanged + report->refusals);
  return 0;
}
