// Descriptor: a file descriptor of the operating system, closed with its owner.
#pragma once

#include <unistd.h>

#include <utility>

namespace toolhive {

// Not thread-safe. What closing says is not asked for: who must know what became of a write syncs.
class Descriptor {
 public:
  // `fd` is its own from now on; below 0: it has none, as after a call that failed.
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() { reset(-1); }

  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  void reset(int fd) {
    if (fd_ >= 0) ::close(fd_);
    fd_ = fd;
  }

 private:
  int fd_;
};

}  // namespace toolhive
