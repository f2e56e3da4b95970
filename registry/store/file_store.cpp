#include "registry/store/file_store.hpp"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "registry/model/json.hpp"
#include "registry/model/time.hpp"
#include "registry/store/loading.hpp"
#include "registry/store/log.hpp"

namespace registry {
namespace {

const std::string& tool_name(const Write& write) {
  const auto* registration = std::get_if<Register>(&write);
  return registration != nullptr ? registration->definition.name : std::get<Withdraw>(write).name;
}

}  // namespace

struct FileStore::State {
  struct Pending {
    Write write;
    Done done;
  };

  State(FileSystem& fs, FileStoreOptions opts, std::unique_ptr<FileLock> held, const LoadedLog& log,
        Index loaded)
      : files(fs),
        options(std::move(opts)),
        lock(std::move(held)),
        damaged(log.damaged),
        log_bytes(log.bytes),
        index(std::make_shared<const Index>(std::move(loaded))),
        writer(fs, options.directory, log_name(log.number), log.bytes) {}

  FileSystem& files;
  const FileStoreOptions options;
  const std::unique_ptr<FileLock> lock;
  const std::uint64_t damaged;
  std::atomic<std::uint64_t> log_bytes;

  // What readers take. Changed by the committer only, after the sync.
  mutable std::mutex index_mutex;
  std::shared_ptr<const Index> index;

  std::mutex queue_mutex;  // For the members below.
  std::condition_variable queue_changed;
  std::deque<Pending> queue;
  bool stopping = false;

  std::mutex status_mutex;  // For the two below.
  std::string broken;       // For good, until a restart.
  std::string read_only;    // Until the disk can be written again.

  // The committer's own.
  LogWriter writer;
  std::thread committer;

  std::shared_ptr<const Index> snapshot() const {
    std::lock_guard guard(index_mutex);
    return index;
  }

  void publish(Index next) {
    auto fresh = std::make_shared<const Index>(std::move(next));
    std::lock_guard guard(index_mutex);
    index.swap(fresh);
  }

  void run() {
    for (;;) {
      std::vector<Pending> group;
      {
        std::unique_lock guard(queue_mutex);
        queue_changed.wait(guard, [this] { return stopping || !queue.empty(); });
        if (queue.empty()) return;
        // A bound on how long the first of a group waits for the last.
        constexpr std::size_t kGroup = 512;
        const auto count = std::min(queue.size(), kGroup);
        group.assign(std::make_move_iterator(queue.begin()),
                     std::make_move_iterator(queue.begin() + static_cast<std::ptrdiff_t>(count)));
        queue.erase(queue.begin(), queue.begin() + static_cast<std::ptrdiff_t>(count));
      }
      commit(std::move(group));
    }
  }

  /// Decides each write in turn, each on top of those before it, and makes all of their records durable at
  /// once.
  void commit(std::vector<Pending> group) {
    const auto now = format_time(options.now());
    const auto base = snapshot();
    IndexBuilder builder(*base);
    std::vector<Result<WriteOutcome>> outcomes;
    outcomes.reserve(group.size());
    std::string lines;
    std::size_t records = 0;
    for (const auto& pending : group) {
      const auto before = lines.size();
      outcomes.push_back(carry_out(builder, pending.write, now, lines));
      records += lines.size() != before ? 1 : 0;
    }

    if (records > 0) {
      const auto start = std::chrono::steady_clock::now();
      auto appended = writer.append(lines);
      note(appended);
      if (appended) {
        log_bytes = writer.size();
        publish(builder.take());
        options.committed(records, std::chrono::steady_clock::now() - start);
      } else {
        // None of the records count. A write that changes nothing gets its answer all the same.
        for (std::size_t i = 0; i < group.size(); ++i) {
          outcomes[i] = without_change(*base, group[i].write, now, appended.error());
        }
      }
    }
    for (std::size_t i = 0; i < group.size(); ++i) group[i].done(std::move(outcomes[i]));
  }

  Result<WriteOutcome> carry_out(IndexBuilder& builder, const Write& write, const std::string& now,
                                 std::string& lines) const {
    auto decision = decide(builder.index(), write, options.limits, now);
    if (!decision) return decision.take_error();
    WriteOutcome outcome{decision->kind, tool_name(write), decision->new_tool, std::move(decision->existing)};
    if (!decision->change) return outcome;

    Record record;
    record.sequence = builder.index().sequence() + 1;
    record.operation = decision->change->operation;
    record.payload = decision->change->payload;
    const auto before = lines.size();
    record.checksum = encode_record(lines, record.sequence, record.operation, record.payload);
    auto registration = apply(builder, record);
    if (!registration) {
      // Only a defect gets here: what decide() writes, apply() reads. The log must not hold what a start
      // would refuse.
      lines.resize(before);
      return Error{Code::Internal, "a record could not be read back: " + registration.error().detail};
    }
    if (outcome.kind != WriteOutcome::Kind::Withdrawn) outcome.registration = std::move(*registration);
    return outcome;
  }

  Result<WriteOutcome> without_change(const Index& base, const Write& write, const std::string& now,
                                      const Error& failure) const {
    auto decision = decide(base, write, options.limits, now);
    if (!decision) return decision.take_error();
    if (decision->change) return failure;
    return WriteOutcome{decision->kind, tool_name(write), decision->new_tool, std::move(decision->existing)};
  }

  void note(const Result<void>& appended) {
    std::string news;
    {
      std::lock_guard guard(status_mutex);
      if (broken.empty() && !writer.broken().empty()) news = broken = writer.broken();
      if (appended)
        read_only.clear();
      else if (appended.error().code == Code::ReadOnly && read_only.empty())
        news = read_only = appended.error().detail;
      else if (news.empty())
        news = appended.error().detail;
    }
    if (!news.empty()) options.notice(true, news);
  }
};

Result<std::unique_ptr<FileStore>> FileStore::open(FileSystem& files, FileStoreOptions options) {
  const auto& directory = options.directory;
  if (auto made = files.create_directories(directory); !made) return made.take_error();
  auto lock = files.lock(directory + "/LOCK");
  if (!lock) return lock.take_error();

  IndexBuilder builder{Index()};
  auto log = load_log(files, directory, builder, options.notice);
  if (!log) return log.take_error();
  Index index = builder.take();

  auto space = files.space(directory);
  const bool read_only = space && space->read_only;
  if (!read_only && log->bytes >= options.compact_bytes && log->bytes / 2 > compacted_bytes(index) &&
      log->kept_damaged) {
    auto compacted = compact_log(files, directory, index, *log);
    options.notice(!compacted, compacted ? "the log was compacted from " + std::to_string(log->bytes) +
                                               " to " + std::to_string(compacted->bytes) + " bytes"
                                         : "the log could not be compacted: " + compacted.error().detail);
    if (compacted) log = std::move(compacted);
  }

  auto state = std::make_unique<State>(files, std::move(options), std::move(*lock), *log, std::move(index));
  if (read_only) {
    state->read_only = state->options.directory + " is on a read-only file system; make the volume writable";
    state->options.notice(true, state->read_only);
  }
  return std::unique_ptr<FileStore>(new FileStore(std::move(state)));
}

FileStore::FileStore(std::unique_ptr<State> state) : state_(std::move(state)) {
  state_->committer = std::thread([this] { state_->run(); });
}

FileStore::~FileStore() {
  {
    std::lock_guard guard(state_->queue_mutex);
    state_->stopping = true;
  }
  state_->queue_changed.notify_one();
  state_->committer.join();
}

std::shared_ptr<const Index> FileStore::snapshot() const {
  return state_->snapshot();
}

void FileStore::write(Write write, Done done) {
  {
    std::lock_guard guard(state_->queue_mutex);
    if (!state_->stopping && state_->queue.size() < state_->options.queue) {
      state_->queue.push_back({std::move(write), std::move(done)});
      done = nullptr;
    }
  }
  if (!done) return state_->queue_changed.notify_one();
  done(Error{Code::Unavailable, "too many writes are waiting for the disk; try again in a second"});
}

StoreStatus FileStore::status() {
  StoreStatus status;
  status.bytes = state_->log_bytes;
  status.quarantined = state_->damaged;
  const auto space = state_->files.space(state_->options.directory);
  if (space) status.free_bytes = space->free_bytes;

  std::lock_guard guard(state_->status_mutex);
  // A volume that was made writable again needs no restart.
  if (space && !space->read_only) state_->read_only.clear();
  status.reason = !state_->broken.empty() ? state_->broken : state_->read_only;
  status.writable = status.reason.empty();
  return status;
}

}  // namespace registry
