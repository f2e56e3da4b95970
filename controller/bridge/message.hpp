// Message: a JSON-RPC message as the text it came in, and the places in it that a relay looks at.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "controller/base/status.hpp"

namespace toolhive::bridge {

// Values of a message; see kMembers in message.cpp for where they stand.
enum class Part : std::uint8_t {
  Root,
  JsonRpc,
  Id,
  Method,
  Params,
  Result,
  Error,
  ErrorCode,
  Name,
  Uri,
  Version,        // that `initialize` asks for, or its result settles
  RequestId,      // that notifications/cancelled is about
  Progress,       // the token of notifications/progress
  Meta,           // of params or result
  ProgressToken,  // of a request that asks for progress
  MetaVersion,
  MetaClientInfo,
  MetaClientCapabilities,
  MetaServerInfo,
  Subscription,
  ResultType,
  Ttl,
  CacheScope,
  Capabilities,
  ServerInfo,
  Instructions,
  SupportedVersions,
  Count,
};

// Everything that is not replaced stays as it came, byte by byte: numbers of any size, the order
// of members, members that nobody here knows. Not thread-safe.
class Message {
 public:
  enum class Kind : std::uint8_t { Request, Notification, Response };

  // Decode unless `text` is JSON in UTF-8, nested at most 1,000 deep. Invalid unless it is one
  // message of JSON-RPC 2.0 as MCP has it: no batch, ids that are strings or integers, params and
  // results that are objects, none of the parts twice.
  static StatusOr<Message> parse(std::string text);

  Kind kind() const { return kind_; }
  const std::string& text() const { return text_; }
  bool has(Part part) const { return at(part).end > 0; }
  // A value as JSON text, valid until the message changes; empty when there is none.
  std::string_view raw(Part part) const;
  // What a string means; empty when there is none.
  std::string string(Part part) const;
  bool is_string(Part part) const { return raw(part).starts_with('"'); }

  // Puts the JSON text `value` in place of a value that is there.
  void replace(Part part, std::string_view value);
  // Adds a member to an object that is there: `member` is JSON text, as in `"a":1`.
  void add_member(Part object, std::string_view member);
  // The text without line feeds: those between values become blanks.
  std::string line() &&;

 private:
  struct Span {
    std::size_t begin = 0;
    std::size_t end = 0;  // 0: there is no such value
  };
  friend class MessageReader;

  const Span& at(Part part) const { return spans_[static_cast<std::size_t>(part)]; }
  void splice(Span place, std::string_view value);

  std::string text_;
  std::array<Span, static_cast<std::size_t>(Part::Count)> spans_;
  Kind kind_ = Kind::Notification;
};

}  // namespace toolhive::bridge
