// The bytes of a response out of the stream that a handler gave.
#pragma once

#include "controller/http/body_source.hpp"

#include <cpprest/astreambuf.h>
#include <cpprest/streams.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

namespace toolhive::http {

// Bytes are handed out in place where the stream allows it, otherwise through a buffer. A stream
// that throws is Broken.
class StreamBody final : public BodySource, public std::enable_shared_from_this<StreamBody> {
 public:
  explicit StreamBody(const concurrency::streams::istream& stream);
  ~StreamBody() override { give_back(); }
  StreamBody(const StreamBody&) = delete;
  StreamBody& operator=(const StreamBody&) = delete;

  State next(std::size_t limit, std::string_view& bytes) override;
  void wait(std::function<void()> ready) override;
  void release() override { give_back(); }
  void abandon() override;

 private:
  void give_back();

  concurrency::streams::istream stream_;
  concurrency::streams::streambuf<std::uint8_t> buffer_;
  std::uint8_t* acquired_ = nullptr;
  std::size_t taken_ = 0;  // of the acquired block
  std::vector<std::uint8_t> copied_;
  std::size_t copied_size_ = 0;  // bytes that wait() has read and next() has not handed out
  bool end_ = false;
  bool broken_ = false;
};

}  // namespace toolhive::http
