#include "registry/config/upstream.hpp"

#include <set>

namespace toolhive::registry {
namespace {

constexpr std::size_t kMostHeaders = 16;

upstream::UpstreamSettings read_upstream(Section& section) {
  upstream::UpstreamSettings out;
  section.text("name", out.name);
  section.text("url", out.url);
  while (out.url.ends_with('/')) out.url.pop_back();
  section.texts("include", out.names.allow);
  section.texts("exclude", out.names.deny);
  section.duration("interval", out.interval, std::chrono::hours(24));
  section.duration("fullInterval", out.full_interval, std::chrono::hours(24 * 31));
  section.number("versions", out.versions, 1, 1'000'000);
  section.text("caFile", out.ca_file);
  section.text("tokenFile", out.token_file);
  section.texts("addresses", out.addresses);
  for (auto& each : section.sections("headers")) {
    auto& header = out.headers.emplace_back();
    each.text("name", header.name);
    each.text("valueFile", header.value_file);
    each.end();
    if (header.name.empty()) each.fail("name", "is missing");
    if (header.value_file.empty()) each.fail("valueFile", "is missing: the file that holds the value");
  }
  section.end();
  if (out.name.empty()) section.fail("name", "is missing: what the upstream is called here");
  if (out.url.empty()) section.fail("url", "is missing: the root of the other registry");
  if (out.interval < std::chrono::seconds(5)) section.fail("interval", "must be at least 5s");
  if (out.headers.size() > kMostHeaders) section.fail("headers", "has more than 16 headers");
  if (auto ok = upstream::check(out); !ok) section.fail(ok.error().field, ok.error().detail);
  return out;
}

}  // namespace

void read_upstreams(Section& root, std::vector<upstream::UpstreamSettings>& settings) {
  std::set<std::string> names;
  for (auto& each : root.sections("upstreams")) {
    settings.push_back(read_upstream(each));
    if (!names.insert(settings.back().name).second)
      each.fail("name", "is that of another upstream; give each its own");
  }
  if (settings.size() > upstream::kMostUpstreams) root.fail("upstreams", "has more than 16 upstreams");
}

}  // namespace toolhive::registry
