// SessionTable: the sessions there are, found by their ids.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "controller/base/clock.hpp"
#include "controller/bridge/session.hpp"

namespace toolhive::bridge {

struct SessionLimits {
  std::size_t most = 64;
  Duration idle = std::chrono::minutes(30);  // after which an unused one is ended
};

// Used on the bridge's loop only.
class SessionTable {
 public:
  SessionTable(SessionLimits limits, Clock& clock) : limits_(limits), clock_(clock) {}

  // Null when there are as many as there may be. The id is 128 random bits in hexadecimal.
  std::shared_ptr<Session> make();
  // Null when there is none, or none any more. Counts as use.
  std::shared_ptr<Session> find(const std::string& id);
  // Ends it. False when there was none.
  bool end(const std::string& id);
  void end_all();
  void tick();
  void for_each(const std::function<void(Session&)>& visit);

  // Sessions whose processes still have to end count.
  std::size_t size() const { return sessions_.size() + ending_.size(); }

 private:
  void retire(std::shared_ptr<Session> session);

  const SessionLimits limits_;
  Clock& clock_;
  Owner last_owner_ = kNobody;
  std::map<std::string, std::shared_ptr<Session>> sessions_;
  std::vector<std::shared_ptr<Session>> ending_;
};

}  // namespace toolhive::bridge
