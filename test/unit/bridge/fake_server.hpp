// FakeServers: processes that a test plays itself.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "controller/bridge/backend.hpp"
#include "controller/bridge/child_process.hpp"

namespace toolhive::bridge_test {

// One process: what it was told, and what it says.
struct FakeServer {
  std::vector<std::string> heard;
  bridge::ChildEvents events;
  bool reads = true;  // false: it does not read, and its queue is full
  bool asked_to_end = false;

  void say(std::string line) const { events.line(std::move(line)); }
  void end(const std::string& how) const { events.ended(how); }
  // The last line it was told.
  const std::string& last() const { return heard.back(); }
};

class FakeServers {
 public:
  bridge::Backend::Launch launch() {
    return [this](bridge::ChildEvents events) -> StatusOr<std::unique_ptr<bridge::ChildProcess>> {
      if (missing) return Status(Code::NotFound, "cannot run server: No such file or directory");
      auto server = std::make_shared<FakeServer>();
      server->events = std::move(events);
      all.push_back(server);
      return std::unique_ptr<bridge::ChildProcess>(std::make_unique<Child>(server));
    };
  }
  FakeServer& newest() { return *all.back(); }

  std::vector<std::shared_ptr<FakeServer>> all;
  bool missing = false;

 private:
  struct Child final : bridge::ChildProcess {
    explicit Child(std::shared_ptr<FakeServer> played) : server(std::move(played)) {}
    bool write(std::string line) override {
      if (server->reads) server->heard.push_back(std::move(line));
      return server->reads;
    }
    void stop() override { server->asked_to_end = true; }
    const std::shared_ptr<FakeServer> server;
  };
};

}  // namespace toolhive::bridge_test
