#include "controller/kube/transport/streams.hpp"

#include <cpprest/astreambuf.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <stdexcept>

#include "controller/kube/transport/runtime.hpp"

namespace toolhive::kube {

namespace {

// What both directions have in common: no position, no size, no buffer to lend.
class OneWayBuffer : public concurrency::streams::details::streambuf_state_manager<std::uint8_t> {
 public:
  explicit OneWayBuffer(std::ios_base::openmode mode) : streambuf_state_manager(mode) {}

  bool can_seek() const override { return false; }
  bool has_size() const override { return false; }
  std::size_t buffer_size(std::ios_base::openmode) const override { return 0; }
  void set_buffer_size(std::size_t, std::ios_base::openmode) override {}
  std::size_t in_avail() const override { return 0; }
  pos_type getpos(std::ios_base::openmode) const override { return eof_position(); }
  pos_type seekpos(pos_type, std::ios_base::openmode) override { return eof_position(); }
  pos_type seekoff(off_type, std::ios_base::seekdir, std::ios_base::openmode) override {
    return eof_position();
  }
  bool acquire(std::uint8_t*& data, std::size_t& count) override {
    data = nullptr;
    count = 0;
    return false;
  }
  void release(std::uint8_t*, std::size_t) override {}

 protected:
  using Char = pplx::task<int_type>;
  using Count = pplx::task<std::size_t>;

  Char _putc(std::uint8_t) override { return eof(); }
  Count _putn(const std::uint8_t*, std::size_t) override { return pplx::task_from_result<std::size_t>(0); }
  Char _bumpc() override { return eof(); }
  int_type _sbumpc() override { return traits::eof(); }
  Char _getc() override { return eof(); }
  int_type _sgetc() override { return traits::eof(); }
  Char _nextc() override { return eof(); }
  Char _ungetc() override { return eof(); }
  Count _getn(std::uint8_t*, std::size_t) override { return pplx::task_from_result<std::size_t>(0); }
  std::size_t _scopy(std::uint8_t*, std::size_t) override { return static_cast<std::size_t>(-1); }
  pplx::task<bool> _sync() override { return pplx::task_from_result(true); }
  std::uint8_t* _alloc(std::size_t) override { return nullptr; }
  void _commit(std::size_t) override {}

 private:
  static pos_type eof_position() { return static_cast<pos_type>(traits::eof()); }
  static Char eof() { return pplx::task_from_result<int_type>(traits::eof()); }
};

class ReplyBuffer final : public OneWayBuffer {
 public:
  explicit ReplyBuffer(std::shared_ptr<Exchange> exchange)
      : OneWayBuffer(std::ios_base::out), exchange_(std::move(exchange)) {}

 protected:
  Char _putc(std::uint8_t byte) override {
    return _putn(&byte, 1).then([byte](std::size_t) { return static_cast<int_type>(byte); });
  }

  Count _putn(const std::uint8_t* data, std::size_t count) override {
    pplx::task_completion_event<std::size_t> room;
    // The reader only says that there is room; the network's own thread goes on reading.
    const auto resume = [room, count] { run_on_pool([room, count] { room.set(count); }); };
    switch (exchange_->put({reinterpret_cast<const char*>(data), count}, resume)) {
      case Exchange::Put::Taken:
        return pplx::task_from_result(count);
      case Exchange::Put::Paused:
        return pplx::create_task(room);
      case Exchange::Put::Closed:
        break;
    }
    return pplx::task_from_exception<std::size_t>(std::runtime_error("nobody reads the reply any more"));
  }

 private:
  const std::shared_ptr<Exchange> exchange_;
};

class BodyBuffer final : public OneWayBuffer {
 public:
  explicit BodyBuffer(std::string body) : OneWayBuffer(std::ios_base::in), body_(std::move(body)) {}

 protected:
  Count _getn(std::uint8_t* to, std::size_t count) override {
    const std::size_t size = std::min(count, body_.size() - read_);
    if (size != 0) std::memcpy(to, body_.data() + read_, size);
    read_ += size;
    return pplx::task_from_result(size);
  }

 private:
  const std::string body_;
  std::size_t read_ = 0;
};

}  // namespace

concurrency::streams::ostream reply_stream(std::shared_ptr<Exchange> exchange) {
  return concurrency::streams::streambuf<std::uint8_t>(std::make_shared<ReplyBuffer>(std::move(exchange)))
      .create_ostream();
}

concurrency::streams::istream body_stream(std::string body) {
  return concurrency::streams::streambuf<std::uint8_t>(std::make_shared<BodyBuffer>(std::move(body)))
      .create_istream();
}

}  // namespace toolhive::kube
