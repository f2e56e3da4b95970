// Two tool definitions with a line feed between them: whatever is accepted can be compared, nothing
// differs from itself, and each difference says where and what.
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string_view>

#include "controller/base/time.hpp"
#include "registry/model/tool.hpp"
#include "registry/model/tool_diff.hpp"
#include "test/fuzz/require.hpp"

using namespace toolhive::registry;
using toolhive::parse_rfc3339;
using toolhive::to_rfc3339_micro;
using toolhive::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto time = parse_rfc3339(text)) {
    const auto again = parse_rfc3339(to_rfc3339_micro(*time));
    require(again == time);
  }
  const auto line = text.find('\n');
  if (line == text.npos) return 0;
  if (!parse_definition(text.substr(0, line), ToolPolicy()) ||
      !parse_definition(text.substr(line + 1), ToolPolicy()))
    return 0;
  const auto before = parse_json(text.substr(0, line));
  const auto after = parse_json(text.substr(line + 1));
  require(diff_tools(*before, *before).total() == 0);
  const auto differences = diff_tools(*before, *after);
  require(differences.kept().size() <= differences.total());
  for (const auto& difference : differences.kept())
    require(difference.pointer.starts_with('/') && !difference.message.empty());
  return 0;
}
