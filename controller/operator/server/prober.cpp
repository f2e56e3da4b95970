#include "controller/operator/server/prober.hpp"

#include <algorithm>
#include <exception>
#include <nlohmann/json.hpp>
#include <stop_token>
#include <utility>

#include "controller/mcp/http/url.hpp"
#include "controller/operator/schedule.hpp"
#include "controller/operator/server/cause.hpp"
#include "controller/operator/server/offer_digest.hpp"

namespace toolhive {

using kube::Key;

namespace {

constexpr std::chrono::seconds kReferencesTimeout{10};
constexpr int kMostDoublings = 12;
constexpr std::size_t kServerTexts = 4096;  // bytes of an offer besides its tools

std::string origin_of(const std::string& url) {
  const auto parsed = mcp::Url::parse(url);
  return parsed.ok() ? parsed->origin() : std::string();
}

template <class Read>
StatusOr<mcp::Offer> read_guarded(Read read) {
  try {
    return read();
  } catch (const std::exception& cause) {
    return Status(Code::Internal, std::string("looking at the server: ") + cause.what());
  }
}

// How long a server is left alone after a look, without jitter.
Duration wait_after(const ProbeSpec& probe, const mcp::Offer& offer) {
  return std::max<Duration>(probe.interval(), std::min<Duration>(offer.list.ttl, Prober::kLongestTtl));
}

Duration wait_after(const ProbeSpec& probe, const Status& failure, Duration took, int failures) {
  const Duration interval = probe.interval();
  const Duration asked = failure.retry_after().value_or(std::chrono::milliseconds(0));
  const int doublings = std::max(failures - 1, 0);
  // One that starts is there in a moment, and to find that it is not yet costs next to nothing.
  const bool away = failure.code() == Code::Unavailable && took <= Prober::kPrompt;
  const Duration doubled = (away ? Prober::kFirstRetry : interval) * (1 << doublings);
  if (away && doubled < std::min(interval, Prober::kLongestRest)) return std::max(doubled, asked);
  return std::max({interval, asked, std::min(doubled, Prober::kLongestRest)});
}

ProbeMetrics::Result result_of(const Status& failure) {
  if (failure.ok()) return ProbeMetrics::Result::Success;
  return is_restricted(failure) ? ProbeMetrics::Result::Restricted : ProbeMetrics::Result::Failure;
}

bool is_alive(const Sighting& sighting) {
  return sighting.failure.ok() || sighting.restricted;
}

}  // namespace

// What is known of one MCPTool's server in one revision.
struct Prober::Entry {
  std::string revision;
  std::string origin;
  ServerSpec::Remote remote;  // while a look waits
  ProbeSpec probe;
  TimePoint asked{};  // when the last look was
  TimePoint due = TimePoint::min();
  bool under_way = false;  // a look waits, or has begun
  bool wanted = false;     // its end is news in any case
  bool proven = false;
  bool rests = false;    // is not to be listened to
  bool heard = false;    // a look is due for what was heard
  bool changed = false;  // a change is what was heard
  int failures = 0;      // in a row
  int vain = 0;          // looks in a row at changes that were none
  Sighting sighting;
  // Ends the look under way: the entry is replaced, or the operator ends.
  std::stop_source stop;
  // Of the look under way, and without the lock: they remember the era of the server and its token.
  std::string target_digest;
  std::unique_ptr<mcp::Client> client;
};

struct Prober::Job {
  std::shared_ptr<Entry> entry;
  QueuedProbe probe;
  ServerSpec::Remote remote;
  ProbeSpec how;
  bool for_change = false;  // that was heard
};

struct Prober::Seen {
  Status failure;
  std::shared_ptr<const mcp::Offer> offer;
  std::string digest;
  bool given_up = false;
  bool looked = true;  // false: it was given up, or the API server could not be asked
  Duration took{};
};

Prober::Prober(kube::Client& client, runtime::Metrics& metrics, Clock& clock, ProberOptions options)
    : client_(client),
      clock_(clock),
      options_(std::move(options)),
      metrics_(metrics),
      queue_(options_.threads),
      kept_(options_.kept_offers),
      streams_(metrics, clock, options_.streams,
               {[this](const Key& tool) { hear(tool, false); }, [this](const Key& tool) { hear(tool, true); },
                [this](const Key& tool) { tell(tool); }}),
      executor_(static_cast<unsigned>(options_.threads), static_cast<std::size_t>(options_.threads)) {}

Prober::~Prober() {
  executor_.close();
}

Look Prober::look(const WatchedServer& server) {
  const std::lock_guard lock(mutex_);
  Entry& entry = entry_of(server);
  entry.rests = false;
  if (!entry.under_way && clock_.now() >= due(server.key, entry)) enqueue(server, entry);
  return {
      entry.sighting,
      entry.under_way ? jittered(entry.probe.interval(), server.key) : due(server.key, entry) - clock_.now(),
      entry.probe.listen ? streams_.hearing(server.key) : Hearing()};
}

void Prober::look_again(const WatchedServer& server) {
  const std::lock_guard lock(mutex_);
  Entry& entry = entry_of(server);
  entry.wanted = true;
  if (!entry.under_way) enqueue(server, entry);
}

void Prober::suspend(const Key& tool) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(tool);
  if (found == entries_.end()) return;
  give_up(tool, *found->second);
  auto suspended = std::make_shared<Entry>();
  suspended->origin = found->second->origin;
  suspended->proven = found->second->proven;
  found->second = std::move(suspended);
}

void Prober::forget(const Key& tool) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(tool);
  if (found == entries_.end()) return;
  give_up(tool, *found->second);
  entries_.erase(found);
}

// Otherwise a look at a pod that has ended could hold a turn of the namespace until its timeout.
void Prober::give_up(const Key& tool, const Entry& entry) {
  entry.stop.request_stop();
  queue_.drop(tool);
  kept_.drop(tool);
  streams_.close(tool);
}

void Prober::rest(const Key& tool) {
  const std::lock_guard lock(mutex_);
  if (const auto found = entries_.find(tool); found != entries_.end()) rest(tool, *found->second);
}

void Prober::rest_all() {
  const std::lock_guard lock(mutex_);
  for (const auto& [tool, entry] : entries_) rest(tool, *entry);
}

// What changes meanwhile is not told, so that the next pass looks at once.
void Prober::rest(const Key& tool, Entry& entry) {
  if (!entry.probe.listen) return;
  entry.rests = true;
  entry.due = TimePoint::min();
  streams_.close(tool);
}

// Only of a server that could be read when it was last looked at: what fails is looked at less and
// less often, whatever it tells.
TimePoint Prober::due(const Key& tool, const Entry& entry) const {
  const Sighting& seen = entry.sighting;
  if (!entry.probe.listen || !seen.looked || !seen.failure.ok()) return entry.due;
  TimePoint due = entry.due;
  if (entry.heard) due = std::min(due, entry.asked + kHeardGap * (1 << entry.vain));
  return std::min(due, std::max(streams_.reopens_at(tool), entry.asked + kHeardGap));
}

// Called by the streams' thread.
void Prober::hear(const Key& tool, bool changed) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(tool);
    if (found == entries_.end()) return;
    Entry& entry = *found->second;
    entry.changed = entry.changed || changed;
    // Once is enough: a pass is on its way.
    if (std::exchange(entry.heard, true)) return;
  }
  tell(tool);
}

void Prober::tell(const Key& tool) {
  if (news_) news_(tool);
}

// Another revision begins anew: what was seen may be of another server. Its turn in the queue it
// keeps, so that a server that is deployed anew does not wait behind those that were never good.
Prober::Entry& Prober::entry_of(const WatchedServer& server) {
  std::shared_ptr<Entry>& entry = entries_[server.key];
  if (entry && entry->revision == server.revision) return *entry;
  std::string origin = origin_of(server.remote.url);
  const bool proven = entry && entry->proven && entry->origin == origin;
  if (entry) give_up(server.key, *entry);
  entry = std::make_shared<Entry>();
  entry->revision = server.revision;
  entry->origin = std::move(origin);
  entry->proven = proven;
  entry->probe = server.probe;
  return *entry;
}

void Prober::enqueue(const WatchedServer& server, Entry& entry) {
  entry.remote = server.remote;
  entry.under_way = true;
  entry.asked = clock_.now();
  entry.due = entry.asked + jittered(entry.probe.interval(), server.key);
  queue_.push({server.key, entry.origin, entry.proven, !entry.sighting.looked});
  start_work();
}

// Each thread that works goes on for as long as a look may begin, so that as many tasks as threads
// are enough.
void Prober::start_work() {
  static_cast<void>(executor_.submit([this](const std::stop_token& stop) { work(stop); }));
}

void Prober::work(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    std::optional<Job> job = next_job();
    if (!job) return;
    const std::stop_callback at_the_end(stop, [&job] { job->entry->stop.request_stop(); });
    const Context ctx{job->entry->stop.get_token(), TimePoint::max(), clock_};
    const TimePoint start = clock_.now();
    Seen seen = probe(ctx, *job);
    seen.took = clock_.now() - start;
    end(*job, seen);
  }
}

std::optional<Prober::Job> Prober::next_job() {
  const std::lock_guard lock(mutex_);
  std::optional<QueuedProbe> probe = queue_.take();
  if (!probe) return std::nullopt;
  const std::shared_ptr<Entry>& entry = entries_.at(probe->key);
  entry->heard = false;  // what is heard from now on may be missed by the look
  const bool for_change = std::exchange(entry->changed, false);
  return Job{entry, *std::move(probe), std::exchange(entry->remote, {}), entry->probe, for_change};
}

Prober::Seen Prober::probe(const Context& ctx, Job& job) const {
  StatusOr<mcp::Offer> offer = read_guarded([&] { return read(ctx, job); });
  Seen seen;
  seen.failure = offer.status();
  if (offer.ok()) {
    // Nobody asks for them, and they are as large as the server likes.
    offer->server.capabilities = std::make_shared<const Json>(Json::object());
    seen.digest = offer_digest(*offer);
    seen.offer = std::make_shared<const mcp::Offer>(*std::move(offer));
  }
  seen.given_up = ctx.stop.stop_requested();
  seen.looked = !seen.given_up && seen.failure.reason() != kApiServerTrouble;
  return seen;
}

StatusOr<mcp::Offer> Prober::read(const Context& ctx, Job& job) const {
  const Context bounded = ctx.with_timeout(kReferencesTimeout);
  References references(bounded, client_, job.probe.key.ns, options_.reader);
  const StatusOr<ServerTarget> target = server_target(job.remote, job.how, options_.addresses, references);
  if (!target.ok()) return target.status();
  Entry& entry = *job.entry;
  if (!entry.client || entry.target_digest != target->digest) {
    StatusOr<mcp::Client> client = mcp::Client::make(target->options);
    if (!client.ok()) return client.status().with_reason("InvalidServer");
    entry.client = std::make_unique<mcp::Client>(*std::move(client));
    entry.target_digest = target->digest;
  }
  const Context within = ctx.with_timeout(job.how.timeout());
  StatusOr<mcp::Offer> offer = entry.client->read(within);
  if (offer.ok() && job.how.listen)
    streams_.follow(within, job.probe.key, entry.revision, target->digest, *entry.client,
                    offer->server.tools_list_changed);
  // Authorities of its own take some 100 KB in memory: they are read anew each time.
  if (!target->options.authorities.empty()) entry.client.reset();
  return offer;
}

void Prober::end(const Job& job, const Seen& seen) {
  bool news = false;
  {
    const std::lock_guard lock(mutex_);
    queue_.leave(job.probe);
    const auto current = entries_.find(job.probe.key);
    const bool is_current = current != entries_.end() && current->second == job.entry;
    if (is_current) news = take_in(job, seen);
    if (!is_current || job.entry->rests) streams_.close(job.probe.key, job.entry->revision);
    // What had to wait for this one may begin on another thread.
    if (queue_.waiting() > 0) start_work();
  }
  if (news && news_) news_(job.probe.key);
  if (!seen.given_up) metrics_.ended(result_of(seen.failure), seen.took);
}

bool Prober::take_in(const Job& job, const Seen& seen) {
  Entry& entry = *job.entry;
  entry.under_way = false;
  if (!seen.looked) return false;
  const Sighting before = entry.sighting;
  Sighting& now = entry.sighting;
  now.looked = true;
  now.failure = with_cause(seen.failure);
  now.restricted = is_restricted(seen.failure);
  if (seen.offer) keep(job, seen);
  // One that is away for a moment, as while it is deployed anew, costs no time and keeps its turn.
  const bool away = entry.proven && seen.failure.code() == Code::Unavailable;
  entry.proven = (is_alive(now) || away) && seen.took <= kPrompt;
  entry.failures = is_alive(now) ? 0 : std::min(entry.failures + 1, kMostDoublings);
  const Duration wait = seen.offer ? wait_after(job.how, *seen.offer)
                                   : wait_after(job.how, seen.failure, seen.took, entry.failures);
  entry.due = entry.asked + jittered(wait, job.probe.key);
  if (entry.rests) entry.due = TimePoint::min();
  if (before.digest != now.digest)
    entry.vain = 0;
  else if (job.for_change)
    entry.vain = std::min(entry.vain + 1, kMostDoublings);
  return std::exchange(entry.wanted, false) || entry.heard || !before.looked ||
         before.restricted != now.restricted || before.failure.reason() != now.failure.reason() ||
         before.digest != now.digest;
}

void Prober::keep(const Job& job, const Seen& seen) {
  Sighting& sighting = job.entry->sighting;
  sighting.offer = seen.offer;
  sighting.digest = seen.digest;
  for (const Key& key : kept_.keep(job.probe.key, seen.offer->list.memory + kServerTexts))
    entries_.at(key)->sighting.offer.reset();
}

}  // namespace toolhive
