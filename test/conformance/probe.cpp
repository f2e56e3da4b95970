// mcp-probe: the client library as a program, for suites that drive clients.
//
//   mcp-probe URL
//
// Reads the server and prints what it is and offers, as JSON. With MCP_CONFORMANCE_SCENARIO, as the
// official conformance suite sets it, it then does what that scenario waits for: calls tools, reads
// resources, signs in. Addresses of loopback are allowed. The exit code is 0 when all went well.
#include <cstdlib>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

#include "controller/base/json_access.hpp"
#include "controller/mcp/client/client.hpp"
#include "controller/mcp/client/document.hpp"
#include "controller/mcp/message/parameter_headers.hpp"

namespace {

using namespace toolhive;

std::string environment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? std::string() : value;
}

// The first authorization server that the server names (RFC 9728). Trusting it is for tests only.
std::string named_issuer(const mcp::Options& options) {
  const auto http =
      mcp::HttpClient::make({}, *mcp::AddressPolicy::make(options.addresses), options.limits.http);
  mcp::Url url = *mcp::Url::parse(options.url);
  url.target = "/.well-known/oauth-protected-resource" + url.path();
  const auto document =
      mcp::read_document(Context{}, *http, {.method = "GET", .url = url, .headers = {}, .body = {}});
  if (!document.ok()) return {};
  const Json metadata = Json::parse(document->body, nullptr, false);
  return metadata.is_object() ? text_at(metadata, "/authorization_servers/0") : std::string();
}

mcp::Options options_for(const std::string& url, const Json& context) {
  mcp::Options options;
  options.url = url;
  options.addresses.allowed = {"127.0.0.0/8", "::1"};
  options.client_name = "mcp-probe";
  if (context.contains("client_secret"))
    options.oauth = mcp::ClientCredentials{.client_id = string_member(context, "client_id"),
                                           .client_secret = string_member(context, "client_secret"),
                                           .scopes = {},
                                           .token_url = {},
                                           .issuer = named_issuer(options)};
  return options;
}

Json to_json(const mcp::Offer& offer) {
  Json tools = Json::array();
  for (const JsonPtr& tool : offer.list.tools) tools.push_back(*tool);
  return {{"name", offer.server.name},
          {"version", offer.server.version},
          {"protocol", offer.server.protocol_version},
          {"capabilities", *offer.server.capabilities},
          {"pages", offer.list.pages},
          {"ttlMs", offer.list.ttl.count()},
          {"tools", tools}};
}

// What a scenario may wait for, within one session.
class Exercise {
 public:
  Exercise(mcp::Session& session, const mcp::Offer& offer) : session_(session), offer_(offer) {}

  Status run() {
    for (const JsonPtr& tool : offer_.list.tools)
      if (mcp::check_parameter_headers(tool->value("inputSchema", Json::object())).ok())
        call(string_member(*tool, "name"));
    visit("resources/list", "/resources", "uri", "resources/read");
    visit("prompts/list", "/prompts", "name", "prompts/get");
    return failure_;
  }

 private:
  JsonPtr ask(const std::string& method, const Json& params) {
    const StatusOr<mcp::Result> result = session_.request(Context{}, method, params);
    if (result.ok()) return result->value;
    // A server may refuse what it is not told how to ask for; only what breaks the protocol is
    // this program's failure.
    if (failure_.ok() && result.status().code() != Code::Invalid)
      failure_ = result.status().with_context(method);
    return nullptr;
  }

  // Arguments that fit what the suite's tools ask for.
  void call(const std::string& tool) {
    Json arguments = Json::object();
    if (tool == "add_numbers") arguments = {{"a", 2}, {"b", 3}};
    if (tool == "json_schema_echo") arguments["schema"] = first_schema();
    ask("tools/call", {{"name", tool}, {"arguments", arguments}});
  }

  Json first_schema() const {
    for (const JsonPtr& tool : offer_.list.tools)
      if (string_member(*tool, "name") != "json_schema_echo")
        return tool->value("inputSchema", Json::object());
    return Json::object();
  }

  // Servers without the capability are not asked.
  void visit(const char* list, const char* member, const char* key, const char* read) {
    if (!offer_.server.capabilities->contains(member + 1)) return;
    const JsonPtr page = ask(list, Json::object());
    const Json* const entries = page ? value_at(*page, member) : nullptr;
    if (entries == nullptr) return;
    for (const Json& entry : *entries) ask(read, {{key, string_member(entry, key)}});
  }

  mcp::Session& session_;
  const mcp::Offer& offer_;
  Status failure_;
};

Status probe(const std::string& url) {
  const Json context = Json::parse(environment("MCP_CONFORMANCE_CONTEXT"), nullptr, false);
  StatusOr<mcp::Client> client =
      mcp::Client::make(options_for(url, context.is_object() ? context : Json::object()));
  if (!client.ok()) return client.status();
  const StatusOr<mcp::Offer> offer = client->read(Context{});
  if (!offer.ok()) return offer.status();
  std::cout << to_json(*offer).dump() << '\n';
  if (environment("MCP_CONFORMANCE_SCENARIO").empty()) return {};
  StatusOr<mcp::Session> session = client->connect(Context{});
  if (!session.ok()) return session.status();
  const Status done = Exercise(*session, *offer).run();
  session->close(Context{});
  return done;
}

}  // namespace

int main(int count, char** words) {
  if (count != 2) {
    std::cerr << "usage: mcp-probe URL\n";
    return 2;
  }
  const Status status = probe(words[1]);
  if (!status.ok()) std::cerr << status << '\n';
  return status.ok() ? 0 : 1;
}
