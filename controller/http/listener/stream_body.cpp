#include "controller/http/listener/stream_body.hpp"

#include <pplx/pplxtasks.h>

#include <algorithm>
#include <utility>

namespace toolhive::http {
namespace {

constexpr std::size_t kBlock = 64 * 1024;

}  // namespace

StreamBody::StreamBody(const concurrency::streams::istream& stream)
    : stream_(stream), buffer_(stream_.streambuf()) {}

StreamBody::State StreamBody::next(std::size_t limit, std::string_view& bytes) {
  give_back();
  if (broken_) return State::Broken;
  if (copied_size_ > 0) {
    bytes = {reinterpret_cast<const char*>(copied_.data()), std::min(limit, copied_size_)};
    copied_size_ = 0;
    return State::Bytes;
  }
  if (end_) return State::End;
  try {
    std::uint8_t* block = nullptr;
    std::size_t size = 0;
    const bool known = buffer_.acquire(block, size);
    if (block != nullptr && size > 0) {
      acquired_ = block;
      taken_ = std::min(limit, size);
      bytes = {reinterpret_cast<const char*>(block), taken_};
      return State::Bytes;
    }
    if (block != nullptr) buffer_.release(block, 0);
    return known ? State::End : State::Later;
  } catch (...) {
    broken_ = true;
    return State::Broken;
  }
}

void StreamBody::wait(std::function<void()> ready) {
  try {
    // A pipe completes a read only when it is full or at its end, so it is asked for one byte; what
    // else has come by then is acquired next. A file can seek, and has all its bytes to give.
    const bool file = buffer_.can_seek();
    copied_.resize(file ? kBlock : 1);
    buffer_.getn(copied_.data(), copied_.size())
        .then([this, self = shared_from_this(), ready](pplx::task<std::size_t> read) {
          try {
            copied_size_ = read.get();
            end_ = copied_size_ == 0;
          } catch (...) {
            broken_ = true;
          }
          ready();
        });
  } catch (...) {
    broken_ = true;
    ready();
  }
}

void StreamBody::give_back() {
  if (acquired_ == nullptr) return;
  try {
    buffer_.release(std::exchange(acquired_, nullptr), taken_);
  } catch (...) {
    broken_ = true;
  }
}

void StreamBody::abandon() {
  give_back();
  try {
    buffer_.close(std::ios_base::in).then([](pplx::task<void> closed) {
      try {
        closed.get();
      } catch (...) {
        // Nobody is left who could use the stream.
      }
    });
  } catch (...) {
    broken_ = true;
  }
}

}  // namespace toolhive::http
