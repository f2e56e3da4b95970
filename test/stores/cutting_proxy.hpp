// Stands between a store and PostgreSQL, and fails in the one moment that cannot be hit from
// outside: the commit.
#pragma once

#include <atomic>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace toolhive::registry::test {

class CuttingProxy {
 public:
  enum class Mode {
    Pass,
    CutBeforeCommit,  // Closes both ends instead of passing a commit on; then as `next` says.
    // Passes a commit on, and closes both ends instead of passing the answer; then as `next` says.
    CutAfterCommit,
    Stall,  // Passes nothing.
  };

  // `upstream` is the path of the server's socket.
  explicit CuttingProxy(std::string upstream);
  ~CuttingProxy();
  CuttingProxy(const CuttingProxy&) = delete;
  CuttingProxy& operator=(const CuttingProxy&) = delete;

  // What a client gives as host; the port is 5432.
  const std::string& folder() const { return folder_; }
  std::atomic<Mode> mode{Mode::Pass};
  std::atomic<Mode> next{Mode::Pass};  // The mode after a cut.
  std::atomic<int> cuts{0};
  std::atomic<int> connections{0};  // Accepted so far.

 private:
  void accept_all();
  void pass(int client);

  const std::string upstream_;
  std::string folder_;
  int listener_ = -1;
  std::atomic<bool> stopping_{false};
  std::vector<std::jthread> sessions_;
  std::jthread acceptor_;
};

}  // namespace toolhive::registry::test
