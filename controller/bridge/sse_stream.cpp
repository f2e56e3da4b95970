#include "controller/bridge/sse_stream.hpp"

#include <algorithm>
#include <utility>

namespace toolhive::bridge {

void SseStream::send(std::string_view message) {
  append("event: message\ndata: ", message, "\n\n");
}

void SseStream::keep_alive() {
  append(":\n\n", {}, {});
}

void SseStream::append(std::string_view before, std::string_view text, std::string_view after) {
  std::function<void()> ready;
  {
    const std::lock_guard lock(mutex_);
    if (broken_ || finished_) return;
    broken_ = waiting_.size() + text.size() > most_bytes_;
    if (!broken_) waiting_.append(before).append(text).append(after);
    ready = std::exchange(ready_, nullptr);
  }
  if (ready) ready();
}

void SseStream::finish() {
  std::function<void()> ready;
  {
    const std::lock_guard lock(mutex_);
    finished_ = true;
    ready = std::exchange(ready_, nullptr);
  }
  if (ready) ready();
}

SseStream::State SseStream::next(std::size_t limit, std::string_view& bytes) {
  const std::lock_guard lock(mutex_);
  if (broken_) return State::Broken;
  if (taken_ == given_.size()) {
    given_ = std::exchange(waiting_, {});
    taken_ = 0;
  }
  if (given_.empty()) return finished_ ? State::End : State::Later;
  bytes = std::string_view(given_).substr(taken_, limit);
  taken_ += bytes.size();
  return State::Bytes;
}

void SseStream::wait(std::function<void()> ready) {
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.empty() && !finished_ && !broken_) {
      ready_ = std::move(ready);
      return;
    }
  }
  ready();
}

void SseStream::release() {
  const std::lock_guard lock(mutex_);
  if (taken_ < given_.size()) return;
  given_ = {};
  taken_ = 0;
}

void SseStream::abandon() {
  const std::lock_guard lock(mutex_);
  broken_ = true;
  waiting_ = {};
  ready_ = nullptr;
}

}  // namespace toolhive::bridge
