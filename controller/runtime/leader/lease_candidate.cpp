#include "controller/runtime/leader/lease_candidate.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "controller/base/log.hpp"
#include "controller/base/time.hpp"

namespace toolhive::runtime {

using kube::Object;

namespace {

const kube::ResourceType kLease{"coordination.k8s.io", "v1", "Lease", "leases", kube::Scope::Namespaced};

// A holder that may ask for more than this many times our own lease is not waited for that long.
constexpr int kLongestLease = 4;

std::int64_t whole_seconds(Duration duration) {
  return std::chrono::ceil<std::chrono::seconds>(duration).count();
}

std::string holder_of(const Json& lease) {
  static const Json::json_pointer kHolder("/spec/holderIdentity");
  return lease.contains(kHolder) && lease.at(kHolder).is_string() ? lease.at(kHolder).get<std::string>()
                                                                  : std::string();
}

std::int64_t integer(const Json& spec, const char* name) {
  const auto found = spec.find(name);
  return found != spec.end() && found->is_number_integer() ? found->get<std::int64_t>() : 0;
}

}  // namespace

LeaseCandidate::LeaseCandidate(kube::Client& client, Clock& clock, const LeaderElectionOptions& options)
    : client_(client), clock_(clock), options_(options) {}

Status LeaseCandidate::step(const Context& ctx) {
  // Renewing needs no read: the write fails when anybody else wrote since ours.
  if (holding() && seen_) {
    const Status renewed = write(ctx, claim(seen_->json()));
    if (renewed.code() != Code::Conflict && renewed.code() != Code::NotFound) return renewed;
    // Either a write of ours whose reply was lost, or another's. The read tells.
  }
  return take_if_free(ctx);
}

Status LeaseCandidate::take_if_free(const Context& ctx) {
  auto read = client_.get(ctx, kLease, {options_.ns, options_.lease_name});
  if (read.status().code() == Code::NotFound) {
    // Deleted under a holder, who goes on until it notices: that one's time is waited for all the
    // same.
    if (seen_ && !holder().empty() && holder() != options_.identity &&
        clock_.now() < seen_at_ + seen_duration_)
      return {};
    return create(ctx);
  }
  if (!read.ok()) return read.status().with_context("reading the leader lease");
  const Json lease = read->json();
  observe(*read, lease);
  const std::string current = holder_of(lease);
  if (current != options_.identity) {
    give_up();
    if (!current.empty() && clock_.now() < seen_at_ + seen_duration_) return {};
  }
  const Status taken = write(ctx, claim(lease));
  return taken.code() == Code::Conflict ? Status() : taken;  // another was faster
}

Status LeaseCandidate::create(const Context& ctx) {
  Json lease = {{"apiVersion", kLease.api_version()},
                {"kind", kLease.kind},
                {"metadata", {{"namespace", options_.ns}, {"name", options_.lease_name}}}};
  const TimePoint sent = clock_.now();
  auto created = client_.create(ctx, kLease, claim(lease));
  if (created.status().code() == Code::AlreadyExists) return {};
  if (!created.ok()) return created.status().with_context("creating the leader lease");
  hold_since(sent, *created);
  return {};
}

Status LeaseCandidate::write(const Context& ctx, const Json& lease) {
  const TimePoint sent = clock_.now();
  auto written = client_.update(ctx, kLease, lease);
  if (!written.ok()) return written.status().with_context("writing the leader lease");
  hold_since(sent, *written);
  return {};
}

void LeaseCandidate::hold_since(TimePoint sent, const Object& lease) {
  seen_ = lease;
  seen_at_ = clock_.now();
  set_holder(options_.identity);
  capped_ = false;
  held_until_ = (sent + options_.renew_deadline).time_since_epoch().count();
}

Status LeaseCandidate::release(const Context& ctx) {
  const bool held = holding();
  give_up();  // before the server knows: from then on another may begin
  if (!held || !seen_) return {};
  Json lease = seen_->json();
  Json& spec = lease["spec"];
  spec["holderIdentity"] = "";
  spec["leaseDurationSeconds"] = 1;
  spec["renewTime"] = to_rfc3339_micro(clock_.wall());
  auto released = client_.update(ctx, kLease, lease);
  if (!released.ok()) return released.status().with_context("releasing the leader lease");
  set_holder("");
  return {};
}

void LeaseCandidate::observe(const Object& lease, const Json& document) {
  const Json spec = document.value("spec", Json::object());
  // Labels and annotations are anybody's, and no sign of the holder's life.
  const bool changed =
      !seen_ || seen_->meta().uid != lease.meta().uid || seen_->json().value("spec", Json::object()) != spec;
  seen_ = lease;
  if (changed) {
    seen_at_ = clock_.now();
    seen_duration_ = duration_of(spec);
  }
  set_holder(holder_of(document));
}

// How long to wait for the holder, from when its record was seen to change.
Duration LeaseCandidate::duration_of(const Json& spec) {
  const std::int64_t asked = integer(spec, "leaseDurationSeconds");
  const Duration longest = kLongestLease * options_.lease_duration;
  capped_ = asked > whole_seconds(longest);
  if (!capped()) return std::max<Duration>(options_.lease_duration, std::chrono::seconds(asked));
  log(LogLevel::Warn,
      "the leader lease asks for more time than it is given; if nobody renews it, it is taken after that",
      {{"lease", options_.ns + "/" + options_.lease_name},
       {"leaseDurationSeconds", std::to_string(asked)},
       {"givenSeconds", std::to_string(whole_seconds(longest))}});
  return longest;
}

// The lease with us as its holder from now on.
Json LeaseCandidate::claim(const Json& lease) {
  Json claimed = lease;
  Json& spec = claimed["spec"];
  if (!spec.is_object()) spec = Json::object();
  // No renewal has the time of an earlier one, though the wall clock may stand still or be set
  // back: to a competitor that missed those between, the record would look as it did, and the
  // holder silent.
  renewed_ = std::max(clock_.wall(), renewed_ + std::chrono::microseconds(1));
  if (spec.value("renewTime", "") == to_rfc3339_micro(renewed_)) renewed_ += std::chrono::microseconds(1);
  const std::string now = to_rfc3339_micro(renewed_);
  const std::string before = holder_of(lease);
  if (before != options_.identity) {
    spec["acquireTime"] = now;
    spec["leaseTransitions"] = integer(spec, "leaseTransitions") + (lease.contains("spec") ? 1 : 0);
  }
  spec["holderIdentity"] = options_.identity;
  spec["leaseDurationSeconds"] = whole_seconds(options_.lease_duration);
  spec["renewTime"] = now;
  return claimed;
}

void LeaseCandidate::give_up() {
  held_until_ = TimePoint::min().time_since_epoch().count();
}

std::string LeaseCandidate::holder() const {
  const std::lock_guard lock(mutex_);
  return holder_;
}

void LeaseCandidate::set_holder(std::string holder) {
  const std::lock_guard lock(mutex_);
  holder_ = std::move(holder);
}

}  // namespace toolhive::runtime
