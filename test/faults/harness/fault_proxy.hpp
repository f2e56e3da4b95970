// FaultProxy: the proxy between a client and the API server, see test/faults/proxy.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "controller/base/json.hpp"
#include "controller/kube/transport/transport.hpp"
#include "test/e2e/harness/process.hpp"

namespace toolhive::faults {

// A line of the proxy's log; test/faults/proxy/log.go says what the fields mean.
struct LogEntry {
  std::string event;
  std::uint64_t id = 0;
  std::string method;
  std::string path;
  bool watch = false;
  bool write = false;
  int status = 0;
  int rule = -1;
  std::string fault;
};

// One thread uses it.
class FaultProxy {
 public:
  // Before the API server of $KUBECONFIG; begins with breaking nothing. Its log goes to `folder`.
  // Throws std::runtime_error when it does not start.
  explicit FaultProxy(const std::string& folder);
  ~FaultProxy();

  const std::string& kubeconfig() const { return kubeconfig_; }

  // From now on breaks as this plan says, and begins the log anew. Throws when the plan is refused.
  void set_plan(const Json& plan);
  void load_plan(const std::string& file);  // of test/faults/plans
  void break_nothing();
  // The plan of load_plan() from its beginning, without beginning the log anew; watches that are
  // open are cut, so that its rules meet them.
  void repeat_plan();

  // What happened since the plan was set.
  const std::vector<LogEntry>& log();
  // Whether the rule of this place in the plan has struck.
  bool struck(int rule);
  int rules() const { return rules_; }  // of the plan
  // Writes that were asked for, events left out: they are reports, not state.
  std::vector<LogEntry> writes();
  std::size_t requests();

  // Whatever plans there were. How often the API server made the object of each path that was
  // applied.
  const std::map<std::string, int>& made();
  // Watches that the API server serves.
  std::size_t open_watches();

 private:
  enum class Log { BeginsAnew, GoesOn };

  void put_plan(const std::string& text, Log log);
  void read_log(Log at_plan = Log::BeginsAnew);
  void add(const LogEntry& entry);

  std::string folder_;
  std::string kubeconfig_;
  std::unique_ptr<e2e::Background> process_;
  std::unique_ptr<kube::Transport> transport_;
  std::string plan_;  // of load_plan()
  std::vector<LogEntry> log_;
  std::streamoff read_ = 0;  // of the log file
  int rules_ = 0;
  std::map<std::uint64_t, LogEntry> under_way_;  // requests that changed something, and watches
  std::map<std::string, int> made_;
  std::size_t open_watches_ = 0;
};

// The program, built if need be.
const std::string& fault_proxy_program();

}  // namespace toolhive::faults
