// PendingCalls: the requests that a server has not answered yet, under ids of the bridge's own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "controller/base/clock.hpp"
#include "controller/bridge/exchange.hpp"
#include "controller/bridge/message.hpp"

namespace toolhive::bridge {

// Whose requests belong together: a session, or nobody's.
using Owner = std::uint64_t;
inline constexpr Owner kNobody = 0;

// The deadline of a request that is meant to last: a subscription.
inline constexpr TimePoint kNever = TimePoint::max();

struct Call {
  Owner owner = kNobody;
  std::shared_ptr<Exchange> exchange;
  TimePoint deadline = kNever;
  // What the client wrote, as JSON text: its answers get it back. Filled in by add().
  std::string id = {};
  std::string progress_token = {};  // empty when it wants no progress
};

// Clients choose ids and progress tokens as they like, and two may choose the same. Here each
// request has a number that no other had, which stands for both, so that nothing of one client
// reaches another. Not thread-safe.
class PendingCalls {
 public:
  // Keeps the call and writes its number into `request`. `call` says who waits and for how long.
  std::uint64_t add(Call call, Message& request);
  // The call of an answer that came, which gets the id of the client back. None for a number that
  // no call has.
  std::optional<Call> take(Message& answer);
  std::optional<Call> take(std::uint64_t number);
  // The call that a notification is about, by its token or subscription, which become the client's.
  // Null when it names none.
  Call* find(Message& notification);
  // The number of the call that its owner knows by `id`.
  std::optional<std::uint64_t> number_of(Owner owner, std::string_view id) const;
  // The call of the owner that came last; null when it has none.
  Call* latest(Owner owner);
  // The call that came last, when all are of one client; null when they are of several, or of
  // nobody knows whom.
  Call* only();
  std::optional<std::uint64_t> number_of(const Exchange& exchange) const;
  std::vector<std::uint64_t> all() const;
  std::vector<std::uint64_t> all_of(Owner owner) const;
  std::vector<std::uint64_t> lasting() const;
  std::vector<std::uint64_t> expired(TimePoint now) const;

  // `visit` must not change which calls there are.
  void for_each(const std::function<void(Call&)>& visit);

  std::size_t size() const { return calls_.size(); }
  std::size_t size_of(Owner owner) const;

 private:
  std::vector<std::uint64_t> numbers(const std::function<bool(const Call&)>& wanted) const;
  Call* at(std::string_view number);

  std::uint64_t last_ = 0;
  std::map<std::uint64_t, Call> calls_;  // in the order in which they came
};

}  // namespace toolhive::bridge
