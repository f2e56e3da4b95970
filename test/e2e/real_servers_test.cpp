// Servers that people run, of npm, PyPI and Go, old and new: what they offer is registered as they
// offer it.
#include <doctest/doctest.h>

#include <list>
#include <map>
#include <sstream>

#include "test/e2e/harness/test_namespace.hpp"

namespace {

using namespace e2e;

// A server of test/servers/real: $T stands for the folder that holds it, $PORT for a port.
struct RealServer {
  const char* name;
  const char* stdio;  // its command, over standard input and output
  const char* http;   // its command, over HTTP; null: behind mcp-bridge
};

const RealServer kServers[] = {
    {"everything", "$T/node $M/server-everything/dist/index.js", nullptr},
    {"everything-http", "$T/node $M/server-everything/dist/index.js",
     "env PORT=$PORT $T/node $M/server-everything/dist/index.js streamableHttp"},
    {"filesystem", "$T/node $M/server-filesystem/dist/index.js /tmp", nullptr},
    // Installed today, it meets a later library, and most of its schemas come out empty.
    {"filesystem-2024", "$T/node $T/node_modules/filesystem-0.6/dist/index.js /tmp", nullptr},
    {"memory", "$T/node $M/server-memory/dist/index.js", nullptr},
    {"thinking", "$T/node $M/server-sequential-thinking/dist/index.js", nullptr},
    {"thinking-2024", "$T/node $T/node_modules/sequential-thinking-0.6/dist/index.js", nullptr},
    {"kubernetes", "$K", "$K --port $PORT"},
    {"time", "$T/python/bin/python -m mcp_server_time", nullptr},
    {"time-2025", "$T/python-2025/bin/python -m mcp_server_time", nullptr},
    {"git", "$T/python/bin/python -m mcp_server_git", nullptr},
    {"git-2025", "$T/python-2025/bin/python -m mcp_server_git", nullptr},
    {"fetch", "$T/python/bin/python -m mcp_server_fetch", nullptr},
    {"orders", "$T/python/bin/python $S/orders.py", "$T/python/bin/python $S/orders.py $PORT"},
    {"weather", "$B/weather -stdio", "$B/weather -listen :$PORT"},
};

// The words of a command, with what stands for a folder replaced.
std::vector<std::string> words(const std::string& command, const std::string& tools, int port) {
  const std::map<std::string, std::string> folders = {
      {"$T", tools},
      {"$M", tools + "/node_modules/@modelcontextprotocol"},
      {"$K", tools + "/node_modules/kubernetes-mcp-server-linux-amd64/bin/kubernetes-mcp-server-linux-amd64"},
      {"$S", source_path("test/servers/real")},
      {"$B", program_path("weather").substr(0, program_path("weather").rfind('/'))},
      {"$PORT", std::to_string(port)}};
  std::vector<std::string> found;
  std::istringstream stream(command);
  for (std::string word; stream >> word;) {
    for (const auto& [name, value] : folders) {
      const std::size_t at = word.find(name);
      const std::size_t end = at == std::string::npos ? at : at + name.size();
      if (at != std::string::npos &&
          (end == word.size() || !std::isalpha(static_cast<unsigned char>(word[end]))))
        word.replace(at, name.size(), value);
    }
    found.push_back(word);
  }
  return found;
}

Command serve(const RealServer& server, const std::string& tools, int port) {
  if (server.http != nullptr) return Cluster::get().inside(words(server.http, tools, port));
  std::vector<std::string> argv = {program_path("mcp-bridge"), "--port", std::to_string(port), "--"};
  for (std::string& word : words(server.stdio, tools, port)) argv.push_back(std::move(word));
  return Cluster::get().inside(std::move(argv));
}

// What the server itself says over stdio, by name.
std::map<std::string, Json> offered(const RealServer& server, const std::string& tools) {
  std::vector<std::string> argv = {source_path("test/servers/real/offer.py")};
  for (std::string& word : words(server.stdio, tools, 0)) argv.push_back(std::move(word));
  const Output output = run(Cluster::get().inside(std::move(argv)));
  REQUIRE_MESSAGE(output.ok(), server.name << ": " << output.explain());
  std::map<std::string, Json> found;
  std::istringstream lines(output.out);
  for (std::string line; std::getline(lines, line);) {
    Json tool = Json::parse(line);
    const std::string name = tool.at("name");
    found.emplace(name, std::move(tool));
  }
  REQUIRE_MESSAGE(!found.empty(), server.name);
  return found;
}

bool takes_arguments(const Json& tool) {
  return tool.at("inputSchema").value("type", "") == "object";
}

Json mcptool_of(const RealServer& server, int port) {
  const std::string url = std::string("http://") + kNodeAddress + ":" + std::to_string(port) + "/mcp";
  return {{"apiVersion", "mcpregistry.dev/v1alpha1"},
          {"kind", "MCPTool"},
          {"metadata", {{"name", server.name}}},
          {"spec",
           {{"registryRef", {{"name", "mcp-registry"}}},
            {"server", {{"remote", {{"url", url}}}}},
            {"probe", {{"intervalSeconds", 10}}}}}};
}

// Each tool that a registry can take is in it, with the schemas that the server has.
void check_registered(const TestNamespace& ns, const RealServer& server, const std::string& tools) {
  CAPTURE(server.name);
  const std::map<std::string, Json> offer = offered(server, tools);
  std::size_t takeable = 0;
  for (const auto& [name, tool] : offer) takeable += takes_arguments(tool) ? 1 : 0;
  wait_until(std::string("the tools of ") + server.name + " are registered", [&]() -> std::string {
    const Json status = ns.get(kMcpTool, server.name).value("status", Json::object());
    return status.value("offered", 0U) == offer.size() && status.value("registered", 0U) == takeable &&
                   status.value("rejected", 0U) == offer.size() - takeable
               ? ""
               : "offered are " + std::to_string(offer.size()) + ": " + status.dump();
  });
  for (const auto& [name, tool] : offer) {
    if (!takes_arguments(tool)) continue;
    const Answer answer = ns.http("GET", std::string("/api/v1/tools/") + server.name + "." + name);
    REQUIRE_MESSAGE(answer.ok(), answer.explain());
    for (const char* member : {"description", "inputSchema", "outputSchema", "annotations", "title"})
      CHECK_MESSAGE(answer.json().value(member, Json()).dump() == tool.value(member, Json()).dump(),
                    name << ": " << member);
  }
}

}  // namespace

TEST_CASE("the tools of fifteen servers that people run are registered as they offer them") {
  const Output installed =
      run({.argv = {source_path("test/servers/real/tools.sh")}, .timeout = Seconds(600)});
  REQUIRE_MESSAGE(installed.ok(), installed.explain());
  const std::string tools = installed.out.substr(0, installed.out.find('\n'));
  const TestNamespace ns("real");
  ns.apply(registry());
  std::list<Background> running;
  int port = 18100;
  for (const RealServer& server : kServers) {
    running.emplace_back(serve(server, tools, ++port));
    ns.apply(mcptool_of(server, port));
  }
  for (const RealServer& server : kServers) check_registered(ns, server, tools);
}
