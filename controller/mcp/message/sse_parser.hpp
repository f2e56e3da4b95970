// SseParser: the events of a text/event-stream (HTML Living Standard, section 9.2.6).
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "controller/base/status.hpp"

namespace toolhive::mcp {

struct SseEvent {
  std::string type;  // "message" unless the stream names another
  std::string data;  // its lines joined by line feeds
};

// Takes a stream in pieces of any size. Time and memory are in proportion to what comes; an event
// holds at most `max_event` bytes. Not thread-safe.
class SseParser {
 public:
  // False ends the parsing: the rest of the piece is dropped.
  using OnEvent = std::function<StatusOr<bool>(const SseEvent&)>;

  explicit SseParser(std::size_t max_event) : max_event_(max_event) {}

  // Calls `on_event` for each event with data that `bytes` complete. What that answered: false when
  // it wants no more. TooLarge for an event that is; an error of `on_event` is passed on.
  StatusOr<bool> push(std::string_view bytes, const OnEvent& on_event);

  // The stream broke off and goes on over another connection: what of an event was there is
  // dropped.
  void restart();

  // What a stream that goes on elsewhere is asked for, in Last-Event-ID; empty when the server gave
  // none.
  const std::string& last_event_id() const { return last_event_id_; }
  // How long the server asks to wait before that, if it does.
  std::optional<std::chrono::milliseconds> retry() const { return retry_; }

 private:
  StatusOr<bool> end_line(const OnEvent& on_event);
  StatusOr<bool> dispatch(const OnEvent& on_event);
  Status read_field();
  void set_retry(std::string_view digits);

  const std::size_t max_event_;
  std::string line_;
  bool first_line_ = true;
  bool after_cr_ = false;  // a line feed that comes next belongs to the line before
  std::string type_;
  std::string data_;  // with a line feed after each line
  std::string id_;    // takes effect with the event
  std::string last_event_id_;
  std::optional<std::chrono::milliseconds> retry_;
};

}  // namespace toolhive::mcp
