#include "registry/api/reads.hpp"

#include <algorithm>
#include <charconv>

#include "registry/api/conditional.hpp"
#include "registry/api/problem.hpp"
#include "registry/model/json.hpp"
#include "registry/model/name.hpp"
#include "registry/model/search_text.hpp"
#include "registry/store/store.hpp"

namespace registry {
namespace {

constexpr std::size_t kDefaultLimit = 30;
constexpr std::size_t kLargestLimit = 100;

std::string quoted(const std::string& tag) {
  return '"' + tag + '"';
}

/// True when the client has this state already; `response` is then the answer, else it carries the entity
/// tag.
Result<bool> not_modified(const Request& request, const std::string& tag, Response& response) {
  response.headers.emplace_back("ETag", quoted(tag));
  if (request.if_none_match.empty()) return false;
  auto tags = EntityTags::parse(request.if_none_match, "If-None-Match", true);
  if (!tags) return tags.take_error();
  if (!tags->matches(tag)) return false;
  response.status = 304;
  return true;
}

Response serve(const std::shared_ptr<const Registration>& registration, const Request& request) {
  Response response;
  auto known = not_modified(request, entity_tag(*registration), response);
  if (!known) return problem(known.error());
  if (*known) return response;
  response.content_type = kJson;
  response.body = std::shared_ptr<const std::string>(registration, &registration->document);
  return response;
}

Error no_tool(const std::string& name) {
  return {Code::NotFound, "no tool is registered as " + name.substr(0, 128)};
}

Response serve_version(const Tool& tool, const std::string& version, const Request& request) {
  if (auto registration = tool.find(version)) return serve(registration, request);
  const bool gone = tool.find_retired(version) != nullptr;
  return problem(
      Error{Code::NotFound, "the tool " + tool.name + (gone ? " has had its version " : " has no version ") +
                                version.substr(0, 255) + (gone ? " withdrawn" : "") + "; GET /api/v1/tools/" +
                                tool.name + "/versions lists what it has"});
}

const Tool* find_live(const Index& index, const std::string& name) {
  const Tool* tool = index.find(name);
  return tool != nullptr && tool->latest() != nullptr ? tool : nullptr;
}

struct ListParameters {
  std::size_t limit = kDefaultLimit;
  std::string cursor;  // The last name of the page before.
  Search search{""};
};

Result<ListParameters> parse_list_parameters(std::string_view raw_query) {
  auto query = Query::parse(raw_query, {"limit", "cursor", "search"}, {"search"});
  if (!query) return query.take_error();
  ListParameters parameters;
  if (const auto* limit = query->find("limit")) {
    const auto [end, error] = std::from_chars(limit->data(), limit->data() + limit->size(), parameters.limit);
    if (limit->empty() || error != std::errc() || end != limit->data() + limit->size() ||
        parameters.limit < 1 || parameters.limit > kLargestLimit) {
      return Error{Code::Malformed, "must be a number from 1 to " + std::to_string(kLargestLimit), "limit"};
    }
  }
  if (const auto* cursor = query->find("cursor")) {
    if (!check_tool_name(*cursor)) {
      return Error{Code::Malformed,
                   "must be the nextCursor of an earlier page; leave it out for the first page", "cursor"};
    }
    parameters.cursor = *cursor;
  }
  if (const auto* search = query->find("search")) {
    if (search->size() > 200) return Error{Code::Malformed, "has more than 200 bytes; shorten it", "search"};
    parameters.search = Search(*search);
  }
  return parameters;
}

std::string render_page(const Index& index, const ListParameters& parameters) {
  std::vector<std::shared_ptr<const Tool>> page;
  bool more = false;
  std::size_t bytes = 200;
  index.visit_after(parameters.cursor, [&](const std::shared_ptr<const Tool>& tool) {
    if (!parameters.search.empty() && parameters.search.rank(tool->search_text) == 0) return true;
    if (page.size() == parameters.limit) {
      more = true;
      return false;
    }
    bytes += tool->latest()->document.size() + 1;
    page.push_back(tool);
    return true;
  });
  std::string out;
  out.reserve(bytes);
  out += "{\"tools\":[";
  for (const auto& tool : page) {
    if (tool != page.front()) out += ',';
    out += tool->latest()->document;
  }
  out += ']';
  if (parameters.search.empty()) out += ",\"total\":" + std::to_string(index.tools());
  if (more) {
    out += ",\"nextCursor\":";
    append_json_string(out, page.back()->name);
  }
  out += '}';
  return out;
}

}  // namespace

Response get_tools(const Index& index, const Request& request, std::string_view raw_query, ListCache& cache) {
  auto parameters = parse_list_parameters(raw_query);
  if (!parameters) return problem(parameters.error());
  Response response;
  auto known = not_modified(request, index.tag().empty() ? "0" : index.tag(), response);
  if (!known) return problem(known.error());
  if (*known) return response;
  response.content_type = kJson;
  if (!parameters->search.empty()) {
    response.body = std::make_shared<const std::string>(render_page(index, *parameters));
    return response;
  }
  const auto key = std::to_string(parameters->limit) + ' ' + parameters->cursor;
  response.body = cache.find(index.tag(), key);
  if (response.body == nullptr) {
    response.body = std::make_shared<const std::string>(render_page(index, *parameters));
    cache.add(index.tag(), key, response.body);
  }
  return response;
}

Response get_tool(const Index& index, const Route& route, const Request& request,
                  std::string_view raw_query) {
  auto query = Query::parse(raw_query, {"version"});
  if (!query) return problem(query.error());
  const Tool* tool = find_live(index, route.name);
  if (tool == nullptr) return problem(no_tool(route.name));
  const auto* version = query->find("version");
  return version == nullptr ? serve(tool->live.front(), request) : serve_version(*tool, *version, request);
}

Response get_versions(const Index& index, const Route& route, const Request& request,
                      std::string_view raw_query) {
  if (auto query = Query::parse(raw_query, {}); !query) return problem(query.error());
  const Tool* tool = find_live(index, route.name);
  if (tool == nullptr) return problem(no_tool(route.name));

  // The list changes with what is live: the last change to that is the newest sequence of a registration or
  // withdrawal.
  std::uint64_t newest = 0;
  for (const auto& registration : tool->live) newest = std::max(newest, registration->sequence);
  for (const auto& retired : tool->retired) newest = std::max(newest, retired.sequence);
  Response response;
  auto known = not_modified(request, entity_tag(*tool->latest()) + "-" + std::to_string(newest), response);
  if (!known) return problem(known.error());
  if (*known) return response;

  std::string out = "{\"name\":";
  append_json_string(out, tool->name);
  out += ",\"latest\":";
  append_json_string(out, tool->latest()->version.text());
  out += ",\"versions\":[";
  for (const auto& registration : tool->live) {
    if (registration != tool->live.front()) out += ',';
    out += "{\"version\":";
    append_json_string(out, registration->version.text());
    out += ",\"digest\":\"sha256:" + to_hex(registration->digest) + "\",\"registeredAt\":";
    append_json_string(out, registration->registered_at);
    if (registration->manager) {
      out += ",\"managedBy\":";
      append_manager(out, *registration->manager);
    }
    out += '}';
  }
  out += "]}";
  response.content_type = kJson;
  response.body = std::make_shared<const std::string>(std::move(out));
  return response;
}

Response get_version(const Index& index, const Route& route, const Request& request,
                     std::string_view raw_query) {
  if (auto query = Query::parse(raw_query, {}); !query) return problem(query.error());
  const Tool* tool = find_live(index, route.name);
  return tool == nullptr ? problem(no_tool(route.name)) : serve_version(*tool, route.version, request);
}

}  // namespace registry
