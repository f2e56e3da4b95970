// ScriptedServer: an MCP server on loopback that answers as a test says.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "controller/base/json.hpp"
#include "controller/mcp/client/client.hpp"
#include "test/unit/kube/fake_server.hpp"

namespace toolhive::test {

// One request that arrived.
struct Asked {
  std::string verb;
  std::string target;
  std::map<std::string, std::string> headers;  // names in lower case
  std::string text;
  Json body;  // null when the text is no JSON
  std::string method() const { return body.value("method", ""); }
  std::string header(const std::string& name) const;
};

class ScriptedServer {
 public:
  using Script = std::function<void(const Asked&, Connection&)>;

  // `script` may be called by several threads at once.
  explicit ScriptedServer(Script script);

  std::string url() const { return server_.url() + "/mcp"; }
  std::string origin() const { return server_.url(); }
  int port() const { return server_.port(); }
  // All that was asked so far: "POST server/discover", "DELETE ".
  std::vector<std::string> steps() const;
  std::vector<Asked> asked() const;

 private:
  void serve(Connection& connection);

  const Script script_;
  mutable std::mutex mutex_;
  std::vector<Asked> asked_;
  FakeServer server_;  // last: its threads use the others
};

// Replies to a request.
void answer(Connection& connection, const Asked& asked, const Json& result, const std::string& headers = {});
void refuse(Connection& connection, const Asked& asked, int http_status, int code,
            const Json& data = nullptr);
// Events of a stream that stays open.
void begin_stream(Connection& connection, const std::string& headers = {});
void send_event(Connection& connection, const std::string& lines);
std::string result_text(const Asked& asked, const Json& result);

// Scripts. A modern server and a legacy one, each with the tools `a` and `b` on a page of their
// own.
void serve_modern(const Asked& asked, Connection& connection);
void serve_legacy(const Asked& asked, Connection& connection);
Json discover_result();
Json initialize_result(const std::string& version = "2025-11-25");
Json page_of(const Asked& asked);

// Options that reach loopback.
mcp::Options options_for(const std::string& url);
// One read by a new client.
StatusOr<mcp::Offer> read(const mcp::Options& options);

}  // namespace toolhive::test
