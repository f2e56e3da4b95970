// Where the bytes of a response come from when they are not all there yet.
#pragma once

#include <cstddef>
#include <functional>
#include <string_view>

namespace toolhive::http {

// Used on one thread at a time; must not throw.
class BodySource {
 public:
  enum class State { Bytes, End, Later, Broken };

  virtual ~BodySource() = default;

  // Bytes that are there now, at most `limit`, valid until the next call or release(). Later: call
  // wait().
  virtual State next(std::size_t limit, std::string_view& bytes) = 0;
  // Calls `ready`, on any thread and perhaps before wait() returns, when next() has something to
  // say. The source keeps itself alive until then.
  virtual void wait(std::function<void()> ready) = 0;
  // Gives back what next() handed out.
  virtual void release() = 0;
  // Tells a producer on the other end that nobody reads any more. The source is not asked again.
  virtual void abandon() = 0;
};

}  // namespace toolhive::http
