#include "registry/api/route.hpp"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "controller/base/percent.hpp"
#include "controller/base/utf8.hpp"
#include "registry/api/endpoint.hpp"
#include "registry/model/text.hpp"

namespace toolhive::registry {
namespace {

constexpr std::size_t kDeepest = 7;

struct Path {
  std::array<std::string, kDeepest> segments;
  std::size_t count = 0;  // May be more.
};

// Whether a path is of a template's form; `route` then has what its {name} and {version} are.
bool matches(Path& path, std::string_view form, Route& route) {
  if (form == "/") return path.count == 0;
  std::size_t at = 0;
  std::string* name = nullptr;
  std::string* version = nullptr;
  for (form.remove_prefix(1);; ++at) {
    const auto slash = form.find('/');
    const auto part = form.substr(0, slash);
    if (at >= path.count || at >= kDeepest || path.segments[at].empty()) return false;
    if (part == "{name}")
      name = &path.segments[at];
    else if (part == "{version}")
      version = &path.segments[at];
    else if (part != path.segments[at])
      return false;
    if (slash == form.npos) break;
    form.remove_prefix(slash + 1);
  }
  if (at + 1 != path.count) return false;
  if (name != nullptr) route.name = std::move(*name);
  if (version != nullptr) route.version = std::move(*version);
  return true;
}

// The name of a server has a slash, whose escape some proxies take away, the API server's among
// them.
void join_server_name(Path& path) {
  auto& segments = path.segments;
  if (path.count < 4 || path.count > kDeepest || segments[0] != "v0.1" || segments[1] != "servers") return;
  if (segments[2].find('/') != std::string::npos || segments[3] == "versions" || segments[3] == "status")
    return;
  segments[2] += '/' + segments[3];
  std::move(segments.begin() + 4, segments.end(), segments.begin() + 3);
  --path.count;
}

}  // namespace

std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space) {
  // Most of what is asked for needs no decoding.
  if (std::all_of(text.begin(), text.end(),
                  [](char c) { return c > ' ' && c < '\x7f' && c != '%' && c != '+'; }))
    return std::string(text);
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
      if (high < 0 || low < 0) return std::nullopt;
      c = static_cast<char>(high << 4 | low);
      i += 2;
    } else if (c == '+' && plus_is_space) {
      c = ' ';
    }
    if (c == '\0') return std::nullopt;
    out += c;
  }
  if (!simdjson::validate_utf8(out)) return std::nullopt;
  return out;
}

Result<Route> route_path(std::string_view raw_path) {
  const auto malformed = [](std::string detail) { return Error{Code::Malformed, std::move(detail), "path"}; };
  if (!raw_path.starts_with('/')) return malformed("must start with a slash");

  Path path;
  for (auto rest = raw_path.substr(1);;) {
    const auto slash = rest.find('/');
    // A base URL with a slash at its end, and paths put behind it, make doubled ones: they are one,
    // as in Go's servers.
    const bool empty = slash == 0 || rest.empty();
    auto segment = percent_decode(rest.substr(0, slash));
    if (!segment)
      return malformed("holds a broken escape, NUL or bytes that are not UTF-8; escape each byte as %XX");
    if (*segment == "." || *segment == "..")
      return malformed("holds a segment . or ..; send the path they lead to");
    if (!empty && path.count < kDeepest) path.segments[path.count] = std::move(*segment);
    if (!empty) ++path.count;
    if (slash == rest.npos) break;
    rest.remove_prefix(slash + 1);
  }

  if (path.segments[0] == "v0") path.segments[0] = "v0.1";  // Two names of one API.
  join_server_name(path);
  Route route;
  for (const auto& endpoint : endpoints()) {
    if (!matches(path, endpoint.path, route)) continue;
    route.kind = endpoint.kind;
    route.endpoint = &endpoint;
    break;
  }
  return route;
}

Result<Query> Query::parse(std::string_view raw_query, std::initializer_list<std::string_view> known,
                           std::initializer_list<std::string_view> text) {
  Query query;
  while (!raw_query.empty()) {
    const auto end = raw_query.find('&');
    const auto pair = raw_query.substr(0, end);
    raw_query.remove_prefix(end == raw_query.npos ? raw_query.size() : end + 1);
    if (pair.empty()) continue;
    const auto equals = pair.find('=');
    const auto name = percent_decode(pair.substr(0, equals));
    if (!name)
      return Error{Code::Malformed, "a parameter's name cannot be decoded; escape each byte as %XX", "query"};
    const auto it = std::find(known.begin(), known.end(), *name);
    if (it == known.end()) {
      std::string list;
      for (const auto each : known) list += (list.empty() ? "" : ", ") + std::string(each);
      return Error{Code::Malformed,
                   list.empty() ? "no parameters are known here; leave it out"
                                : "unknown parameter; known here: " + list,
                   std::string(truncate_utf8(*name, 100))};
    }
    if (query.find(*it) != nullptr) return Error{Code::Malformed, "is given twice; give it once", *name};
    const bool is_text = std::find(text.begin(), text.end(), *name) != text.end();
    auto value = percent_decode(equals == pair.npos ? std::string_view() : pair.substr(equals + 1), is_text);
    if (!value)
      return Error{Code::Malformed, "holds a broken escape, NUL or bytes that are not UTF-8", *name};
    query.parameters_.emplace_back(*it, std::move(*value));
  }
  return query;
}

Result<Query> Query::parse_any(std::string_view raw_query) {
  Query query;
  while (!raw_query.empty()) {
    const auto end = raw_query.find('&');
    const auto pair = raw_query.substr(0, end);
    raw_query.remove_prefix(end == raw_query.npos ? raw_query.size() : end + 1);
    const auto equals = pair.find('=');
    auto name = percent_decode(pair.substr(0, equals), true);
    auto value = percent_decode(equals == pair.npos ? std::string_view() : pair.substr(equals + 1), true);
    if (!name || !value)
      return Error{Code::Malformed, "holds a broken escape, NUL or bytes that are not UTF-8", "query"};
    if (query.find(*name) == nullptr) query.parameters_.emplace_back(std::move(*name), std::move(*value));
  }
  return query;
}

Result<bool> Query::flag(std::string_view name) const {
  const auto* value = find(name);
  if (value == nullptr || *value == "false") return false;
  if (*value == "true") return true;
  return Error{Code::Malformed, "must be true or false", std::string(name)};
}

Result<std::size_t> Query::number(std::string_view name, std::size_t otherwise, std::size_t most) const {
  const auto* value = find(name);
  if (value == nullptr) return otherwise;
  std::size_t number = 0;
  const auto* const end = value->data() + value->size();
  const auto read = std::from_chars(value->data(), end, number);
  if (read.ec == std::errc() && read.ptr == end && number >= 1 && number <= most) return number;
  return Error{Code::Malformed, "must be a number from 1 to " + std::to_string(most), std::string(name)};
}

const std::string* Query::find(std::string_view name) const {
  for (const auto& [key, value] : parameters_) {
    if (key == name) return &value;
  }
  return nullptr;
}

}  // namespace toolhive::registry
