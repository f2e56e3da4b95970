// Session: a client of a legacy version, from its initialize on.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "controller/base/clock.hpp"
#include "controller/bridge/backend.hpp"
#include "controller/bridge/exchange.hpp"
#include "controller/bridge/pending_calls.hpp"

namespace toolhive::bridge {

class SessionTable;

// Hears what a process of its own says, which is its alone.
class Session final : public Audience {
 public:
  Session(std::string id, Owner owner, SessionTable& table)
      : id_(std::move(id)), owner_(owner), table_(table) {}

  const std::string& id() const { return id_; }
  Owner owner() const { return owner_; }
  // Where its requests go.
  Backend& backend() const { return *backend_; }
  bool has_own_process() const { return own_ != nullptr; }
  void use(Backend& shared) { backend_ = &shared; }
  void use(std::unique_ptr<Backend> own);

  // The stream for what belongs to no request; a new one takes the place of the old one.
  void listen(std::shared_ptr<Exchange> stream);
  void stop_listening(const Exchange& stream);
  void stop_listening();
  // Sends to that stream. False when there is none.
  bool send(const std::string& text);
  // Whether anything of it goes on.
  bool busy() const;
  // Gives up its requests, and ends its stream and its process.
  void end();
  void tick(TimePoint now);

  void tell(const Message& notification, PendingCalls& calls) override;
  bool ask(const Message& request, PendingCalls& calls) override;
  void lost() override;

  TimePoint last_used;

 private:
  const std::string id_;
  const Owner owner_;
  SessionTable& table_;
  std::unique_ptr<Backend> own_;  // null when it shares one
  Backend* backend_ = nullptr;
  std::shared_ptr<Exchange> stream_;
};

// Whether a notification says that something of the server has changed, whoever asked for what.
bool is_change(const Message& notification);

}  // namespace toolhive::bridge
