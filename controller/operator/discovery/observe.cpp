#include "controller/operator/discovery/observe.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "controller/operator/discovery/consent.hpp"
#include "controller/operator/discovery/discovered_tool.hpp"
#include "controller/operator/types.hpp"
#include "crds/mcptool.hpp"

namespace toolhive {

using kube::Key;
using kube::Object;
using runtime::VersionedInformer;

namespace {

Knowledge knowledge_of(const VersionedInformer* informer) {
  return informer ? Knowledge{informer->state(), informer->error()} : Knowledge{};
}

Knowledge knowledge_of(const SourceWatches& watches, const Source& source) {
  Knowledge known = knowledge_of(watches.find(source.resource));
  if (!known.is_complete() || !source.routes) return known;
  Knowledge routes = knowledge_of(watches.find(*source.routes));
  return routes.is_complete() ? known : routes;
}

// The namespaces that may agree, one by one.
std::vector<Object> get_namespaces(const Context& ctx, const DiscoveryView& view, Knowledge& known) {
  std::vector<Object> all;
  known = {.state = VersionedInformer::State::Read};
  for (const std::string& name : view.namespaces) {
    auto ns = view.client.get(ctx, namespace_type(), Key{"", name});
    if (ns.ok()) {
      all.push_back(*std::move(ns));
    } else if (ns.status().code() != Code::NotFound) {
      const bool forbidden = ns.status().code() == Code::Forbidden;
      known = {forbidden ? VersionedInformer::State::Forbidden : VersionedInformer::State::Unavailable,
               ns.status()};
    }
  }
  return all;
}

// The namespaces that take part, besides the Registry's own.
std::set<std::string> others_taking_part(const Context& ctx, const DiscoveryView& view,
                                         const RegistrySpec& spec, DiscoveryObservation& observed) {
  std::set<std::string> names;
  if (!looks_elsewhere(spec)) return names;
  const VersionedInformer* watched = view.watches.find(agreeing_namespaces());
  observed.namespaces = knowledge_of(watched);
  const std::vector<Object> all = view.namespaces.empty()
                                      ? (watched ? watched->list() : std::vector<Object>())
                                      : get_namespaces(ctx, view, *observed.namespaces);
  for (const Object& ns : all)
    if (takes_part(spec, observed.registry, ns)) names.emplace(ns.meta().name);
  return names;
}

FoundServer read_found(const SourceWatches& watches, const Source& source, const Object& object) {
  // What cannot be read whole keeps what it has: that its server has gone is not known.
  if (!object.flaw().empty()) return {};
  return source.read(object, [&](const std::string& name) -> std::optional<Json> {
    const VersionedInformer* routes = source.routes ? watches.find(*source.routes) : nullptr;
    const auto route = routes ? routes->get({std::string(object.meta().ns), name}) : std::nullopt;
    return route ? std::optional(route->json()) : std::nullopt;
  });
}

void find_objects(const SourceWatches& watches, const Source& source, const std::set<std::string>& others,
                  DiscoveryObservation& observed) {
  const VersionedInformer* informer = watches.find(source.resource);
  if (!informer) return;
  for (Object& object : informer->list()) {
    const std::string ns(object.meta().ns);
    if (ns != observed.registry.ns && !others.contains(ns)) continue;
    FoundServer server = read_found(watches, source, object);
    observed.found.push_back({&source, std::move(object), std::move(server)});
  }
}

Status read_taken_urls(const runtime::Cache& cache, DiscoveryObservation& observed) {
  for (const FoundObject& found : observed.found) {
    if (found.server.url.empty()) continue;
    const auto tools =
        cache.find(mcptool_type(), kServerIndex, server_index_value(observed.registry, found.server.url));
    if (!tools.ok()) return tools.status();
    for (const Object& tool : *tools)
      if (!source_of(tool)) observed.taken_urls.insert(comparable_url(found.server.url));
  }
  return {};
}

}  // namespace

bool DiscoveryObservation::is_starting() const {
  const auto starts = [](const Knowledge& known) {
    return known.state == VersionedInformer::State::Starting;
  };
  return (namespaces && starts(*namespaces)) ||
         std::any_of(sources.begin(), sources.end(), [&](const auto& entry) { return starts(entry.second); });
}

StatusOr<DiscoveryObservation> observe_discovery(const Context& ctx, const DiscoveryView& view,
                                                 const Key& registry, const RegistrySpec& spec) {
  DiscoveryObservation observed{.registry = registry, .spec = spec.discovery};
  auto made = view.cache.find(mcptool_type(), kDiscoveredIndex, registry.to_string());
  if (!made.ok()) return made.status();
  observed.made = *std::move(made);
  if (!spec.discovery) return observed;
  const std::set<std::string> others = others_taking_part(ctx, view, spec, observed);
  const std::set<std::string> wanted(spec.discovery->sources.begin(), spec.discovery->sources.end());
  for (const Source& source : sources()) {
    if (!wanted.contains(source.name)) continue;
    observed.sources.emplace(&source, knowledge_of(view.watches, source));
    find_objects(view.watches, source, others, observed);
  }
  const Status read = read_taken_urls(view.cache, observed);
  return read.ok() ? StatusOr<DiscoveryObservation>(std::move(observed)) : read;
}

}  // namespace toolhive
