#include "registry/store/tool_files.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include "registry/store/pretty_json.hpp"
#include "registry/store/tool_file_name.hpp"

namespace toolhive::registry {
namespace {

// By its presence the folder is known to be ours.
constexpr std::string_view kMarker = "README";
constexpr std::string_view kMarkerText =
    "The latest version of each tool of this registry, a file each, for people and programs that read.\n"
    "mcp-registry writes these files from its log in the folder above, replaces what is changed in them, "
    "and\n"
    "reads none of them. storage.toolFiles: false in its configuration turns them off.\n";
constexpr std::string_view kUnfinished = ".tmp";

bool is_unfinished(std::string_view name) {
  if (!name.ends_with(kUnfinished)) return false;
  name.remove_suffix(kUnfinished.size());
  return name == kMarker || is_tool_file_name(name);
}

// About the disk and not about one file: the others would fare no better.
bool is_of_all(Code code) {
  return code == Code::StorageFull || code == Code::ReadOnly || code == Code::NotFound;
}

}  // namespace

struct ToolFiles::State {
  // What is to be brought up to date.
  struct Work {
    bool all = false;
    std::set<std::string, std::less<>> names;

    bool empty() const { return !all && names.empty(); }
    // With all of them, the folder counts as well.
    std::size_t size(const Index& whole) const { return all ? whole.tools() + 1 : names.size(); }
    void add(std::string name, std::size_t most) {
      if (all) return;
      names.insert(std::move(name));
      if (names.size() > most) add_all();
    }
    void add_all() {
      all = true;
      names.clear();
    }
  };

  State(FileSystem& fs, ToolFilesOptions opts) : files(fs), options(std::move(opts)) { waiting.all = true; }

  FileSystem& files;
  const ToolFilesOptions options;

  mutable std::mutex mutex;  // For the three below.
  std::condition_variable woken;
  Work waiting;
  bool stopped = false;

  std::atomic<std::uint64_t> in_hand{0};  // Set with the mutex held, so that nothing is counted by nobody.
  std::atomic<std::uint64_t> errors{0};

  // The thread's own.
  std::shared_ptr<const Index> index;  // Of what is in hand.
  Work left;                           // Of it, for another attempt.
  bool told = false;
  std::thread thread;

  bool is_stopped() const {
    std::lock_guard guard(mutex);
    return stopped;
  }

  void run() {
    auto pause = options.first_pause;
    while (auto work = take()) {
      left = {};
      if (options.wanted)
        carry_out(*work);
      else
        clear();
      index.reset();
      const bool done = left.empty();
      put_back();
      if (!done) {
        if (!wait(pause)) return;
        pause = std::min(2 * pause, options.longest_pause);
        continue;
      }
      if (!options.wanted) return;
      tell_recovery();
      pause = options.first_pause;
    }
  }

  // Nothing when it is to stop.
  std::optional<Work> take() {
    std::unique_lock guard(mutex);
    woken.wait(guard, [this] { return stopped || !waiting.empty(); });
    if (stopped) return std::nullopt;
    auto work = std::exchange(waiting, {});
    index = options.snapshot();
    in_hand = work.size(*index);
    return work;
  }

  void put_back() {
    std::lock_guard guard(mutex);
    if (left.all) waiting.add_all();
    for (const auto& name : left.names) waiting.add(name, options.most_names);
    in_hand = 0;
  }

  // False when it is to stop.
  bool wait(std::chrono::milliseconds pause) {
    std::unique_lock guard(mutex);
    return !woken.wait_for(guard, pause, [this] { return stopped; });
  }

  void fail(const Error& error) {
    ++errors;
    if (std::exchange(told, true)) return;
    options.notice(true, "the readable files of the tools in " + options.directory +
                             " cannot be kept up to date (" + error.detail +
                             "); the registry needs none of them, and it is tried again");
  }

  void tell_recovery() {
    if (std::exchange(told, false))
      options.notice(false,
                     "the readable files of the tools in " + options.directory + " are up to date again");
  }

  void carry_out(const Work& work) {
    if (work.all) return rebuild();
    for (auto name = work.names.begin(); name != work.names.end(); ++name, --in_hand) {
      if (is_stopped()) return;
      const Tool* tool = index->find(*name);
      auto done = tool != nullptr && tool->latest() != nullptr ? bring_up_to_date(*tool)
                                                               : remove(tool_file_name(*name));
      if (done) continue;
      fail(done.error());
      if (is_of_all(done.error().code)) return left.add_all();
      left.add(*name, options.most_names);
    }
  }

  void rebuild() {
    auto names = open_folder();
    if (!names) {
      fail(names.error());
      return left.add_all();
    }
    std::vector<bool> current(names->size());
    index->visit_after("", [&](const std::shared_ptr<const Tool>& tool) {
      if (is_stopped()) return false;
      const auto name = tool_file_name(tool->name);
      const auto file = std::lower_bound(names->begin(), names->end(), name);
      if (file != names->end() && *file == name)
        current[static_cast<std::size_t>(file - names->begin())] = true;
      if (auto done = bring_up_to_date(*tool); !done) {
        fail(done.error());
        if (is_of_all(done.error().code))
          left.add_all();
        else
          left.add(tool->name, options.most_names);
      }
      --in_hand;
      return !left.all;
    });
    for (std::size_t i = 0; i < names->size() && !left.all && !is_stopped(); ++i) {
      const auto& name = (*names)[i];
      if (current[i] || !(is_tool_file_name(name) || is_unfinished(name))) continue;
      if (auto done = remove(name); !done) {
        fail(done.error());
        left.add_all();
      }
    }
  }

  // The names in the folder, which is made, and marked, if need be.
  Result<std::vector<std::string>> open_folder() {
    if (auto made = files.create_directories(options.directory); !made) return made.take_error();
    auto names = files.list(options.directory);
    if (!names || std::binary_search(names->begin(), names->end(), kMarker)) return names;
    if (!std::all_of(names->begin(), names->end(), is_unfinished))
      return Error{Code::Conflict,
                   options.directory +
                       " has files that this program did not write, and is left alone: move them "
                       "away, or set storage.toolFiles to false"};
    auto marked = replace(std::string(kMarker), kMarkerText, true);
    if (marked) marked = files.sync_directory(options.directory);
    return marked ? std::move(names) : marked.take_error();
  }

  // Removes what an earlier start wrote, its mark at the end.
  void clear() {
    auto names = files.list(options.directory);
    if (!names && names.error().code == Code::NotFound) return;
    Result<void> done = names ? Result<void>() : names.take_error();
    if (done && std::binary_search(names->begin(), names->end(), kMarker)) {
      for (const auto& name : *names)
        if (done && !is_stopped() && (is_tool_file_name(name) || is_unfinished(name))) done = remove(name);
      if (done && !is_stopped()) done = remove(std::string(kMarker));
    }
    if (done) return;
    fail(done.error());
    left.add_all();
  }

  std::string path_of(const std::string& name) const { return options.directory + "/" + name; }

  Result<void> bring_up_to_date(const Tool& tool) {
    const auto name = tool_file_name(tool.name);
    const auto text = pretty_json(tool.latest()->document);
    return has(name, text) ? Result<void>() : replace(name, text);
  }

  // Whether a file says just this.
  bool has(const std::string& name, std::string_view text) {
    auto file = files.open_read(path_of(name));
    if (!file) return false;
    std::string piece(std::min<std::size_t>(text.size() + 1, 64 * 1024), '\0');
    for (;;) {
      const auto count = (*file)->read(piece.data(), piece.size());
      if (!count || !text.starts_with(std::string_view(piece).substr(0, *count))) return false;
      if (*count == 0) return text.empty();
      text.remove_prefix(*count);
    }
  }

  // Tools' files go without a sync: what a crash leaves is looked at by the next start.
  Result<void> replace(const std::string& name, std::string_view text, bool sync = false) {
    auto space = files.space(options.directory);
    if (!space) return space.take_error();
    if (space->free_bytes < options.reserve_bytes + text.size())
      return Error{Code::StorageFull, "the disk has less than " +
                                          std::to_string(options.reserve_bytes >> 20) +
                                          " MiB free, which are left to the log"};
    const auto temporary = path_of(name) + std::string(kUnfinished);
    (void)files.remove(temporary);  // Of one that was interrupted.
    auto file = files.create(temporary);
    if (!file) return file.take_error();
    auto done = (*file)->append(text);
    if (done && sync) done = (*file)->sync();
    if (done) done = files.rename(temporary, path_of(name));
    if (!done) (void)files.remove(temporary);
    return done;
  }

  Result<void> remove(const std::string& name) {
    auto done = files.remove(path_of(name));
    return done || done.error().code == Code::NotFound ? Result<void>() : done;
  }
};

ToolFiles::ToolFiles(FileSystem& files, ToolFilesOptions options)
    : state_(std::make_unique<State>(files, std::move(options))) {
  state_->thread = std::thread([state = state_.get()] { state->run(); });
}

ToolFiles::~ToolFiles() {
  {
    std::lock_guard guard(state_->mutex);
    state_->stopped = true;
  }
  state_->woken.notify_all();
  state_->thread.join();
}

void ToolFiles::changed(const std::vector<std::string>& tools) {
  {
    std::lock_guard guard(state_->mutex);
    for (const auto& tool : tools) state_->waiting.add(tool, state_->options.most_names);
  }
  state_->woken.notify_one();
}

ToolFilesStatus ToolFiles::status() const {
  ToolFilesStatus status;
  status.errors = state_->errors;
  std::lock_guard guard(state_->mutex);
  status.pending = state_->in_hand;
  status.pending += state_->waiting.size(*state_->options.snapshot());
  return status;
}

}  // namespace toolhive::registry
