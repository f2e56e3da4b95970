#include "registry/store/shared_file_store.hpp"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include "controller/base/time.hpp"
#include "registry/store/record_names.hpp"
#include "registry/store/shared_log.hpp"
#include "registry/store/tool_files.hpp"
#include "registry/store/write_queue.hpp"

namespace toolhive::registry {
namespace {

constexpr char kNoWriter[] = "no replica writes just now; one becomes the writer within seconds: try again";

}  // namespace

// One thread does everything: it carries out the writes that wait, follows those of other replicas,
// and becomes the writer when there is none.
class SharedFileStore::Worker {
 public:
  Worker(FileSystem& files, Clock& clock, SharedFileStoreOptions options, std::unique_ptr<SharedLog> log)
      : files_(files),
        clock_(clock),
        options_(std::move(options)),
        log_(std::move(log)),
        key_(log_->key()),
        queue_(options_.files.queue, [this] { wake(); }) {
    looked_ = clock_.now();
    settle({});
    thread_ = std::thread([this] { run(); });
  }

  ~Worker() {
    queue_.stop();
    thread_.join();
  }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  std::shared_ptr<const Index> snapshot() const {
    std::lock_guard guard(mutex_);
    return index_;
  }
  void write(Write write, Done done) { queue_.push(std::move(write), std::move(done)); }
  WriterPlace writer() const {
    std::lock_guard guard(mutex_);
    return writer_;
  }
  const std::string& key() const { return key_; }

  bool catch_up(std::chrono::milliseconds longest) {
    const auto deadline = clock_.now() + longest;
    std::unique_lock lock(mutex_);
    const auto wanted = ++looks_asked_;
    changed_.notify_all();
    while (looks_done_ < wanted && !ended_ && clock_.now() < deadline)
      clock_.wait_until(lock, changed_, deadline);
    return looks_done_ >= wanted && look_went_well_;
  }

  void hand_over() {
    leaving_ = true;
    wake();
  }

  StoreStatus status() {
    StoreStatus status;
    const auto space = files_.space(options_.files.directory);
    if (space) status.free_bytes = space->free_bytes;
    std::unique_lock lock(mutex_);
    status.bytes = bytes_;
    status.quarantined = damaged_;
    // A moment without a writer is nothing to tell an administrator.
    status.reason = reason_.empty() && !writer_.here && writer_.address.empty() ? kNoWriter : reason_;
    status.writable = status.reason.empty();
    status.replica =
        ReplicaStatus{writer_.here, epoch_, writer_.address,
                      std::chrono::duration_cast<std::chrono::milliseconds>(clock_.now() - looked_)};
    const auto kept = tool_files_;
    lock.unlock();  // They ask for the snapshot.
    if (kept != nullptr && options_.files.tool_files) status.tool_files = kept->status();
    return status;
  }

 private:
  void run() {
    for (;;) {
      const bool stopped = queue_.stopped();  // Before the last look at what waits.
      if (!stopped && look_is_due()) look();
      if (auto group = queue_.take(); !group.empty()) {
        commit(group);
        continue;
      }
      if (leaving_ && log_->writes()) {
        log_->release();
        settle({});
        continue;
      }
      if (stopped) break;
      wait();
    }
    keep_tool_files(false);
    log_->release();
    std::lock_guard guard(mutex_);
    ended_ = true;
    changed_.notify_all();
  }

  void wake() {
    std::lock_guard guard(mutex_);
    woken_ = true;
    changed_.notify_all();
  }

  void wait() {
    std::unique_lock lock(mutex_);
    while (!woken_ && looks_asked_ == looks_done_ && clock_.now() < next_look_)
      clock_.wait_until(lock, changed_, next_look_);
    woken_ = false;
  }

  bool look_is_due() const {
    std::lock_guard guard(mutex_);
    return looks_asked_ != looks_done_ || clock_.now() >= next_look_;
  }

  void look() {
    std::unique_lock lock(mutex_);
    const auto asked = looks_asked_;
    lock.unlock();
    const auto began = clock_.now();
    auto looked = log_->look(!leaving_);
    if (looked) looked_at(began);
    settle(looked);
    lock.lock();
    next_look_ = clock_.now() + options_.poll;
    looks_done_ = asked;
    look_went_well_ = looked.ok();
    changed_.notify_all();
  }

  void looked_at(TimePoint when) {
    std::lock_guard guard(mutex_);
    looked_ = when;
  }

  // Publishes what came of a look or a write, and tells once what is wrong.
  void settle(const Result<void>& done) {
    keep_tool_files(log_->writes());
    std::string news;
    {
      std::lock_guard guard(mutex_);
      index_ = log_->index();
      epoch_ = log_->seen().epoch;
      bytes_ = log_->seen().bytes;
      damaged_ = log_->damaged();
      writer_ = {log_->writes(), log_->writes() ? std::string() : log_->seen().writer};
      if (!writer_.here && writer_.address == options_.address) writer_.address.clear();
      std::string reason = log_->broken();
      if (reason.empty() && !done) reason = done.error().detail;
      if (!reason.empty() && reason != reason_) news = reason;
      reason_ = std::move(reason);
    }
    if (!news.empty()) options_.files.notice(true, news);
  }

  // The writer keeps the readable files, and nobody else.
  void keep_tool_files(bool keep) {
    if (keep == (tool_files_ != nullptr)) return;
    std::shared_ptr<ToolFiles> kept;
    if (keep) {
      ToolFilesOptions tools;
      tools.directory = options_.files.directory + "/tools";
      tools.wanted = options_.files.tool_files;
      tools.snapshot = [this] { return snapshot(); };
      tools.notice = options_.files.notice;
      {
        std::lock_guard guard(mutex_);
        index_ = log_->index();
      }
      kept = std::make_shared<ToolFiles>(files_, std::move(tools));
    }
    // What is replaced ends after the lock is given back: its thread may ask for the snapshot.
    std::lock_guard guard(mutex_);
    tool_files_.swap(kept);
  }

  void commit(std::vector<PendingWrite>& group) {
    const auto now = to_rfc3339_micro(options_.files.now());
    const auto base = log_->index();
    auto plan = plan_writes(*base, group, options_.files.limits, now);
    if (plan.records.empty()) return answer(group, plan.outcomes);
    Result<void> done = refusal();
    if (done) {
      std::string lines;
      for (const auto& record : plan.records) append_line(lines, record.view());
      const auto start = std::chrono::steady_clock::now();
      done = log_->append(lines, plan.builder.take());
      settle(done);
      if (done) {
        if (options_.files.tool_files) tool_files_->changed(tools_of(plan.records));
        options_.files.committed(plan.records.size(), std::chrono::steady_clock::now() - start);
      }
    }
    if (!done) fail_changes(plan, *base, group, options_.files.limits, now, done.error());
    answer(group, plan.outcomes);
  }

  // Why this replica cannot write, if it cannot.
  Result<void> refusal() const {
    if (log_->writes()) return {};
    const auto place = writer();
    return Error{Code::Elsewhere, place.address.empty() ? kNoWriter
                                                        : "the replica at " + place.address +
                                                              " writes, and this one does not: try again"};
  }

  FileSystem& files_;
  Clock& clock_;
  const SharedFileStoreOptions options_;
  const std::unique_ptr<SharedLog> log_;  // The thread's own.
  const std::string key_;
  WriteQueue queue_;
  std::atomic<bool> leaving_{false};

  mutable std::mutex mutex_;  // For what follows.
  std::condition_variable changed_;
  std::shared_ptr<const Index> index_;
  WriterPlace writer_;
  std::uint64_t epoch_ = 0, bytes_ = 0, damaged_ = 0;
  std::string reason_;
  TimePoint looked_;  // When the last look that went well began.
  TimePoint next_look_;
  std::uint64_t looks_asked_ = 0, looks_done_ = 0;
  bool look_went_well_ = true, woken_ = false, ended_ = false;
  std::shared_ptr<ToolFiles> tool_files_;  // Null unless this replica writes. Changed by the thread.

  std::thread thread_;
};

Result<std::unique_ptr<SharedFileStore>> SharedFileStore::open(FileSystem& files, Clock& clock,
                                                               SharedFileStoreOptions options) {
  if (!is_replica_address(options.address))
    return Error{Code::Invalid, "\"" + options.address +
                                    "\" is not the address of a replica; give one such as "
                                    "10.0.0.7:8080"};
  SharedLogOptions log;
  log.directory = options.files.directory;
  log.address = options.address;
  log.lease = options.lease;
  log.renewal = options.renewal;
  log.notice = options.files.notice;
  auto opened = SharedLog::open(files, clock, std::move(log));
  if (!opened) return opened.take_error();
  return std::unique_ptr<SharedFileStore>(
      new SharedFileStore(std::make_unique<Worker>(files, clock, std::move(options), std::move(*opened))));
}

SharedFileStore::SharedFileStore(std::unique_ptr<Worker> worker) : worker_(std::move(worker)) {}
SharedFileStore::~SharedFileStore() = default;

std::shared_ptr<const Index> SharedFileStore::snapshot() const {
  return worker_->snapshot();
}
void SharedFileStore::write(Write write, Done done) {
  worker_->write(std::move(write), std::move(done));
}
StoreStatus SharedFileStore::status() {
  return worker_->status();
}
WriterPlace SharedFileStore::writer() const {
  return worker_->writer();
}
bool SharedFileStore::catch_up(std::chrono::milliseconds longest) {
  return worker_->catch_up(longest);
}
void SharedFileStore::hand_over() {
  worker_->hand_over();
}
const std::string& SharedFileStore::key() const {
  return worker_->key();
}

}  // namespace toolhive::registry
