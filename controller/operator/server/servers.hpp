// Servers: what the reconciler of MCPTools asks about their servers.
#pragma once

#include <functional>
#include <string>

#include "controller/base/clock.hpp"
#include "controller/kube/object/resource.hpp"
#include "controller/operator/server/hearing.hpp"
#include "controller/operator/server/sighting.hpp"
#include "crds/mcptool_server.hpp"

namespace toolhive {

// A server to look at.
struct WatchedServer {
  kube::Key key;         // of the MCPTool
  std::string revision;  // with another one, what was seen before says nothing
  ServerSpec::Remote remote;
  ProbeSpec probe;
};

struct Look {
  Sighting sighting;
  Duration again{};      // look again after this; above zero
  Hearing hearing = {};  // where probe.listen asks for it
};

// Thread-safe. No call waits for a server.
class Servers {
 public:
  using News = std::function<void(const kube::Key&)>;

  virtual ~Servers() = default;
  // What is known of the server. Where it is time, a look at it begins, and its news are told when
  // it has ended.
  virtual Look look(const WatchedServer& server) = 0;
  // Begins a look, whatever the time, whose end is news in any case: for an offer that was dropped.
  virtual void look_again(const WatchedServer& server) = 0;
  // The MCPTool's server is being deployed: it is not looked at until the next look(). What was
  // seen says nothing any more; how promptly it answered before still counts for its turn.
  virtual void suspend(const kube::Key& tool) = 0;
  // The MCPTool is gone, or has no server that is to be looked at.
  virtual void forget(const kube::Key& tool) = 0;
  // The MCPTool is left alone: its server is no longer listened to, until the next look(). What was
  // seen stays.
  virtual void rest(const kube::Key& tool) = 0;
  // The same for all of them.
  virtual void rest_all() = 0;
  // `news` is called, by any thread, when something else was seen of an MCPTool's server than
  // before, or it should be looked at sooner than was said. Once, before the first look().
  virtual void on_news(News news) = 0;
};

}  // namespace toolhive
