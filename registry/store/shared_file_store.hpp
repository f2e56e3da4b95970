#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "controller/base/clock.hpp"
#include "registry/store/file_store.hpp"
#include "registry/store/file_system.hpp"
#include "registry/store/replica_turn.hpp"
#include "registry/store/store.hpp"
#include "registry/store/writer_lookup.hpp"

namespace toolhive::registry {

struct SharedFileStoreOptions {
  FileStoreOptions files;  // But for compact_bytes: whoever becomes the writer compacts the log.
  std::string address;     // Where the other replicas reach this one, host:port.
  // A writer of which there was no sign for so long is replaced.
  std::chrono::milliseconds lease{5'000};
  // How often a writer gives a sign, and how often each looks for what others committed.
  std::chrono::milliseconds renewal{1'000}, poll{250};
};

// The same files as those of a FileStore, shared by several replicas of which one writes
// (shared_log.hpp). A write that is given to another is refused with Elsewhere.
class SharedFileStore final : public Store, public WriterLookup {
 public:
  // Reads the log; whether this replica writes shows later. Conflict when a registry that does not
  // share has the directory; Invalid when a newer program wrote it, or the address cannot be one.
  static Result<std::unique_ptr<SharedFileStore>> open(FileSystem& files, Clock& clock,
                                                       SharedFileStoreOptions options);

  // Finishes the writes that are waiting; then another replica may write at once.
  ~SharedFileStore() override;

  std::shared_ptr<const Index> snapshot() const override;
  void write(Write write, Done done) override;
  StoreStatus status() override;
  WriterLookup* replicas() override { return this; }

  WriterPlace writer() const override;
  bool catch_up(std::chrono::milliseconds longest) override;
  void hand_over() override;
  const std::string& key() const override;

 private:
  class Worker;
  explicit SharedFileStore(std::unique_ptr<Worker> worker);
  std::unique_ptr<Worker> worker_;
};

}  // namespace toolhive::registry
