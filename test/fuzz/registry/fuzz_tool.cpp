// Bodies of registrations. What is accepted must come back from the store's own reader unchanged,
// and parsing what was stored must give the same digest.
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string_view>

#include "registry/model/tool.hpp"
#include "registry/store/rules.hpp"
#include "test/fuzz/require.hpp"
#include "test/unit/registry/schema_oracle.hpp"

using namespace toolhive::registry;
using toolhive::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  auto definition = parse_definition(body, ToolPolicy());
  if (!definition) {
    require(!definition.error().detail.empty());
    return 0;
  }

  // Nothing passes that the draft's own schema refuses.
  auto parsed = parse_json(body);
  require(parsed.ok() && toolhive::registry::test::is_valid_by_draft((*parsed)["inputSchema"]));

  Index index;
  auto decision = decide(index, Register{*definition, {}}, StoreLimits(), "2026-01-01T00:00:00.000Z");
  require(decision.ok() && decision->changes.size() == 1);
  std::string line;
  encode_record(line, 1, decision->changes[0].operation, decision->changes[0].payload);
  require(line.find('\n') == line.size() - 1);
  auto record = decode_record(std::string_view(line).substr(0, line.size() - 1));
  require(record.ok());
  IndexBuilder builder(index);
  auto registration = apply(builder, *record);
  require(registration.ok() && (*registration)->digest == definition->digest);
  require((*registration)->manager == definition->manager);

  // The document without what the registry adds is the definition again.
  auto document = parse_json((*registration)->document);
  require(document.ok());
  Json again = Json::object();
  for (auto& [name, value] : document->get_ref<Json::object_t&>()) {
    if (name != "digest" && name != "registeredAt") again[name] = value;
  }
  auto reparsed = parse_definition(again.dump(), ToolPolicy());
  require(reparsed.ok() && reparsed->digest == definition->digest &&
          reparsed->members == definition->members);
  return 0;
}
