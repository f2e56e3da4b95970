#include "registry/api/server_reads.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <vector>

#include "registry/api/problem.hpp"
#include "registry/model/json.hpp"
#include "registry/model/text.hpp"
#include "registry/model/time.hpp"

namespace registry {
namespace {

struct ServerFilter {
  std::size_t limit = 30;
  std::string search;  // In lower case.
  std::string updated_since;
  std::string version;
  bool include_deleted = false;
  std::string cursor_name, cursor_version;
};

Error unacceptable_parameter(std::string_view name, std::string detail) {
  return {Code::Invalid, std::move(detail), std::string(name)};
}

/// The value of a parameter; empty when it was not given.
std::string value_of(const Query& query, std::string_view name) {
  const auto* value = query.find(name);
  return value == nullptr ? std::string() : *value;
}

Result<std::optional<bool>> include_deleted(const Query& query) {
  const auto word = value_of(query, "include_deleted");
  if (word.empty()) return std::optional<bool>();
  if (word == "true" || word == "1") return std::optional<bool>(true);
  if (word == "false" || word == "0") return std::optional<bool>(false);
  return unacceptable_parameter("include_deleted", "must be true or false");
}

Result<ServerFilter> parse_filter(std::string_view raw_query) {
  auto query = Query::parse_any(raw_query);
  if (!query) return query.take_error();
  ServerFilter filter;
  if (const auto limit = value_of(*query, "limit"); !limit.empty()) {
    const auto [end, error] = std::from_chars(limit.data(), limit.data() + limit.size(), filter.limit);
    if (error != std::errc() || end != limit.data() + limit.size() || filter.limit < 1 || filter.limit > 100)
      return unacceptable_parameter("limit", "must be a number from 1 to 100");
  }
  if (const auto search = value_of(*query, "search"); !search.empty()) {
    const auto begin = search.find_first_not_of(" \t\r\n");
    const auto trimmed = begin == search.npos
                             ? std::string()
                             : search.substr(begin, search.find_last_not_of(" \t\r\n") - begin + 1);
    if (count_characters(trimmed) < 3)
      return unacceptable_parameter("search", "must have at least 3 characters");
    filter.search = to_lower(search);
  }
  if (const auto since = value_of(*query, "updated_since"); !since.empty()) {
    const auto time = parse_time(since);
    if (!time)
      return Error{Code::Malformed, "must be an RFC 3339 time such as 2025-08-07T13:15:04.280Z",
                   "updated_since"};
    filter.updated_since = format_milliseconds(*time);
  }
  filter.version = value_of(*query, "version");
  const auto deleted = include_deleted(*query);
  if (!deleted) return deleted.error();
  // Who follows the changes has to see what was deleted.
  if (!filter.updated_since.empty() && *deleted == false)
    return Error{Code::Malformed, "cannot be false with updated_since, which is to show what was deleted",
                 "include_deleted"};
  filter.include_deleted = !filter.updated_since.empty() || deleted->value_or(false);
  const auto cursor = value_of(*query, "cursor");
  const auto colon = cursor.find(':');
  filter.cursor_name = cursor.substr(0, colon);
  // Without a version: after all versions of the name.
  filter.cursor_version = colon == cursor.npos ? "\xff" : cursor.substr(colon + 1);
  return filter;
}

bool is_shown(const ServerVersion& each, const ServerFilter& filter) {
  return (filter.include_deleted || each.lifecycle != Lifecycle::Deleted) &&
         (filter.version.empty() ||
          (filter.version == "latest" ? each.latest : each.version.text() == filter.version)) &&
         (filter.updated_since.empty() || each.updated_at > filter.updated_since) &&
         (filter.search.empty() || to_lower(each.name).find(filter.search) != std::string::npos);
}

std::string render_list(const std::vector<const ServerVersion*>& page, bool full) {
  std::string out = "{\"servers\":[";
  for (const auto* each : page) {
    if (each != page.front()) out += ',';
    out += render_server(*each);
  }
  out += "],\"metadata\":{";
  if (full) {
    out += "\"nextCursor\":";
    append_json_string(out, page.back()->name + ":" + page.back()->version.text());
    out += ',';
  }
  out += "\"count\":" + std::to_string(page.size()) + "}}";
  return out;
}

Response no_server() {
  return problem(404, "Server not found");
}

}  // namespace

Response get_servers(const ServerCatalog& catalog, std::string_view raw_query, const std::string& state,
                     ListCache& cache) {
  const std::string key(raw_query);
  if (auto page = cache.find(state, key)) return {200, {}, kJson, std::move(page)};
  const auto filter = parse_filter(raw_query);
  if (!filter) return problem(filter.error());
  const auto all = catalog.all();
  auto at = all.begin();
  if (!filter->cursor_name.empty()) {
    at = std::upper_bound(all.begin(), all.end(), std::pair(filter->cursor_name, filter->cursor_version),
                          [](const auto& cursor, const ServerVersion& each) {
                            return cursor < std::pair(each.name, each.version.text());
                          });
  }
  std::vector<const ServerVersion*> page;
  for (; at != all.end() && page.size() < filter->limit; ++at) {
    if (is_shown(*at, *filter)) page.push_back(&*at);
  }
  // As the official registry does: a page that is full has a cursor, even if nothing comes after it.
  auto body = std::make_shared<const std::string>(render_list(page, page.size() == filter->limit));
  cache.add(state, key, body);
  return {200, {}, kJson, std::move(body)};
}

Response get_server_versions(const ServerCatalog& catalog, const Route& route, std::string_view raw_query) {
  const auto query = Query::parse_any(raw_query);
  if (!query) return problem(query.error());
  const auto deleted = include_deleted(*query);
  if (!deleted) return problem(deleted.error());
  std::vector<const ServerVersion*> page;
  for (const auto& each : catalog.of(route.name)) {
    if (deleted->value_or(false) || each.lifecycle != Lifecycle::Deleted) page.push_back(&each);
  }
  if (page.empty()) return no_server();
  std::stable_sort(page.begin(), page.end(),
                   [](const auto* a, const auto* b) { return a->published_at > b->published_at; });
  return Response::text(200, kJson, render_list(page, false));
}

Response get_server_version(const ServerCatalog& catalog, const Route& route, std::string_view raw_query) {
  const auto query = Query::parse_any(raw_query);
  if (!query) return problem(query.error());
  const auto deleted = include_deleted(*query);
  if (!deleted) return problem(deleted.error());
  const auto* version = catalog.find(route.name, route.version);
  if (version == nullptr || (version->lifecycle == Lifecycle::Deleted && !deleted->value_or(false)))
    return no_server();
  return Response::text(200, kJson, render_server(*version));
}

}  // namespace registry
