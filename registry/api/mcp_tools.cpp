#include "registry/api/mcp_tools.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <nlohmann/json.hpp>
#include <span>
#include <utility>

#include "controller/base/percent.hpp"
#include "controller/base/utf8.hpp"
#include "registry/api/endpoint.hpp"
#include "registry/api/problem.hpp"
#include "registry/api/reply.hpp"
#include "registry/auth/permit.hpp"
#include "registry/base/result.hpp"
#include "registry/model/json.hpp"

namespace toolhive::registry {
namespace {

// An argument of a tool, and the parameter of the read that it becomes. The name of what is read
// has none.
struct Argument {
  std::string_view name, parameter;
  bool integer = false;
};

// A tool, and the endpoint that its call reads.
struct OfferedTool {
  std::string_view name;
  Route::Kind kind;
  std::string_view query;  // What is asked of the endpoint whatever the arguments.
  std::array<Argument, 5> arguments;
};

constexpr OfferedTool kOffered[] = {
    {"search_tools",
     Route::Kind::Tools,
     "fields=name,version,title,description,tags,server,status,replacement",
     {{{"query", "search"},
       {"tag", "tag"},
       {"server", "server"},
       {"limit", "limit", true},
       {"cursor", "cursor"}}}},
    {"get_tool", Route::Kind::Tool, "", {{{"name", ""}, {"version", "version"}}}},
    {"list_servers",
     Route::Kind::Servers,
     "version=latest",
     {{{"search", "search"}, {"limit", "limit", true}, {"cursor", "cursor"}}}},
    {"compare_versions", Route::Kind::Diff, "", {{{"name", ""}, {"from", "from"}, {"to", "to"}}}},
};

constexpr std::size_t kMostNamed = 100;

Error bad_argument(std::string_view name, const char* detail) {
  return {Code::Malformed, detail, std::string(truncate_utf8(name, kMostNamed))};
}

Result<std::string> text_of(const Argument& argument, const toolhive::Json& value) {
  if (argument.integer) {
    if (!value.is_number_integer()) return bad_argument(argument.name, "must be an integer");
    return value.dump();
  }
  if (!value.is_string()) return bad_argument(argument.name, "must be a string");
  return value.get<std::string>();
}

// The read that a call asks for.
Result<std::shared_ptr<Call>> read_of(const OfferedTool& tool, const toolhive::Json& arguments) {
  auto read = std::make_shared<Call>();
  std::string query(tool.query);
  bool named = tool.arguments.front().parameter != "";
  for (const auto& [name, value] : arguments.items()) {
    const auto argument = std::find_if(
        tool.arguments.begin(), tool.arguments.end(),
        [&wanted = name](const Argument& each) { return !each.name.empty() && each.name == wanted; });
    if (argument == tool.arguments.end()) return bad_argument(name, "is no argument of this tool");
    auto text = text_of(*argument, value);
    if (!text) return text.take_error();
    if (argument->parameter.empty()) {
      named = true;
      read->route.name = std::move(*text);
      continue;
    }
    query += (query.empty() ? "" : "&") + std::string(argument->parameter) + '=' + percent_encode(*text);
  }
  if (!named) return bad_argument("name", "is missing");
  read->request.target = '?' + query;
  read->route.kind = tool.kind;
  return read;
}

// The answer of the endpoint, which is at once that of a read.
Response answer_of(ApiState& state, const std::shared_ptr<Call>& read) {
  const auto all = endpoints();
  const auto endpoint = std::find_if(all.begin(), all.end(),
                                     [&](const Endpoint& each) { return each.kind == read->route.kind; });
  read->route.endpoint = &*endpoint;
  read->method = endpoint->find("GET");
  read->request.method = "GET";
  const auto& name = read->route.name;
  if (read->permit != nullptr && !name.empty() && !read->permit->may(auth::Right::Read, name))
    return problem(no_tool(name));
  if (read->method->ready != nullptr) {
    if (auto ready = read->method->ready(state, *read)) return std::move(*ready);
  }
  Response response;
  read->method->handler(state, read, [&response](Response made) { response = std::move(made); });
  return response;
}

// What a problem document says.
std::string sentence_of(const Response& failure) {
  const auto document = parse_json(*failure.body);
  if (!document || !document->contains("error")) return "the registry could not answer";
  return (*document)["error"].get<std::string>();
}

std::string failed(std::string_view sentence) {
  std::string out = R"({"resultType":"complete","content":[{"type":"text","text":)";
  append_json_string(out, sentence);
  return out + R"(}],"isError":true})";
}

std::string succeeded(std::string_view document) {
  std::string out = R"({"resultType":"complete","content":[{"type":"text","text":)";
  append_json_string(out, document);
  out += R"(}],"structuredContent":)";
  out += document;
  return out + R"(,"isError":false})";
}

}  // namespace

std::optional<std::string> call_mcp_tool(ApiState& state, const Call& caller, std::string_view name,
                                         const toolhive::Json& arguments) {
  const auto tool = std::find_if(std::begin(kOffered), std::end(kOffered),
                                 [&](const OfferedTool& each) { return each.name == name; });
  if (tool == std::end(kOffered)) return std::nullopt;
  auto read = read_of(*tool, arguments);
  if (!read) return failed(sentence_of(problem(read.error())));
  (*read)->permit = caller.permit;
  const auto response = answer_of(state, *read);
  return response.status == 200 ? succeeded(*response.body) : failed(sentence_of(response));
}

}  // namespace toolhive::registry
