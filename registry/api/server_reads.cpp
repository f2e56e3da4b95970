#include "registry/api/server_reads.hpp"

#include "registry/api/cached_list.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <vector>

#include "controller/base/sha256.hpp"
#include "controller/base/time.hpp"
#include "registry/api/cursor.hpp"
#include "registry/api/problem.hpp"
#include "registry/api/reply.hpp"
#include "registry/api/server_versions.hpp"
#include "registry/auth/permit.hpp"
#include "registry/model/json.hpp"
#include "registry/model/search_text.hpp"
#include "registry/model/server.hpp"
#include "registry/model/text.hpp"

namespace toolhive::registry {
namespace {

struct ServerFilter {
  std::size_t limit = 30;
  Search search{""};
  std::string updated_since;
  std::string version;
  bool include_deleted = false;
  std::string cursor_name, cursor_version;
};

// What cursors are of.
constexpr std::string_view kServerList = "servers";
constexpr std::string_view kVersionList = "versions";

Error unacceptable_parameter(std::string_view name, std::string detail) {
  return {Code::Invalid, std::move(detail), std::string(name)};
}

// The value of a parameter; empty when it was not given.
std::string value_of(const Query& query, std::string_view name) {
  const auto* value = query.find(name);
  return value == nullptr ? std::string() : *value;
}

Result<std::optional<bool>> include_deleted(const Query& query) {
  const auto word = value_of(query, "include_deleted");
  if (word.empty()) return std::optional<bool>();
  // The words of Go's strconv.ParseBool, with which the official registry reads it.
  for (const auto* yes : {"true", "1", "t", "T", "TRUE", "True"})
    if (word == yes) return std::optional<bool>(true);
  for (const auto* no : {"false", "0", "f", "F", "FALSE", "False"})
    if (word == no) return std::optional<bool>(false);
  return unacceptable_parameter("include_deleted", "must be true or false");
}

Error not_a_cursor() {
  return unacceptable_parameter(
      "cursor",
      "must be the nextCursor of an earlier page of the same list; leave it out for the first page");
}

// Takes the official registry's own form, `<name>:<version>`, as well: clients may have kept one.
Result<void> parse_server_cursor(const std::string& cursor, ServerFilter& filter) {
  const auto place = read_cursor(kServerList, cursor).value_or(cursor);
  const auto colon = place.find(':');
  filter.cursor_name = place.substr(0, colon);
  // Without a version: after all versions of the name.
  filter.cursor_version = colon == place.npos ? "\xff" : place.substr(colon + 1);
  return check_server_name(filter.cursor_name) ? Result<void>() : not_a_cursor();
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
    if (count_characters(trim(search, " \t\r\n")) < 3)
      return unacceptable_parameter("search", "must have at least 3 characters");
    if (count_words(search) > kMostWords)
      return unacceptable_parameter("search", "has more than 16 words; leave some out");
    filter.search = Search(search);
  }
  if (const auto since = value_of(*query, "updated_since"); !since.empty()) {
    const auto time = parse_rfc3339(since);
    if (!time)
      return Error{Code::Malformed, "must be an RFC 3339 time such as 2025-08-07T13:15:04.280Z",
                   "updated_since"};
    filter.updated_since = to_rfc3339_micro(*time);
  }
  filter.version = value_of(*query, "version");
  const auto deleted = include_deleted(*query);
  if (!deleted) return deleted.error();
  // Who follows the changes has to see what was deleted.
  if (!filter.updated_since.empty() && *deleted == false)
    return Error{Code::Malformed, "cannot be false with updated_since, which is to show what was deleted",
                 "include_deleted"};
  filter.include_deleted = !filter.updated_since.empty() || deleted->value_or(false);
  if (const auto cursor = value_of(*query, "cursor"); !cursor.empty()) {
    if (auto ok = parse_server_cursor(cursor, filter); !ok) return ok.take_error();
  }
  return filter;
}

// Whether `holds(version, registration)` for anything that makes a version of the server: what was
// published, what tools tell.
template <class Holds>
bool any_version(const Tool& server, Holds holds) {
  return std::any_of(server.live.begin(), server.live.end(),
                     [&](const auto& each) { return holds(each->version, *each); }) ||
         std::any_of(server.mentions.begin(), server.mentions.end(),
                     [&](const ServerMention& each) { return holds(each.version, *each.registration); });
}

// Whether any version of the server can be on the page. Spares most servers that their versions are
// put together.
bool may_be_shown(const Tool& server, const ServerFilter& filter) {
  // One that tools tell of alone has no text to search but its name.
  const bool found = server.latest() == nullptr ? filter.search.finds_in(server.name)
                                                : filter.search.rank(server.search_text) > 0;
  if (!found) return false;
  if (!filter.version.empty() && filter.version != "latest" &&
      !any_version(server, [&](const Version& version, const Registration&) {
        return version.text() == filter.version;
      }))
    return false;
  return filter.updated_since.empty() ||
         any_version(server, [&](const Version&, const Registration& registration) {
           return registration.changed_at() > filter.updated_since;
         });
}

// Whether what the list says of a version changed after a time. Which is the latest changes also
// when a later one is deleted, with which nothing is written about this one.
bool changed_after(const ServerVersion& each, const std::vector<ServerVersion>& versions,
                   const std::string& time) {
  return each.updated_at > time || (each.latest && std::ranges::any_of(versions, [&](const auto& other) {
                                      return other.lifecycle == Lifecycle::Deleted && other.updated_at > time;
                                    }));
}

bool is_shown(const ServerVersion& each, const std::vector<ServerVersion>& versions,
              const ServerFilter& filter) {
  return (filter.include_deleted || each.lifecycle != Lifecycle::Deleted) &&
         (filter.version.empty() ||
          (filter.version == "latest" ? each.latest : each.version->text() == filter.version)) &&
         (filter.updated_since.empty() || changed_after(each, versions, filter.updated_since));
}

std::string place_in_servers(const ServerVersion& each) {
  return each.server->name + ":" + each.version->text();
}

std::string place_in_versions(const ServerVersion& each) {
  return std::string(each.published_at) + " " + each.version->text();
}

// In the order of a server's versions: the last published first.
bool is_published_later(const ServerVersion& a, const ServerVersion& b) {
  return a.published_at != b.published_at ? a.published_at > b.published_at
                                          : a.version->text() < b.version->text();
}

// As many of them as an answer may hold; `full` says that more may follow those that are given.
std::string render_list(const std::vector<ServerVersion>& page, bool full, std::string_view list,
                        std::string (*place_of)(const ServerVersion&), const auth::Permit* permit,
                        Budget& budget) {
  std::string out = "{\"servers\":[";
  std::size_t count = 0;
  for (; count < page.size(); ++count) {
    const auto begin = out.size();
    if (count > 0) out += ',';
    append_server(out, page[count], permit);
    if (budget.take(out.size() - begin)) continue;
    out.resize(begin);
    full = true;
    break;
  }
  out += "],\"metadata\":{";
  if (full) {
    out += "\"nextCursor\":";
    append_json_string(out, make_cursor(list, place_of(page[count - 1])));
    out += ',';
  }
  out += "\"count\":" + std::to_string(count) + "}}";
  return out;
}

// None when it takes too long to find.
std::optional<std::vector<ServerVersion>> find_page(const Index& index, const ServerFilter& filter,
                                                    const auth::Permit* permit, Budget& budget) {
  std::vector<ServerVersion> page;
  bool in_time = true;
  index.visit_servers(filter.cursor_name, [&](const Tool& server) {
    in_time = in_time && !budget.spent();
    if (!in_time) return false;
    if (!may_be_shown(server, filter)) return true;
    const auto versions = versions_of(server, permit);
    for (const auto& each : versions) {
      const bool before = server.name == filter.cursor_name && each.version->text() <= filter.cursor_version;
      if (!before && is_shown(each, versions, filter)) page.push_back(each);
      if (page.size() == filter.limit) return false;
    }
    return true;
  });
  if (!in_time) return std::nullopt;
  return page;
}

// Leaves what comes after a cursor's version, whether that is still there or not.
Result<void> skip_to(std::vector<ServerVersion>& versions, std::string_view cursor) {
  const auto place = read_cursor(kVersionList, cursor);
  const auto space = place ? place->find(' ') : std::string::npos;
  if (space == std::string::npos) return not_a_cursor();
  const auto published_at = std::string_view(*place).substr(0, space);
  const auto version = std::string_view(*place).substr(space + 1);
  std::erase_if(versions, [&](const ServerVersion& each) {
    return each.published_at != published_at ? each.published_at > published_at
                                             : each.version->text() <= version;
  });
  return {};
}

Response no_server() {
  return problem(404, "Server not found");
}

}  // namespace

Response get_servers(const Index& index, const Call& call, ListCache& cache, Budget budget) {
  const auto filter = parse_filter(call.query());
  if (!filter) return problem(filter.error());
  return make_list(index, call, cache, [&](const auth::Permit* permit) -> Result<std::string> {
    const auto page = find_page(index, *filter, permit, budget);
    if (!page) return budget.out_of_time();
    // As the official registry does: a page that is full has a cursor, even if nothing comes after
    // it.
    return render_list(*page, page->size() == filter->limit, kServerList, place_in_servers, permit, budget);
  });
}

Response get_server_versions(const Index& index, const Call& call) {
  const auto query = Query::parse_any(call.query());
  if (!query) return problem(query.error());
  const auto deleted = include_deleted(*query);
  if (!deleted) return problem(deleted.error());
  const Tool* server = index.find_server(call.route.name);
  const auto* permit = limits_of_reader(call);
  auto page = server == nullptr ? std::vector<ServerVersion>() : versions_of(*server, permit);
  std::erase_if(page, [&](const auto& each) {
    return each.lifecycle == Lifecycle::Deleted && !deleted->value_or(false);
  });
  if (page.empty()) return no_server();
  std::sort(page.begin(), page.end(), is_published_later);
  if (const auto* cursor = query->find("cursor")) {
    if (auto ok = skip_to(page, *cursor); !ok) return problem(ok.error());
  }
  Sha256Stream tags;
  for (const auto& each : page) tags.add(entity_tag(each, permit) + ' ');
  Response response;
  auto known = not_modified(call.request, to_hex(tags.finish(), 16), response);
  if (!known) return problem(known.error());
  if (*known) return response;
  response.content_type = kJson;
  Budget budget;
  response.body = std::make_shared<const std::string>(
      render_list(page, false, kVersionList, place_in_versions, permit, budget));
  return response;
}

Response get_server_version(const Index& index, const Call& call) {
  const auto query = Query::parse_any(call.query());
  if (!query) return problem(query.error());
  const auto deleted = include_deleted(*query);
  if (!deleted) return problem(deleted.error());
  const auto* permit = limits_of_reader(call);
  const auto version = find_version(index.find_server(call.route.name), call.route.version, permit);
  if (!version || (version->lifecycle == Lifecycle::Deleted && !deleted->value_or(false))) return no_server();
  Response response;
  auto known = not_modified(call.request, entity_tag(*version, permit), response);
  if (!known) return problem(known.error());
  if (*known) return response;
  std::string body;
  append_server(body, *version, permit);
  response.content_type = kJson;
  response.body = std::make_shared<const std::string>(std::move(body));
  return response;
}

}  // namespace toolhive::registry
