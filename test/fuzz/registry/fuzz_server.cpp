// Bodies of publications and changes of status. What is accepted must come back from the store's
// own reader, and what a stored document says of itself must survive another status.
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string_view>

#include "registry/model/search_text.hpp"
#include "registry/model/server_check.hpp"
#include "registry/model/server_parse.hpp"
#include "registry/store/rules.hpp"
#include "test/fuzz/require.hpp"

using namespace toolhive::registry;
using toolhive::fuzz::require;

namespace {

void apply_all(Index& index, const Decision& decision) {
  IndexBuilder builder(index);
  for (const auto& change : decision.changes) {
    std::string line;
    const auto sequence = builder.index().sequence() + 1;
    encode_record(line, sequence, change.operation, change.payload);
    require(line.find('\n') == line.size() - 1);
    auto record = decode_record(std::string_view(line).substr(0, line.size() - 1));
    require(record.ok() && apply(builder, *record).ok());
  }
  index = builder.take();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  (void)parse_status(body, false);
  (void)parse_status(body, true);
  (void)dotted_path("/" + std::string(body));
  (void)Search(body.substr(0, 200)).rank(SearchText({body, body, body, body, {body}}));

  if (auto json = parse_json(body)) {
    for (const auto profile : {Profile::Private, Profile::Public}) {
      for (const auto& issue : check_server(*json, profile))
        require(!issue.message.empty() && !issue.reference.empty());
    }
  }
  auto server = parse_server(body, ToolPolicy());
  if (!server) {
    require(!server.error().detail.empty());
    return 0;
  }
  Index index;
  const auto name = server->name;
  const auto version = server->version.text();
  const auto json = server->json;
  const auto tools = server->tools.size();
  auto published =
      decide(index, PutServer{std::move(*server), false}, StoreLimits(), "2026-01-01T00:00:00.000Z");
  require(published.ok());
  apply_all(index, *published);
  require(index.servers() == 1 && index.tools() == tools);
  const auto first = index.find(name)->find(version);
  require(first != nullptr && server_json(first->document) == json);

  SetStatus gone{name, version, {Lifecycle::Deleted, "why", {}}, std::nullopt, {}};
  auto deleted = decide(index, gone, StoreLimits(), "2026-01-02T00:00:00.000Z");
  require(deleted.ok());
  apply_all(index, *deleted);
  const auto second = index.find(name)->find(version);
  require(second->lifecycle == Lifecycle::Deleted && server_json(second->document) == json);
  require(second->digest == first->digest && index.tools() == 0);
  return 0;
}
