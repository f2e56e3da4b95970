// ServerFacts: what a server says of itself at the beginning, and what the bridge says for it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "controller/bridge/message.hpp"

namespace toolhive::bridge {

class ServerFacts {
 public:
  // None unless it offers a modern version.
  static std::optional<ServerFacts> of_discover(const Message& answer);
  // None for an error, and for a version that is not known here.
  static std::optional<ServerFacts> of_initialize(const Message& answer);

  // Speaks a version without handshake, as 2026-07-28.
  bool modern() const { return modern_; }

  // What a server of a legacy version would answer to server/discover; `id` is JSON text.
  std::string discover_answer(std::string_view id) const;
  // What it answers to the initialize of a client that asks for `version`: the same as it answered
  // to the bridge, but in that version where it is an older one.
  std::string initialize_answer(std::string_view id, std::string_view version) const;

 private:
  ServerFacts(Message answer, bool modern) : answer_(std::move(answer)), modern_(modern) {}

  Message answer_;
  bool modern_;
};

// The params of the bridge's own server/discover and initialize, as JSON text.
std::string discover_params();
std::string initialize_params();
// `["2026-07-28"]`, what the bridge serves without a handshake.
std::string modern_versions();
bool is_modern_version(std::string_view version);
bool is_legacy_version(std::string_view version);

}  // namespace toolhive::bridge
