#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string_view>

#include "registry/base/result.hpp"
#include "registry/store/open/options.hpp"
#include "registry/store/replica_turn.hpp"
#include "registry/store/store.hpp"

namespace toolhive::registry {

// What a store tells of itself, on threads of its own.
struct StoreEvents {
  // What an administrator should know, in one sentence; `urgent` when something is wrong.
  std::function<void(bool urgent, std::string_view)> notice = [](bool, std::string_view) {};
  // After each group of records was made durable: how many, and how long that took.
  std::function<void(std::size_t records, std::chrono::nanoseconds)> committed =
      [](std::size_t, std::chrono::nanoseconds) {};
};

// Opens the store that the options name. Unavailable when it may succeed later.
Result<std::unique_ptr<Store>> open_store(const StoreOptions& options, StoreEvents events);

// The turn of one of the replicas on that store, which was opened with the same options and must
// outlive it. Opens nothing yet.
std::unique_ptr<ReplicaTurn> open_turn(const StoreOptions& options, Store& store);

// Reads it once, beside a server or from a copy: changes nothing and needs no lock. `on_damaged`
// gets one sentence for each record that does not verify and is left out.
Result<Index> read_store(const StoreOptions& options,
                         const std::function<void(std::string_view)>& on_damaged);

}  // namespace toolhive::registry
