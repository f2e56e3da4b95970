// Bytes read from a client and not yet parsed.
#pragma once

#include <boost/asio/buffer.hpp>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>

namespace toolhive::http {

// A flat buffer that starts small, because most connections are idle most of the time. Not thread
// safe.
class ReadBuffer {
 public:
  static constexpr std::size_t kSmall = 4 * 1024;
  static constexpr std::size_t kLarge = 64 * 1024;

  bool empty() const { return begin_ == end_; }
  std::string_view bytes() const { return {data_.get() + begin_, end_ - begin_}; }

  // Keeps only the last `left` bytes.
  void keep(std::size_t left) { begin_ = end_ - left; }
  void clear() { begin_ = end_ = 0; }

  // Room for the next read behind the bytes held: a KiB at least.
  boost::asio::mutable_buffer prepare() {
    if (begin_ == end_) begin_ = end_ = 0;
    if (capacity_ - end_ < 1024) make_room();
    return {data_.get() + end_, capacity_ - end_};
  }
  void commit(std::size_t count) {
    // A read that filled all the room says that there is more to come.
    if (end_ += count; end_ == capacity_ && capacity_ < kLarge) grow(kLarge);
  }

  // Gives the memory back while nothing is held.
  void shrink() {
    if (!empty() || capacity_ <= kSmall) return;
    data_.reset();
    capacity_ = begin_ = end_ = 0;
  }

 private:
  void make_room() {
    const std::size_t held = end_ - begin_;
    if (capacity_ == 0) return grow(kSmall);
    if (capacity_ - held < capacity_ / 2) return grow(capacity_ * 2);
    std::memmove(data_.get(), data_.get() + begin_, held);
    begin_ = 0;
    end_ = held;
  }
  void grow(std::size_t capacity) {
    std::unique_ptr<char[]> larger(new char[capacity]);
    const std::size_t held = end_ - begin_;
    if (held > 0) std::memcpy(larger.get(), data_.get() + begin_, held);
    data_ = std::move(larger);
    capacity_ = capacity;
    begin_ = 0;
    end_ = held;
  }

  std::unique_ptr<char[]> data_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace toolhive::http
