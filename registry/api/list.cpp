#include "registry/api/list.hpp"
#include "registry/api/cached_list.hpp"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <vector>

#include "controller/base/time.hpp"
#include "registry/api/cursor.hpp"
#include "registry/api/problem.hpp"
#include "registry/api/reply.hpp"
#include "registry/api/route.hpp"
#include "registry/auth/permit.hpp"
#include "registry/model/json.hpp"
#include "registry/model/managed_by.hpp"
#include "registry/model/name.hpp"
#include "registry/model/search_text.hpp"
#include "registry/model/server.hpp"
#include "registry/model/text.hpp"

namespace toolhive::registry {
namespace {

constexpr std::size_t kDefaultLimit = 30;
constexpr std::size_t kLargestLimit = 100;
constexpr std::array<std::string_view, 20> kFields = {
    "name",           "version",     "title",           "description",   "inputSchema",
    "outputSchema",   "annotations", "icons",           "tags",          "execution",
    "server",         "_meta",       "managedBy",       "digest",        "registeredAt",
    "contractDigest", "status",      "statusChangedAt", "statusMessage", "replacement"};

struct ListParameters {
  std::size_t limit = kDefaultLimit;
  std::string after;   // The last name of the page before; empty for the first page.
  int after_rank = 0;  // And its rank, in a search.
  Search search{""};   // With the tag and the server.
  std::optional<Lifecycle> status;
  std::optional<ManagedBy> manager;
  std::string updated_since;
  bool withdrawn = false;                // With the tools that are gone.
  std::vector<std::string_view> fields;  // None for all.
  const auth::Permit* permit = nullptr;  // Of a reader who may not read every tool.

  bool filtered() const { return search.filters() || status || manager || !updated_since.empty(); }
};

Error bad_parameter(std::string_view field, std::string detail) {
  return {Code::Malformed, std::move(detail), std::string(field)};
}

// What cursors are of: a page in the order of the names ends at a name, one of a search at
// `<rank>/<name>`.
std::string_view list_of(const ListParameters& parameters) {
  return parameters.search.has_words() ? "search" : "tools";
}

Result<void> parse_cursor(std::string_view cursor, ListParameters& parameters) {
  const auto bad =
      bad_parameter("cursor",
                    "must be the nextCursor of an earlier page of the same list; leave it out for "
                    "the first page");
  const auto place = read_cursor(list_of(parameters), cursor);
  if (!place) return bad;
  std::string_view text = *place;
  if (parameters.search.has_words()) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), parameters.after_rank);
    if (error != std::errc() || parameters.after_rank < 1 || end == text.data() + text.size() || *end != '/')
      return bad;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()) + 1);
  }
  if (!check_tool_name(text, kServerToolNameBytes)) return bad;
  parameters.after = text;
  return {};
}

Result<void> parse_fields(std::string_view text, ListParameters& parameters) {
  parameters.fields.emplace_back("name");
  while (!text.empty()) {
    const auto end = text.find(',');
    const auto it = std::find(kFields.begin(), kFields.end(), text.substr(0, end));
    if (it == kFields.end()) {
      std::string known;
      for (const auto field : kFields) known += (known.empty() ? "" : ", ") + std::string(field);
      return bad_parameter("fields",
                           "must be a list of members of a tool, with commas between them; known: " + known);
    }
    // Named twice it is given once: no object has a member twice.
    auto& fields = parameters.fields;
    if (std::find(fields.begin(), fields.end(), *it) == fields.end()) fields.push_back(*it);
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
  }
  return {};
}

Result<ListParameters> parse_list_parameters(std::string_view raw_query) {
  auto query = Query::parse(raw_query,
                            {"limit", "cursor", "search", "tag", "server", "status", "managed_by",
                             "updated_since", "withdrawn", "fields"},
                            {"search", "tag"});
  if (!query) return query.take_error();
  ListParameters parameters;
  auto limit = query->number("limit", kDefaultLimit, kLargestLimit);
  if (!limit) return limit.take_error();
  parameters.limit = *limit;
  if (const auto* search = query->find("search")) {
    if (count_characters(*search) > 200)
      return bad_parameter("search", "has more than 200 characters; shorten it");
    if (count_words(*search) > kMostWords)
      return bad_parameter("search",
                           "has more than " + std::to_string(kMostWords) + " words; leave some out");
    parameters.search = Search(*search);
  }
  if (const auto* tag = query->find("tag")) {
    if (tag->empty() || count_characters(*tag) > 64)
      return bad_parameter("tag", "must have 1 to 64 characters");
    parameters.search.require_tag(*tag);
  }
  if (const auto* server = query->find("server")) {
    if (auto ok = check_server_name(*server); !ok) return bad_parameter("server", ok.error().detail);
    parameters.search.require_server(*server);
  }
  if (const auto* status = query->find("status")) {
    parameters.status = parse_lifecycle(*status);
    if (!parameters.status || *parameters.status == Lifecycle::Deleted)
      return bad_parameter("status", "must be active or deprecated");
  }
  if (const auto* manager = query->find("managed_by")) {
    auto parsed = parse_managed_by(*manager);
    if (!parsed) return bad_parameter("managed_by", parsed.error().detail);
    parameters.manager = std::move(*parsed);
  }
  if (const auto* since = query->find("updated_since")) {
    const auto time = parse_rfc3339(*since);
    if (!time) return bad_parameter("updated_since", "must be an RFC 3339 time such as 2026-11-22T18:30:05Z");
    parameters.updated_since = to_rfc3339_micro(*time);
  }
  const auto withdrawn = query->flag("withdrawn");
  if (!withdrawn) return withdrawn.error();
  parameters.withdrawn = *withdrawn;
  if (const auto* fields = query->find("fields")) {
    if (auto ok = parse_fields(*fields, parameters); !ok) return ok.take_error();
  }
  if (const auto* cursor = query->find("cursor")) {
    if (auto ok = parse_cursor(*cursor, parameters); !ok) return ok.take_error();
  }
  return parameters;
}

// A uid that was not given may be any.
bool is_managed_by(const Registration& entry, const ManagedBy& manager) {
  return entry.manager && entry.manager->same_resource(manager) &&
         (manager.uid.empty() || entry.manager->uid == manager.uid);
}

// Beside its rank in the search.
bool passes(const Tool& tool, const ListParameters& parameters) {
  return (parameters.permit == nullptr || parameters.permit->may(auth::Right::Read, tool.name)) &&
         (!parameters.status || tool.latest()->lifecycle == *parameters.status) &&
         (!parameters.manager || is_managed_by(*tool.latest(), *parameters.manager)) &&
         (parameters.updated_since.empty() || tool.changed_at() > parameters.updated_since);
}

struct Hit {
  std::shared_ptr<const Tool> tool;
  int rank = 0;
};

struct Page {
  std::vector<Hit> hits;
  bool more = false;
  bool out_of_time = false;
};

Page find_in_order(const Index& index, const ListParameters& parameters, Budget& budget) {
  Page page;
  const auto visit = [&](const std::shared_ptr<const Tool>& tool) {
    if (budget.spent()) page.out_of_time = true;
    if (page.out_of_time) return false;
    if (parameters.search.rank(tool->search_text) == 0 || !passes(*tool, parameters)) return true;
    page.more = page.hits.size() == parameters.limit;
    if (!page.more) page.hits.push_back({tool, 0});
    return !page.more;
  };
  // Of a tool that is gone nothing is known that a filter could be about.
  if (parameters.withdrawn && !parameters.search.filters() && !parameters.status && !parameters.manager)
    index.visit_known_after(parameters.after, visit);
  else
    index.visit_after(parameters.after, visit);
  return page;
}

Page find_best(const Index& index, const ListParameters& parameters, Budget& budget) {
  const auto better = [](const Hit& a, const Hit& b) {
    return a.rank != b.rank ? a.rank > b.rank : a.tool->name < b.tool->name;
  };
  Page page;
  index.visit_after("", [&](const std::shared_ptr<const Tool>& tool) {
    if (budget.spent()) page.out_of_time = true;
    if (page.out_of_time) return false;
    const int rank = parameters.search.rank(tool->search_text);
    // The best so far, one more than the page takes, as a heap with the worst of them in front.
    // Tools come in the order of their names, so that between equals the earlier stays.
    const bool full = page.hits.size() > parameters.limit;
    if (rank == 0 || (full && rank <= page.hits.front().rank)) return true;
    const bool later = parameters.after.empty() || rank < parameters.after_rank ||
                       (rank == parameters.after_rank && tool->name > parameters.after);
    if (!later || !passes(*tool, parameters)) return true;
    page.hits.push_back({tool, rank});
    std::push_heap(page.hits.begin(), page.hits.end(), better);
    if (page.hits.size() > parameters.limit + 1) {
      std::pop_heap(page.hits.begin(), page.hits.end(), better);
      page.hits.pop_back();
    }
    return true;
  });
  std::sort_heap(page.hits.begin(), page.hits.end(), better);
  page.more = page.hits.size() > parameters.limit;
  if (page.more) page.hits.pop_back();
  return page;
}

// Some members of a document.
void append_fields(std::string& out, const std::string& document,
                   const std::vector<std::string_view>& fields) {
  thread_local simdjson::dom::parser parser;
  simdjson::dom::element root;
  if (parser.parse(document).get(root) != simdjson::SUCCESS) return;
  char before = '{';
  for (const auto field : fields) {
    simdjson::dom::element value;
    if (root[field].get(value) != simdjson::SUCCESS) continue;
    out += before;
    before = ',';
    append_json_string(out, field);
    out += ':';
    out += simdjson::minify(value);
  }
  out += '}';
}

// All that is left of a tool that was withdrawn.
void append_withdrawn(std::string& out, const Tool& tool) {
  out += "{\"name\":";
  append_json_string(out, tool.name);
  out += R"(,"status":"withdrawn","statusChangedAt":)";
  append_json_string(out, tool.changed_at());
  out += '}';
}

// How many tools there are, as far as the reader may know.
std::size_t count_readable(const Index& index, const ListParameters& parameters) {
  if (parameters.permit == nullptr) return index.tools();
  std::size_t count = 0;
  index.visit_after("", [&](const std::shared_ptr<const Tool>& tool) {
    count += parameters.permit->may(auth::Right::Read, tool->name) ? 1 : 0;
    return true;
  });
  return count;
}

std::size_t document_bytes(const Tool& tool) {
  constexpr std::size_t kWithdrawn = 200;
  return tool.latest() == nullptr ? kWithdrawn : tool.latest()->document.size();
}

// Ends the page where its definitions would be more bytes than an answer may have. Counts them
// whole, whatever members are given of them, as they are read whole.
void cut(Page& page, Budget& budget) {
  const auto end = std::find_if_not(page.hits.begin(), page.hits.end(),
                                    [&](const Hit& hit) { return budget.take(document_bytes(*hit.tool)); });
  page.more = page.more || end != page.hits.end();
  page.hits.erase(end, page.hits.end());
}

Result<std::string> render_page(const Index& index, const ListParameters& parameters, Budget& budget) {
  auto page = parameters.search.has_words() ? find_best(index, parameters, budget)
                                            : find_in_order(index, parameters, budget);
  if (page.out_of_time) return budget.out_of_time();
  cut(page, budget);
  std::size_t bytes = 200;
  for (const auto& hit : page.hits) bytes += document_bytes(*hit.tool) + 1;
  std::string out;
  out.reserve(bytes);
  out += "{\"tools\":[";
  for (const auto& hit : page.hits) {
    if (&hit != &page.hits.front()) out += ',';
    if (hit.tool->latest() == nullptr) {
      append_withdrawn(out, *hit.tool);
      continue;
    }
    const auto& document = hit.tool->latest()->document;
    if (parameters.fields.empty())
      out += document;
    else
      append_fields(out, document, parameters.fields);
  }
  out += ']';
  if (!parameters.filtered()) out += ",\"total\":" + std::to_string(count_readable(index, parameters));
  if (page.more) {
    const auto& last = page.hits.back();
    out += ",\"nextCursor\":";
    const auto rank = last.rank > 0 ? std::to_string(last.rank) + "/" : std::string();
    append_json_string(out, make_cursor(list_of(parameters), rank + last.tool->name));
  }
  out += '}';
  return out;
}

}  // namespace

Response get_tools(const Index& index, const Call& call, ListCache& cache, Budget budget) {
  auto parameters = parse_list_parameters(call.query());
  if (!parameters) return problem(parameters.error());
  return make_list(index, call, cache, [&](const auth::Permit* permit) {
    parameters->permit = permit;
    return render_page(index, *parameters, budget);
  });
}

}  // namespace toolhive::registry
