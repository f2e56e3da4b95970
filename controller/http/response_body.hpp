// Takes the bytes of a response out of the stream that a handler gave.
#pragma once

#include <cpprest/astreambuf.h>
#include <cpprest/streams.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

namespace toolhive::http {

// Bytes are handed out in place where the stream allows it, otherwise through a buffer. Used on one thread at
// a time; never throws: a stream that does is Broken.
class ResponseBody {
 public:
  enum class State { Bytes, End, Later, Broken };

  explicit ResponseBody(const concurrency::streams::istream& stream);
  ~ResponseBody() { release(); }
  ResponseBody(const ResponseBody&) = delete;
  ResponseBody& operator=(const ResponseBody&) = delete;

  // Bytes that are there now, at most `limit`, valid until the next call or release(). Later: call wait().
  State next(std::size_t limit, std::string_view& bytes);
  // Calls `ready`, on any thread and perhaps before wait() returns, when next() has something to say. Keep
  // this object until then.
  void wait(const std::function<void()>& ready);
  // Gives back what next() handed out.
  void release();
  // Tells a producer on the other end of the stream that nobody reads any more.
  void abandon();

 private:
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
