#include "controller/runtime/cache/versioned_informer.hpp"

#include <utility>

#include "controller/base/log.hpp"

namespace toolhive::runtime {

using kube::Offered;
using kube::ResourceType;
using State = VersionedInformer::State;

namespace {

// From what can be relied on least to what can be most.
constexpr State kByReliance[] = {State::Missing, State::Forbidden, State::Unavailable, State::Starting,
                                 State::Read};

std::vector<std::string> followed_namespaces(const VersionedResource& resource,
                                             std::vector<std::string> namespaces) {
  const bool everywhere = namespaces.empty() || resource.types.front().scope == kube::Scope::Cluster;
  return everywhere ? std::vector<std::string>{""} : std::move(namespaces);
}

State state_of(const Informer& informer) {
  const Status error = informer.last_error();
  if (error.code() == Code::Forbidden) return State::Forbidden;
  // It has just gone; the next look at what is offered will say so.
  if (!informer.offered()) return State::Missing;
  if (informer.listed()) return State::Read;
  return error.ok() ? State::Starting : State::Unavailable;
}

}  // namespace

VersionedInformer::VersionedInformer(kube::Client& client, Clock& clock, VersionedResource resource,
                                     std::vector<std::string> namespaces, ChangeHandler changed)
    : client_(client),
      clock_(clock),
      resource_(std::move(resource)),
      namespaces_(followed_namespaces(resource_, std::move(namespaces))),
      changed_(std::move(changed)) {}

VersionedInformer::~VersionedInformer() = default;

void VersionedInformer::follow(const Context& ctx, kube::Discovery& discovery) {
  bool unknown = false;
  for (const ResourceType& type : resource_.types) {
    const Offered offered = discovery.offers(ctx, type);
    unknown = unknown || offered == Offered::Unknown;
    if (offered != Offered::Yes) continue;
    offered_ = Offered::Yes;
    if (informers_.empty() || informers_.front()->type() != type) start(type);
    return;
  }
  if (unknown) return;
  offered_ = Offered::No;
  stop();
}

void VersionedInformer::start(const ResourceType& type) {
  stop();
  for (const std::string& ns : namespaces_) {
    InformerOptions options{.ns = ns, .label_selector = resource_.label_selector, .field_selector = {}};
    options.optional = true;
    options.metadata_only = resource_.metadata_only;
    auto& informer = informers_.emplace_back(std::make_unique<Informer>(client_, clock_, type, options));
    informer->add_handler(changed_);
    informer->start();
  }
}

void VersionedInformer::stop() {
  if (informers_.empty()) return;
  log(LogLevel::Info, "a resource is not watched any more",
      {{"resource", informers_.front()->type().to_string()}});
  informers_.clear();
}

State VersionedInformer::state() const {
  if (informers_.empty()) return offered_ == Offered::No ? State::Missing : State::Unavailable;
  for (const State least : kByReliance)
    for (const auto& informer : informers_)
      if (state_of(*informer) == least) return least;
  return State::Unavailable;
}

Status VersionedInformer::error() const {
  for (const auto& informer : informers_)
    if (Status error = informer->last_error(); !error.ok() && error.code() != Code::Decode) return error;
  return {};
}

std::vector<kube::Object> VersionedInformer::list() const {
  std::vector<kube::Object> all;
  for (const auto& informer : informers_)
    for (kube::Object& object : informer->store().list()) all.push_back(std::move(object));
  return all;
}

std::optional<kube::Object> VersionedInformer::get(const kube::Key& key) const {
  for (const auto& informer : informers_)
    if (auto held = informer->store().get(key)) return held;
  return std::nullopt;
}

}  // namespace toolhive::runtime
