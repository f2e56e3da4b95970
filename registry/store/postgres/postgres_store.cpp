#include "registry/store/postgres/postgres_store.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <mutex>
#include <optional>
#include <random>
#include <thread>

#include "controller/base/time.hpp"
#include "registry/store/loading.hpp"
#include "registry/store/plan.hpp"
#include "registry/store/postgres/checkpoint_cache.hpp"
#include "registry/store/postgres/history.hpp"
#include "registry/store/postgres/migrate.hpp"
#include "registry/store/write_queue.hpp"

namespace toolhive::registry::postgres {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kMeasureInterval{30};

// Wakes poll() from another thread.
class Wake {
 public:
  Wake() : fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}
  ~Wake() { ::close(fd_); }
  Wake(const Wake&) = delete;
  Wake& operator=(const Wake&) = delete;

  void set() const { (void)::eventfd_write(fd_, 1); }
  void clear() const {
    eventfd_t count = 0;
    (void)::eventfd_read(fd_, &count);
  }
  int fd() const { return fd_; }

 private:
  const int fd_;
};

std::uint64_t retired_versions(const Index& index) {
  std::uint64_t count = 0;
  index.visit_all([&](const Tool& tool) { count += tool.retired.size(); });
  return count;
}

}  // namespace

// One thread with one session does everything: it carries out the writes that wait, follows those
// of other replicas, and connects again.
class PostgresStore::Worker {
 public:
  explicit Worker(PostgresStoreOptions options)
      : options_(std::move(options)),
        queue_(options_.queue, [this] { wake_.set(); }),
        on_damaged_([this](std::string_view text) { options_.notice(true, text); }) {
    if (!options_.cache.used()) return;
    CheckpointCacheOptions cache;
    cache.redis = options_.cache;
    cache.database = options_.database;
    cache.timeouts = options_.timeouts;
    cache.interval = options_.cache_interval;
    cache.changes = options_.cache_changes;
    cache.notice = options_.notice;
    cache_ = std::make_unique<CheckpointCache>(std::move(cache));
  }

  ~Worker() {
    queue_.stop();
    if (thread_.joinable()) thread_.join();
  }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  Result<void> open() {
    if (auto connected = connect(); !connected) return connected;
    const auto useful = follower_.index.versions() + retired_versions(follower_.index);
    if (follower_.records >= options_.compact_records && follower_.records / 2 > useful &&
        follower_.damaged == 0)
      compact_history();
    thread_ = std::thread([this] { run(); });
    return {};
  }

  std::shared_ptr<const Index> snapshot() const {
    std::lock_guard guard(mutex_);
    return {published_, &published_->index};
  }
  void write(Write write, Done done) { queue_.push(std::move(write), std::move(done)); }
  StoreStatus status() const {
    std::unique_lock lock(mutex_);
    auto status = status_;
    lock.unlock();
    if (cache_ != nullptr) status.cache = cache_->status();
    return status;
  }

 private:
  void run() {
    for (;;) {
      wake_.clear();
      const bool stopped = queue_.stopped();  // Before the last look at what waits.
      if (connection_ == nullptr && !stopped && Clock::now() >= next_attempt_) (void)reconnect();
      if (auto group = queue_.take(); !group.empty()) {
        commit(group);
        continue;
      }
      if (stopped) return;
      if (connection_ != nullptr) look();
      wait();
    }
  }

  // Until there is something to write, the server says something, or it is time to ask or connect.
  void wait() {
    const auto until = connection_ == nullptr ? next_attempt_ : next_poll_;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
    pollfd fds[2] = {{wake_.fd(), POLLIN, 0},
                     {connection_ == nullptr ? -1 : connection_->socket(), POLLIN, 0}};
    if (left > 0) (void)::poll(fds, 2, static_cast<int>(left));
  }

  // Follows other replicas when they have written.
  void look() {
    const bool notified = connection_->notified();
    if (!connection_->alive()) return lose("the server closed it");
    if (!notified && Clock::now() < next_poll_) return;
    next_poll_ = Clock::now() + options_.poll;
    auto head = read_head(*connection_);
    Result<void> done = head ? Result<void>() : head.take_error();
    if (done && !(*head == follower_.head)) done = refresh();
    if (done && Clock::now() >= next_measure_) done = measure();
    note(done);
  }

  Result<void> refresh() {
    auto head = begin_reading(*connection_);
    auto done = head ? follow(*connection_, *head, follower_, on_damaged_) : Result<void>(head.take_error());
    if (done) {
      done = connection_->run("COMMIT");
    } else if (connection_->alive()) {
      (void)connection_->run("ROLLBACK");
    }
    publish();
    return done;
  }

  Result<void> measure() {
    next_measure_ = Clock::now() + kMeasureInterval;
    return connection_->run("SELECT pg_total_relation_size('mcp_registry.records')", [this](const Row& row) {
      std::lock_guard guard(mutex_);
      status_.bytes = row.number(0);
    });
  }

  // A session that is ready for everything: migrated, listening, with the index up to date.
  Result<void> connect() {
    auto opened = Connection::open(options_.database, options_.timeouts);
    if (!opened) return opened.take_error();
    connection_ = std::move(*opened);
    auto migrated = migrate(*connection_);
    auto done = migrated ? Result<void>() : Result<void>(migrated.take_error());
    // First listen, then look: what comes in between is noticed.
    if (done) done = connection_->run("LISTEN mcp_registry");
    // What the cache has is a beginning like any other: the history must go on from there.
    if (done && cache_ != nullptr && follower_.head == Head()) {
      if (auto loaded = cache_->load(*connection_)) follower_ = std::move(*loaded);
    }
    if (done) done = refresh();
    if (done) done = measure();
    if (!done) connection_.reset();
    next_poll_ = Clock::now() + options_.poll;
    return done;
  }

  bool reconnect() {
    auto connected = connect();
    note(connected);
    if (connected) {
      retry_ = {};
      return true;
    }
    retry_ = retry_.count() == 0 ? options_.first_retry : std::min(retry_ * 2, options_.longest_retry);
    // Replicas that lost the server together do not come back together.
    std::uniform_real_distribution<double> spread(0.5, 1.0);
    next_attempt_ = Clock::now() + std::chrono::duration_cast<Clock::duration>(retry_ * spread(random_));
    return false;
  }

  void lose(const std::string& cause) {
    connection_.reset();
    next_attempt_ = Clock::now();
    note(Error{Code::Unavailable, "the connection to the database was lost: " + cause});
  }

  void commit(std::vector<PendingWrite>& group) {
    const auto now = to_rfc3339_micro(options_.now());
    const auto start = Clock::now();
    std::optional<Plan> in_doubt;
    Error failure;
    // A session may have died while nobody used it; a second one tells whether the server has.
    for (int attempt = 0; attempt < 2; ++attempt) {
      if (connection_ == nullptr && (Clock::now() < next_attempt_ || !reconnect())) {
        std::lock_guard guard(mutex_);
        failure = {Code::Unavailable, status_.reason};
        break;
      }
      std::optional<Plan> plan;
      bool committing = false;
      auto done = carry_out(group, now, plan, in_doubt, committing);
      if (done) {
        if (!plan->records.empty()) options_.committed(plan->records.size(), Clock::now() - start);
        return answer(group, plan->outcomes);
      }
      failure = done.take_error();
      if (connection_->alive()) {
        if (!connection_->run("ROLLBACK")) lose("it could not be rolled back");
        note(failure);
        break;
      }
      if (committing) in_doubt = std::move(plan);
      connection_.reset();
      note(failure);
      next_attempt_ = Clock::now();
    }
    if (in_doubt) {
      failure.detail =
          "whether the write was carried out is not known, and repeating it is harmless: " + failure.detail;
    }
    const auto base = snapshot();
    Plan plan{IndexBuilder(*base), {}, {}};
    fail_changes(plan, *base, group, options_.limits, now, failure);
    answer(group, plan.outcomes);
  }

  // One transaction: reads what others wrote, decides on top of that, writes, commits. `in_doubt`
  // is a plan for the same group that an earlier session was committing when it was lost: it is the
  // plan, if it was carried out.
  Result<void> carry_out(const std::vector<PendingWrite>& group, const std::string& now,
                         std::optional<Plan>& plan, std::optional<Plan>& in_doubt, bool& committing) {
    auto head = begin_writing(*connection_);
    if (!head) return head.take_error();
    if (auto done = follow(*connection_, *head, follower_, on_damaged_); !done) return done;
    if (in_doubt) {
      // With the head locked, that other session is over.
      auto found = has_record(*connection_, in_doubt->records.front());
      if (!found) return found.take_error();
      if (*found) {
        plan = std::exchange(in_doubt, std::nullopt);
        publish();
        return connection_->run("ROLLBACK");
      }
      in_doubt.reset();
    }
    plan = plan_writes(follower_.index, group, options_.limits, now);
    if (plan->records.empty()) {
      publish();
      return connection_->run("ROLLBACK");
    }
    const auto& last = plan->records.back();
    Head next{last.sequence, last.checksum, head->generation, plan->builder.index().last_time()};
    if (auto done = append_and_commit(*connection_, plan->records, next, committing); !done) return done;
    follower_.index = plan->builder.take();
    follower_.head = std::move(next);
    follower_.records += plan->records.size();
    publish();
    note({});
    return {};
  }

  void compact_history() {
    const auto before = follower_.records;
    auto after = compact(*connection_, follower_, on_damaged_);
    publish();
    options_.notice(!after, after ? "the history was compacted from " + std::to_string(before) + " to " +
                                        std::to_string(*after) + " records"
                                  : "the history could not be compacted: " + after.error().detail);
    if (!connection_->alive()) connection_.reset();
  }

  void publish() {
    std::lock_guard guard(mutex_);
    status_.quarantined = follower_.damaged;
    if (published_->head == follower_.head && published_->damaged == follower_.damaged) return;
    published_ = std::make_shared<const Follower>(follower_);
    if (cache_ != nullptr) cache_->offer(published_);
  }

  // Keeps the status, and tells once when it changes.
  void note(const Result<void>& done) {
    if (connection_ != nullptr && !connection_->alive()) connection_.reset();
    bool news = false;
    {
      std::lock_guard guard(mutex_);
      // A server that is merely full or slow takes the next write as it can.
      const bool writable = done.ok() || (connection_ != nullptr && done.error().code != Code::ReadOnly &&
                                          done.error().code != Code::Invalid);
      news = writable != status_.writable || (!done && status_.writable);
      status_.writable = writable;
      status_.reason = writable ? "" : done.error().detail + "; reads go on with what was known before";
    }
    if (news) options_.notice(!done, done ? "the database can be written to again" : done.error().detail);
  }

  const PostgresStoreOptions options_;
  const Wake wake_;
  WriteQueue queue_;
  const OnDamaged on_damaged_;
  std::unique_ptr<CheckpointCache> cache_;  // Null without one.

  mutable std::mutex mutex_;  // For the two below.
  std::shared_ptr<const Follower> published_ = std::make_shared<const Follower>();
  StoreStatus status_;

  // The thread's own, and open()'s before it starts.
  std::unique_ptr<Connection> connection_;
  Follower follower_;
  Clock::time_point next_poll_, next_attempt_, next_measure_;
  std::chrono::milliseconds retry_{0};
  std::minstd_rand random_{std::random_device{}()};
  std::thread thread_;
};

Result<std::unique_ptr<PostgresStore>> PostgresStore::open(PostgresStoreOptions options) {
  if (auto ok = check(options.database); !ok) return ok.take_error();
  auto worker = std::make_unique<Worker>(std::move(options));
  if (auto opened = worker->open(); !opened) return opened.take_error();
  return std::unique_ptr<PostgresStore>(new PostgresStore(std::move(worker)));
}

PostgresStore::PostgresStore(std::unique_ptr<Worker> worker) : worker_(std::move(worker)) {}
PostgresStore::~PostgresStore() = default;

std::shared_ptr<const Index> PostgresStore::snapshot() const {
  return worker_->snapshot();
}
void PostgresStore::write(Write write, Done done) {
  worker_->write(std::move(write), std::move(done));
}
StoreStatus PostgresStore::status() {
  return worker_->status();
}

}  // namespace toolhive::registry::postgres
