#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "registry/model/tool.hpp"
#include "registry/result.hpp"
#include "registry/store/index.hpp"

namespace registry {

/// If-Match and If-None-Match of a write (RFC 9110, section 13.1), checked against the tool's latest version
/// when its turn has come.
struct Precondition {
  bool must_not_exist = false;      ///< If-None-Match: *
  bool must_exist = false;          ///< If-Match: *
  std::vector<std::string> one_of;  ///< If-Match with entity tags, without quotes; empty for any.
};

/// Registers a version of a tool.
struct Register {
  Definition definition;
  Precondition precondition;
};

/// Withdraws a version of a tool, or the whole tool.
struct Withdraw {
  std::string name;
  std::optional<std::string> version;
  std::optional<Manager> manager;  ///< Who asks.
  Precondition precondition;
};

using Write = std::variant<Register, Withdraw>;

/// What a write came to.
struct WriteOutcome {
  enum class Kind {
    Created,    ///< The version was not there before.
    Unchanged,  ///< It was, with the same content.
    Withdrawn,
  };
  Kind kind = Kind::Unchanged;
  std::string name;                                  ///< Of the tool.
  bool new_tool = false;                             ///< Created, and the first version under its name.
  std::shared_ptr<const Registration> registration;  ///< Unless Withdrawn.
};

/// A store's condition.
struct StoreStatus {
  bool writable = true;
  std::string reason;             ///< Why not, and what to do.
  std::uint64_t bytes = 0;        ///< Used on the disk.
  std::uint64_t free_bytes = 0;   ///< On the disk, for this process.
  std::uint64_t quarantined = 0;  ///< Records that did not verify when the store was opened.
};

/// What keeps the tools. Thread safe.
class Store {
 public:
  using Done = std::function<void(Result<WriteOutcome>)>;

  virtual ~Store() = default;

  /// The tools as of the last durable write. Never null.
  virtual std::shared_ptr<const Index> snapshot() const = 0;

  /// Carries out `write` and calls `done` once: with its outcome when that is durable and seen by snapshot(),
  /// or with why nothing was changed. `done` runs on a thread of the store and must not block; it may run
  /// before write() returns.
  virtual void write(Write write, Done done) = 0;

  virtual StoreStatus status() = 0;
};

/// The entity tag of a version, without quotes.
std::string entity_tag(const Registration& registration);

}  // namespace registry
