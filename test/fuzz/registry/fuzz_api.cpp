// Conversations with the API, some of them with a caller who may not see or touch everything. A
// request is
//   WHO METHOD TARGET
//   If-Match: ...                  (and other headers)
//
//   body
// and ends at a byte 0x1E. WHO is "-" for a service that asks nobody who they are, else a bearer
// token.
#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "controller/base/time.hpp"
#include "memory_store.hpp"
#include "registry/api/api.hpp"
#include "registry/api/endpoint.hpp"
#include "registry/api/guard.hpp"
#include "registry/model/json.hpp"
#include "registry/store/rules.hpp"
#include "test/fuzz/require.hpp"

using namespace toolhive::registry;
using toolhive::fuzz::require;

namespace {

// Nobody but its owner can know it: what is found in an answer to anybody else was shown to them.
constexpr std::string_view kSecret = "q7Rk2ZpVn8";

class Tokens final : public auth::Authenticator {
 public:
  void authenticate(const std::string& token, Done done) override {
    if (token == "ada" || token == "bob")
      return done(auth::Verdict::accepted(std::make_shared<const auth::Identity>(auth::Identity{token, {}})));
    done(auth::Verdict::rejected("nobody knows it"));
  }
  void stop() override {}
  std::string problem() const override { return {}; }
};

auth::AuthSettings settings() {
  auth::AuthSettings settings;
  settings.mode = auth::Mode::Oidc;
  settings.oidc.issuer = "https://issuer.example";
  settings.rules = {
      {{"ada"}, {}, auth::Right::Write, {"a*", "io.example/a*", "io.example.a*"}, {"MCPTool/a/*"}},
      {{"bob"}, {}, auth::Right::Read, {"b*", "io.example/b*"}, {}}};
  return settings;
}

std::string_view take(std::string_view& rest, char end) {
  const auto at = rest.find(end);
  const auto part = rest.substr(0, at);
  rest.remove_prefix(at == rest.npos ? rest.size() : at + 1);
  return part;
}

// What the transport lets through as a method or a target.
bool is_plain(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

// The subject that the request is from; none for the service that does not ask.
std::optional<std::string> read_request(std::string_view text, Request& request) {
  auto first = take(text, '\n');
  const auto who = take(first, ' ');
  request.method = take(first, ' ');
  request.target = first;
  request.content_type = "application/json";
  request.peer = "192.0.2.1";
  request.origin = "https://registry.example";
  while (!text.empty()) {
    auto line = take(text, '\n');
    if (line.empty()) break;
    const auto name = take(line, ':');
    if (line.starts_with(' ')) line.remove_prefix(1);
    if (name == "If-Match") request.if_match = line;
    if (name == "If-None-Match") request.if_none_match = line;
    if (name == "Accept-Encoding") request.accept_encoding = line;
    if (name == "Content-Type") request.content_type = line;
    if (name == "MCP-Protocol-Version") request.mcp.version = line;
    if (name == "Mcp-Method") request.mcp.method = line;
    if (name == "Mcp-Name") request.mcp.name = line;
    if (name == "Origin") request.mcp.origin = line;
  }
  request.body = text;
  if (who == "-") return std::nullopt;
  request.authorization = "Bearer " + std::string(who);
  return std::string(who);
}

Route::Kind kind_of(const Request& request) {
  const std::string_view target = request.target;
  const auto route = route_path(target.substr(0, target.find('?')));
  return route.ok() ? route->kind : Route::Kind::Unknown;
}

// What holds for every answer there is. 507: the store takes in only a few.
void check(const Request& request, const Response& response) {
  require(response.status >= 200 && (response.status < 500 || response.status == 507));
  require(response.status < 400 || response.body != nullptr);
  if (response.body == nullptr) return;
  // Errors of MCP are messages of it.
  const bool is_message = kind_of(request) == Route::Kind::Mcp && response.content_type == kJson;
  require(is_message || (response.content_type == kProblemJson) == (response.status >= 400));
  const bool is_json = response.content_type == kJson || response.content_type == kProblemJson;
  if (is_json && response.header("Content-Encoding").empty()) require(parse_json(*response.body).ok());
}

// What a start makes of the history is what was served.
void check_history(const toolhive::fuzz::MemoryStore& store) {
  IndexBuilder builder{Index()};
  for (const auto& record : store.history()) {
    std::string line;
    append_line(line, record.view());
    require(line.find('\n') == line.size() - 1);
    auto read = decode_record(std::string_view(line).substr(0, line.size() - 1));
    require(read.ok() && apply(builder, *read).ok());
  }
  const auto served = store.snapshot();
  require(builder.index().tag() == served->tag() && builder.index().tools() == served->tools() &&
          builder.index().servers() == served->servers() && builder.index().versions() == served->versions());
  served->visit_all([&](const Tool& tool) {
    const auto* again =
        is_server_name(tool.name) ? builder.index().find_server(tool.name) : builder.find(tool.name);
    require((again != nullptr && again->live.size() == tool.live.size()) || tool.live.empty());
    for (std::size_t i = 0; i < tool.live.size(); ++i)
      require(again->live[i]->document == tool.live[i]->document);
  });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto rules = settings();
  auth::AuditSettings audit;
  audit.output = auth::AuditSettings::Output::Off;
  Metrics metrics(counted_routes());
  Guard guard(rules, std::make_unique<Tokens>(), {}, audit, metrics);
  toolhive::fuzz::MemoryStore store;
  Api open{ToolPolicy(), metrics};
  Api guarded{ToolPolicy(), metrics};
  guarded.protect(guard);
  open.start(store);
  guarded.start(store);

  const auto send = [](Api& api, const Request& request) {
    std::optional<Response> answer;
    api.handle(request, [&](Response response) {
      require(!answer);
      answer = std::move(response);
    });
    require(answer.has_value());
    check(request, *answer);
    return std::move(*answer);
  };

  // Something that neither ada nor bob may see.
  Request hidden;
  hidden.method = "POST";
  hidden.target = "/api/v1/tools";
  hidden.content_type = "application/json";
  const auto secret =
      R"({"name":"secret","version":"1.0.0","description":")" + std::string(kSecret) +
      R"(","tags":["x"],"inputSchema":{"type":"object"},"server":{"name":"io.example/secret"}})";
  hidden.body = secret;
  require(send(open, hidden).status == 201);

  std::string_view rest(reinterpret_cast<const char*>(data), size);
  for (int i = 0; i < 32 && !rest.empty(); ++i) {
    Request request;
    const auto part = take(rest, '\x1e');
    const auto who = read_request(part, request);
    if (!is_plain(request.method) || !is_plain(request.target)) continue;
    const auto before = store.history().size();
    const auto answer = send(who ? guarded : open, request);
    const auto kind = kind_of(request);
    const bool only_reads = kind == Route::Kind::Mcp || kind == Route::Kind::Compare;
    if (request.method == "GET" || request.method == "HEAD" || only_reads || answer.status >= 400)
      require(store.history().size() == before);
    if (!who) continue;
    if (answer.body != nullptr && answer.header("Content-Encoding").empty() &&
        part.find(kSecret) == part.npos)
      require(answer.body->find(kSecret) == std::string::npos);
    if (*who != "ada") require(store.history().size() == before);
    for (auto each = before; each < store.history().size(); ++each) {
      // Whatever ada writes is under names that she may write.
      const auto payload = parse_json(store.history()[each].payload);
      require(payload.ok());
      const auto name = (*payload)["name"].get<std::string>();
      require(name.starts_with("a") || name.starts_with("io.example/a") || name.starts_with("io.example.a"));
    }
  }
  check_history(store);
  return 0;
}
