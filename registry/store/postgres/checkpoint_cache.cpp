#include "registry/store/postgres/checkpoint_cache.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "registry/store/postgres/checkpoint.hpp"

namespace toolhive::registry::postgres {

namespace {

using Clock = std::chrono::steady_clock;

// After which a writing that crawls on is given up.
constexpr std::chrono::minutes kLongestWriting{10};

}  // namespace

class CheckpointCache::Worker {
 public:
  explicit Worker(CheckpointCacheOptions options) : options_(std::move(options)) {}

  ~Worker() {
    {
      std::lock_guard guard(mutex_);
      stopped_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
  }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  std::optional<Follower> load(Connection& connection) {
    auto checkpoint = read_checkpoint_row(connection);
    Result<Follower> loaded =
        checkpoint ? Error{Code::NotFound, "there is no checkpoint yet"} : checkpoint.take_error();
    if (checkpoint && checkpoint->given()) {
      auto redis = redis::Connection::open(options_.redis, Clock::now() + options_.longest_load);
      loaded = redis ? read_checkpoint(**redis, *checkpoint, bytes_read_) : redis.take_error();
    }
    if (loaded) {
      ++hits_;
      note_known(*checkpoint);
      options_.notice(false, "the start took " + std::to_string(loaded->index.versions()) +
                                 " versions from the cache, as of change " +
                                 std::to_string(checkpoint->sequence));
      return std::move(*loaded);
    }
    // Whatever of it is there, it was of no use.
    whole_ = true;
    useless_since_ = Clock::now();
    if (loaded.error().code == Code::NotFound) {
      ++misses_;
    } else {
      ++errors_;
      tell(loaded.take_error());
    }
    return std::nullopt;
  }

  void offer(std::shared_ptr<const Follower> follower) {
    std::lock_guard guard(mutex_);
    latest_ = std::move(follower);
    // A thread that nobody needs yet would only cost memory.
    if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
  }

  CacheStatus status() const { return {hits_, misses_, errors_, written_, bytes_read_, bytes_written_}; }

 private:
  void run() {
    std::unique_lock lock(mutex_);
    while (!stopped_) {
      const auto latest = latest_;
      lock.unlock();
      if (is_due(*latest)) keep(*latest);
      lock.lock();
      changed_.wait_for(lock, options_.interval, [this] { return stopped_; });
    }
  }

  bool stopped() {
    std::lock_guard guard(mutex_);
    return stopped_;
  }

  bool is_due(const Follower& latest) const {
    const auto& head = latest.head;
    // What start reports as damaged it must find itself.
    if (head.sequence == 0 || latest.damaged > 0) return false;
    if (whole_ || known_.generation != head.generation || head.sequence < known_.sequence) return true;
    const auto age = Clock::now() - known_since_;
    return head.sequence - known_.sequence >= options_.changes || age >= options_.redis.ttl / 2 ||
           (head.sequence > known_.sequence && age >= options_.patience);
  }

  void keep(const Follower& latest) {
    auto kept = try_to_keep(latest);
    if (!kept && !stopped()) ++errors_;
    if (!stopped()) tell(kept);
  }

  Result<void> try_to_keep(const Follower& latest) {
    auto database = Connection::open(options_.database, options_.timeouts);
    if (!database) return database.take_error();
    auto checkpoint = read_checkpoint_row(**database);
    if (!checkpoint) return checkpoint.take_error();
    // Another replica may have kept one meanwhile.
    if (checkpoint->given()) {
      note_known(*checkpoint);
      if (known_since_ > useless_since_) whole_ = false;
      if (!is_due(latest)) return {};
    }
    auto redis = redis::Connection::open(options_.redis, Clock::now() + kLongestWriting);
    if (!redis) return redis.take_error();
    // One writer at a time. Nobody lets go of it: the next one is not due before.
    auto mine = (*redis)->call({"SET", "mcp-registry:1:" + checkpoint->database + ":writer", "1", "NX", "PX",
                                std::to_string(options_.interval.count())});
    if (!mine) return mine.take_error();
    if (mine->kind == redis::Reply::Kind::Nothing) return {};
    const CheckpointOptions how{checkpoint->database, options_.redis.ttl, whole_,
                                [this] { return stopped(); }};
    auto manifest = write_checkpoint(**redis, how, latest, bytes_written_);
    if (!manifest) return manifest.take_error();
    auto recorded = record_checkpoint(**database, latest.head, *manifest);
    if (!recorded) return recorded.take_error();
    // Else the history is another one by now, of which the store will tell.
    if (*recorded) {
      ++written_;
      whole_ = false;
      note_known({checkpoint->database, latest.head.generation, latest.head.sequence, *manifest, {}});
    }
    return {};
  }

  void note_known(const CheckpointRow& checkpoint) {
    known_ = checkpoint;
    known_since_ = Clock::now() - checkpoint.age;
  }

  // Once when it begins to fail and once when that is over.
  void tell(const Result<void>& done) {
    if (done.ok() == working_) return;
    working_ = done.ok();
    options_.notice(!working_,
                    working_ ? "the cache is used again"
                             : "the cache is done without, which makes starts ask more of the database: " +
                                   done.error().detail);
  }

  const CheckpointCacheOptions options_;
  std::atomic<std::uint64_t> hits_{0}, misses_{0}, errors_{0}, written_{0}, bytes_read_{0}, bytes_written_{0};

  // load()'s, then the thread's.
  CheckpointRow known_;  // The checkpoint that there is.
  Clock::time_point known_since_ = Clock::now();
  // Nothing that is there can be relied on, unless it is younger than the next.
  bool whole_ = false;
  Clock::time_point useless_since_;
  bool working_ = true;

  std::mutex mutex_;  // For the members below.
  std::condition_variable changed_;
  bool stopped_ = false;
  std::shared_ptr<const Follower> latest_;
  std::thread thread_;
};

CheckpointCache::CheckpointCache(CheckpointCacheOptions options)
    : worker_(std::make_unique<Worker>(std::move(options))) {}
CheckpointCache::~CheckpointCache() = default;

std::optional<Follower> CheckpointCache::load(Connection& connection) {
  return worker_->load(connection);
}
void CheckpointCache::offer(std::shared_ptr<const Follower> follower) {
  worker_->offer(std::move(follower));
}
CacheStatus CheckpointCache::status() const {
  return worker_->status();
}

}  // namespace toolhive::registry::postgres
