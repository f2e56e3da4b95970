#include "registry/store/shared_log.hpp"

#include <utility>

#include "registry/store/loading.hpp"
#include "registry/store/rules.hpp"

namespace toolhive::registry {
namespace {

// Of a log that is replaced while it is read.
constexpr int kReadings = 5;
// After a replica could not become the writer, for others to try.
constexpr std::chrono::seconds kRest{2};
// Between two looks at the time while a log is read.
constexpr std::uint64_t kRecordsBetweenSigns = 1'000;

Result<void> go_on_reading() {
  return {};
}

}  // namespace

SharedLog::SharedLog(FileSystem& files, Clock& clock, SharedLogOptions options,
                     std::unique_ptr<FileLock> lock)
    : files_(files),
      clock_(clock),
      options_(std::move(options)),
      lock_(std::move(lock)),
      folder_(files, options_.directory) {}

Result<std::unique_ptr<SharedLog>> SharedLog::open(FileSystem& files, Clock& clock,
                                                   SharedLogOptions options) {
  if (auto made = files.create_directories(options.directory); !made) return made.take_error();
  auto lock = files.share_lock(options.directory + "/LOCK");
  if (!lock) return lock.take_error();
  std::unique_ptr<SharedLog> log(new SharedLog(files, clock, std::move(options), std::move(*lock)));
  if (auto begun = log->folder_.begin(); !begun) return begun.take_error();
  auto key = log->folder_.key();
  if (!key) return key.take_error();
  log->key_ = std::move(*key);
  if (auto looked = log->look(false); !looked) return looked.take_error();
  // Where that fails reads are served all the same, and the next look says why.
  (void)log->look();
  return log;
}

void SharedLog::note_seen(const CommitPoint& point) {
  if (point == seen_) return;
  seen_ = point;
  seen_first_ = clock_.now();
}

Result<void> SharedLog::look(bool take_over_when_due) {
  TimePoint looked_at;
  Result<void> followed;
  for (int reading = 0; reading < kReadings; ++reading) {
    looked_at = clock_.now();
    auto point = folder_.read();
    if (!point) return point.take_error();
    if (mine_ && point->epoch != mine_->epoch) lose();
    // Where what counts is the same as before, there is nothing else to read.
    if (!followed && point->log == seen_.log && point->bytes == seen_.bytes) return followed;
    note_seen(*point);
    if (mine_) return looked_at - renewed_ >= options_.renewal ? renew() : Result<void>();
    followed = follow(*point, false, go_on_reading);
    if (followed) break;
  }
  if (!followed) return followed;
  return take_over_when_due && may_take_over(looked_at) ? take_over() : Result<void>();
}

// Reads what `point` says that counts, and no more: what is behind it may never count.
Result<void> SharedLog::follow(const CommitPoint& point, bool quarantine,
                               const std::function<Result<void>()>& go_on) {
  const bool anew = point.log != log_ || point.bytes < bytes_ || quarantine;
  if (!anew && point.bytes == bytes_) return {};
  IndexBuilder builder{anew ? Index() : *index_};
  std::uint64_t damaged = anew ? 0 : damaged_, begin = anew ? 0 : bytes_;
  if (point.log != 0) {
    builder.begin_log(point.log);
    const auto name = journal_name(point.log);
    const auto path = options_.directory + "/" + name;
    Result<void> kept;
    std::uint64_t records = 0;
    auto scan = scan_journal(
        files_, path,
        [&](const Record& record) -> Result<void> {
          if (++records % kRecordsBetweenSigns == 0) {
            if (auto signs = go_on(); !signs) return signs;
          }
          auto applied = apply(builder, record);
          return applied ? Result<void>() : applied.take_error();
        },
        [&](std::string_view line, std::uint64_t offset, const Error& why) {
          ++damaged;
          if (!quarantine)
            return options_.notice(true, "the record at byte " + std::to_string(offset) + " of " + path +
                                             " is damaged (" + why.detail + ") and not served");
          auto copied = quarantine_line(files_, options_.directory, name, line, offset);
          if (!copied && kept) kept = std::move(copied);
        },
        {begin, point.bytes});
    if (!scan) return scan.take_error();
    if (scan->good_bytes != point.bytes) {
      return Error{Code::Unavailable, path + " has " + std::to_string(scan->good_bytes) +
                                          " bytes of records here, and " + std::to_string(point.bytes) +
                                          " are committed; reading it again"};
    }
    if (!kept) return kept;
  }
  index_ = std::make_shared<const Index>(builder.take());
  log_ = point.log;
  bytes_ = point.bytes;
  damaged_ = damaged;
  return {};
}

Result<void> SharedLog::renew() {
  CommitPoint next = *mine_;
  ++next.beat;
  auto renewed = folder_.replace(*mine_, next, false);
  if (!renewed) {
    if (renewed.error().code == Code::Conflict) lose();
    return renewed;
  }
  mine_ = next;
  renewed_ = clock_.now();
  note_seen(next);
  return {};
}

bool SharedLog::may_take_over(TimePoint looked_at) const {
  if (!broken_.empty() || looked_at < not_before_) return false;
  // What has this replica's address and is not its own was left by a process before it.
  if (seen_.writer.empty() || seen_.writer == options_.address) return true;
  return looked_at - seen_first_ >= options_.lease;
}

// The claim is a rename of the commit point that was seen: who renewed or committed since is not
// replaced, and of several that try one succeeds.
Result<void> SharedLog::take_over() {
  const auto before = seen_.writer;
  CommitPoint claim{seen_.epoch + 1, seen_.log, seen_.bytes, 0, options_.address};
  if (auto claimed = folder_.replace(seen_, claim, true); !claimed)
    return claimed.error().code == Code::Conflict ? Result<void>() : claimed;
  note_seen(claim);
  auto placed = place_log(claim);
  if (!placed) {
    if (placed.error().code == Code::Conflict) return {};
    not_before_ = clock_.now() + kRest;
    // As it was left; a sign may have been given meanwhile.
    if (auto now = folder_.read(); now && now->epoch == claim.epoch) {
      CommitPoint free = *now;
      free.writer.clear();
      ++free.beat;
      (void)folder_.replace(*now, free, false);
    }
    return Error{placed.error().code, "this replica could not become the writer: " + placed.error().detail};
  }
  mine_ = *placed;
  renewed_ = clock_.now();
  note_seen(*placed);
  writer_.emplace(files_, options_.directory, journal_name(placed->log), placed->bytes);
  remove_older_logs(placed->log);
  options_.notice(false, "this replica is the writer now, in epoch " + std::to_string(placed->epoch) +
                             (before.empty() || before == options_.address
                                  ? std::string()
                                  : "; of the one at " + before + " there was no sign"));
  return {};
}

// Writes all that counts into a log of the claimant's own, which nobody before it adds to, and puts
// it in force.
Result<CommitPoint> SharedLog::place_log(CommitPoint claim) {
  const auto give_sign = [&]() -> Result<void> {
    if (clock_.now() - seen_first_ < options_.renewal) return {};
    CommitPoint next = claim;
    ++next.beat;
    if (auto given = folder_.replace(claim, next, false); !given) return given;
    claim = next;
    note_seen(claim);
    return {};
  };
  if (auto followed = follow(claim, false, give_sign); !followed) return followed.take_error();
  if (damaged_ > 0) {
    if (auto kept = follow(claim, true, give_sign); !kept) return kept.take_error();
    set_aside_ += damaged_;
    options_.notice(true, "records of " + journal_name(claim.log) +
                              " that are damaged were left out; copies are in " + options_.directory +
                              "/quarantine; register those tools again");
  }
  auto bytes = write_compacted(files_, options_.directory, *index_, claim.epoch, give_sign);
  if (!bytes) return bytes.take_error();
  // From what was written, as all others do.
  CommitPoint placed{claim.epoch, claim.epoch, *bytes, 0, options_.address};
  if (auto read = follow(placed, false, give_sign); !read) return read.take_error();
  if (damaged_ > 0)
    return Error{Code::Corrupt, "what was written to " + journal_name(placed.log) +
                                    " is not what is there; look at the volume"};
  placed.beat = claim.beat + 1;
  if (auto in_force = folder_.replace(claim, placed, true); !in_force) return in_force.take_error();
  return placed;
}

void SharedLog::remove_older_logs(std::uint64_t number) {
  constexpr std::string_view kTemporary = ".tmp";
  auto names = files_.list(options_.directory);
  if (!names) return;
  for (const auto& name : *names) {
    auto stem = std::string_view(name);
    if (stem.ends_with(kTemporary)) stem.remove_suffix(kTemporary.size());
    const auto its = journal_number(stem);
    if (its > 0 && its < number) (void)files_.remove(options_.directory + "/" + name);
  }
}

void SharedLog::lose() {
  mine_.reset();
  writer_.reset();
  options_.notice(false, "another replica is the writer now");
}

Result<void> SharedLog::append(std::string_view lines, Index next) {
  if (!mine_) return Error{Code::Elsewhere, "this replica is not the writer"};
  auto appended = writer_->append(lines);
  if (!appended) {
    if (writer_->broken().empty()) return appended;
    // Whoever replaced this one has removed its log, which is nothing to be restarted for.
    if (auto point = folder_.read(); point && point->epoch != mine_->epoch) {
      lose();
      note_seen(*point);
      return Error{Code::Elsewhere, "another replica has become the writer; nothing was written"};
    }
    broken_ = writer_->broken();
    release();
    return appended;
  }
  CommitPoint committed = *mine_;
  committed.bytes = writer_->size();
  ++committed.beat;
  if (auto replaced = folder_.replace(*mine_, committed, true); !replaced) {
    lose();
    return Error{Code::Unavailable,
                 "whether the write was carried out is not known, and repeating it is harmless: " +
                     replaced.error().detail};
  }
  mine_ = committed;
  renewed_ = clock_.now();
  note_seen(committed);
  bytes_ = committed.bytes;
  index_ = std::make_shared<const Index>(std::move(next));
  return {};
}

void SharedLog::release() {
  if (!mine_) return;
  CommitPoint free = *std::exchange(mine_, std::nullopt);
  writer_.reset();
  const auto held = free;
  free.writer.clear();
  ++free.beat;
  (void)folder_.replace(held, free, false);
}

}  // namespace toolhive::registry
