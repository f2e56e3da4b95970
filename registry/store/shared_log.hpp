#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "controller/base/clock.hpp"
#include "registry/store/file_system.hpp"
#include "registry/store/index.hpp"
#include "registry/store/journal.hpp"
#include "registry/store/shared_folder.hpp"

namespace toolhive::registry {

struct SharedLogOptions {
  std::string directory;  // Created if need be.
  std::string address;    // Where the other replicas reach this one, host:port.
  // A writer of which there was no sign for so long, by the clock of whoever looks, is replaced.
  std::chrono::milliseconds lease{5'000};
  // How often a writer gives a sign.
  std::chrono::milliseconds renewal{1'000};
  // What an administrator should know, in one sentence; `urgent` when something is wrong.
  std::function<void(bool urgent, std::string_view)> notice = [](bool, std::string_view) {};
};

// One replica's part in a log that several share: it follows what is committed, becomes the writer
// when there is none, and commits. README.md tells why what was committed stays. One thread at a
// time.
class SharedLog {
 public:
  // Reads what is committed. Conflict when a registry that does not share has the directory;
  // Invalid when a newer program wrote it.
  static Result<std::unique_ptr<SharedLog>> open(FileSystem& files, Clock& clock, SharedLogOptions options);

  // Follows what was committed since, gives a sign as the writer, or becomes it when it is time,
  // unless that is to be left to others. With an error nothing is known to have changed; what was
  // read before is still there.
  Result<void> look(bool take_over_when_due = true);

  // Whether this replica was the writer when it last looked or committed.
  bool writes() const { return mine_.has_value(); }
  // What is committed, as far as this replica has read it.
  const std::shared_ptr<const Index>& index() const { return index_; }
  // The commit point that was seen last.
  const CommitPoint& seen() const { return seen_; }
  // Records that did not verify, of the log in force and of those that this replica replaced.
  std::uint64_t damaged() const { return damaged_ + set_aside_; }
  // Why this replica will not write before it is restarted; empty while it may.
  const std::string& broken() const { return broken_; }
  const std::string& key() const { return key_; }

  // As the writer: has `lines` be committed, which make `next` out of the index, and returns once
  // they are durable. Elsewhere when another replica is the writer and nothing was written;
  // Unavailable when it is not known whether they were committed, as the text says, or the disk
  // failed.
  Result<void> append(std::string_view lines, Index next);

  // Lets another replica become the writer at once.
  void release();

 private:
  SharedLog(FileSystem& files, Clock& clock, SharedLogOptions options, std::unique_ptr<FileLock> lock);

  Result<void> follow(const CommitPoint& point, bool quarantine, const std::function<Result<void>()>& go_on);
  Result<void> renew();
  bool may_take_over(TimePoint looked_at) const;
  Result<void> take_over();
  Result<CommitPoint> place_log(CommitPoint claim);
  void remove_older_logs(std::uint64_t number);
  void note_seen(const CommitPoint& point);
  void lose();

  FileSystem& files_;
  Clock& clock_;
  const SharedLogOptions options_;
  const std::unique_ptr<FileLock> lock_;
  SharedFolder folder_;
  std::string key_;

  std::shared_ptr<const Index> index_ = std::make_shared<const Index>();
  std::uint64_t log_ = 0, bytes_ = 0;  // What the index has: so much of this log.
  std::uint64_t damaged_ = 0;          // In it.
  std::uint64_t set_aside_ = 0;        // In those before, which are in quarantine now.

  CommitPoint seen_;
  TimePoint seen_first_;             // No earlier than when that came.
  TimePoint not_before_;             // Before this the replica leaves it to others to become the writer.
  std::optional<CommitPoint> mine_;  // Of the writer: what it committed last.
  TimePoint renewed_;
  std::optional<JournalWriter> writer_;
  std::string broken_;
};

}  // namespace toolhive::registry
