// SseStream: the body of a response that is a stream of events (HTML Living Standard, 9.2).
#pragma once

#include <cstddef>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>

#include "controller/http/body_source.hpp"

namespace toolhive::bridge {

// Filled on the bridge's loop, read by the server. A reader that is too slow loses the stream: it
// holds back at most `most_bytes`, and nobody else. Thread-safe.
class SseStream final : public http::BodySource {
 public:
  explicit SseStream(std::size_t most_bytes) : most_bytes_(most_bytes) {}

  // A message, which is one line.
  void send(std::string_view message);
  // A comment, which keeps the connection from being idle.
  void keep_alive();
  // Nothing more comes.
  void finish();

  State next(std::size_t limit, std::string_view& bytes) override;
  void wait(std::function<void()> ready) override;
  void release() override;
  void abandon() override;

 private:
  void append(std::string_view before, std::string_view text, std::string_view after);

  const std::size_t most_bytes_;
  std::mutex mutex_;
  std::string waiting_;  // guarded by mutex_
  std::string given_;    // what next() handed out
  std::size_t taken_ = 0;
  bool finished_ = false;        // guarded by mutex_
  bool broken_ = false;          // guarded by mutex_
  std::function<void()> ready_;  // guarded by mutex_
};

}  // namespace toolhive::bridge
