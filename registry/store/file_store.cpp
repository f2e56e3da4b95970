#include "registry/store/file_store.hpp"

#include <atomic>
#include <mutex>
#include <thread>
#include <vector>

#include "controller/base/time.hpp"
#include "registry/store/journal.hpp"
#include "registry/store/loading.hpp"
#include "registry/store/record_names.hpp"
#include "registry/store/shared_folder.hpp"
#include "registry/store/tool_files.hpp"
#include "registry/store/write_queue.hpp"

namespace toolhive::registry {
struct FileStore::State {
  State(FileSystem& fs, FileStoreOptions opts, std::unique_ptr<FileLock> held, const LoadedLog& log,
        Index loaded)
      : files(fs),
        options(std::move(opts)),
        lock(std::move(held)),
        damaged(log.damaged),
        log_bytes(log.bytes),
        index(std::make_shared<const Index>(std::move(loaded))),
        queue(options.queue),
        writer(fs, options.directory, journal_name(log.number), log.bytes) {}

  FileSystem& files;
  const FileStoreOptions options;
  const std::unique_ptr<FileLock> lock;
  const std::uint64_t damaged;
  std::atomic<std::uint64_t> log_bytes;

  // What readers take. Changed by the committer only, after the sync.
  mutable std::mutex index_mutex;
  std::shared_ptr<const Index> index;

  WriteQueue queue;

  std::mutex status_mutex;  // For the two below.
  std::string broken;       // For good, until a restart.
  std::string read_only;    // Until the disk can be written again.

  // The committer's own.
  JournalWriter writer;
  std::thread committer;

  std::unique_ptr<ToolFiles> tool_files;  // Before the committer begins, and to the end.

  std::shared_ptr<const Index> snapshot() const {
    std::lock_guard guard(index_mutex);
    return index;
  }

  void publish(Index next) {
    auto fresh = std::make_shared<const Index>(std::move(next));
    std::lock_guard guard(index_mutex);
    index.swap(fresh);
  }

  void keep_tool_files() {
    ToolFilesOptions kept;
    kept.directory = options.directory + "/tools";
    kept.wanted = options.tool_files;
    kept.snapshot = [this] { return snapshot(); };
    kept.notice = options.notice;
    tool_files = std::make_unique<ToolFiles>(files, std::move(kept));
  }

  void run() {
    for (;;) {
      auto group = queue.wait_and_take();
      if (group.empty()) return;
      commit(group);
    }
  }

  // Makes all records of a group durable at once.
  void commit(std::vector<PendingWrite>& group) {
    const auto now = to_rfc3339_micro(options.now());
    const auto base = snapshot();
    auto plan = plan_writes(*base, group, options.limits, now);
    if (!plan.records.empty()) {
      std::string lines;
      for (const auto& record : plan.records) append_line(lines, record.view());
      const auto start = std::chrono::steady_clock::now();
      auto appended = writer.append(lines);
      note(appended);
      if (appended) {
        log_bytes = writer.size();
        publish(plan.builder.take());
        if (options.tool_files) tool_files->changed(tools_of(plan.records));
        options.committed(plan.records.size(), std::chrono::steady_clock::now() - start);
      } else {
        fail_changes(plan, *base, group, options.limits, now, appended.error());
      }
    }
    answer(group, plan.outcomes);
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
  // What several replicas shared before is from here on this process's alone.
  auto ended = end_sharing(files, directory);
  if (!ended && ended.error().code != Code::ReadOnly) return ended.take_error();

  IndexBuilder builder{Index()};
  auto log = load_journal(files, directory, builder, options.notice);
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
  state_->keep_tool_files();
  state_->committer = std::thread([this] { state_->run(); });
}

FileStore::~FileStore() {
  state_->queue.stop();
  state_->committer.join();
}

std::shared_ptr<const Index> FileStore::snapshot() const {
  return state_->snapshot();
}

void FileStore::write(Write write, Done done) {
  state_->queue.push(std::move(write), std::move(done));
}

StoreStatus FileStore::status() {
  StoreStatus status;
  status.bytes = state_->log_bytes;
  status.quarantined = state_->damaged;
  const auto space = state_->files.space(state_->options.directory);
  if (space) status.free_bytes = space->free_bytes;
  if (state_->options.tool_files) status.tool_files = state_->tool_files->status();

  std::lock_guard guard(state_->status_mutex);
  // A volume that was made writable again needs no restart.
  if (space && !space->read_only) state_->read_only.clear();
  status.reason = !state_->broken.empty() ? state_->broken : state_->read_only;
  // Another replica may have what this one lacks: a disk that takes writes.
  status.writable = status.ready = status.reason.empty();
  return status;
}

}  // namespace toolhive::registry
