#include "controller/http/listener/empty_body.hpp"

#include <cpprest/astreambuf.h>

#include <cstdint>
#include <memory>

namespace toolhive::http {
namespace {

namespace streams = concurrency::streams;

class EmptyBuffer final : public streams::details::basic_streambuf<std::uint8_t> {
 public:
  bool can_read() const override { return true; }
  bool can_write() const override { return false; }
  bool can_seek() const override { return true; }
  bool has_size() const override { return true; }
  bool is_open() const override { return true; }
  bool is_eof() const override { return true; }
  std::exception_ptr exception() const override { return nullptr; }

  std::size_t buffer_size(std::ios_base::openmode) const override { return 0; }
  void set_buffer_size(std::size_t, std::ios_base::openmode) override {}
  std::size_t in_avail() const override { return 0; }
  utility::size64_t size() const override { return 0; }

  pplx::task<void> close(std::ios_base::openmode) override { return pplx::task_from_result(); }
  pplx::task<void> close(std::ios_base::openmode, std::exception_ptr) override {
    return pplx::task_from_result();
  }

  pplx::task<int_type> bumpc() override { return no_byte(); }
  pplx::task<int_type> getc() override { return no_byte(); }
  pplx::task<int_type> nextc() override { return no_byte(); }
  pplx::task<int_type> ungetc() override { return no_byte(); }
  int_type sbumpc() override { return traits::eof(); }
  int_type sgetc() override { return traits::eof(); }
  pplx::task<std::size_t> getn(std::uint8_t*, std::size_t) override { return no_bytes(); }
  std::size_t scopy(std::uint8_t*, std::size_t) override { return 0; }
  bool acquire(std::uint8_t*& bytes, std::size_t& count) override {
    bytes = nullptr;
    count = 0;
    return true;
  }
  void release(std::uint8_t*, std::size_t) override {}

  pos_type getpos(std::ios_base::openmode) const override { return 0; }
  pos_type seekpos(pos_type, std::ios_base::openmode) override { return 0; }
  pos_type seekoff(off_type, std::ios_base::seekdir, std::ios_base::openmode) override { return 0; }

  pplx::task<int_type> putc(std::uint8_t) override { return no_byte(); }
  pplx::task<std::size_t> putn(const std::uint8_t*, std::size_t) override { return no_bytes(); }
  pplx::task<std::size_t> putn_nocopy(const std::uint8_t*, std::size_t) override { return no_bytes(); }
  pplx::task<void> sync() override { return pplx::task_from_result(); }
  std::uint8_t* alloc(std::size_t) override { return nullptr; }
  void commit(std::size_t) override {}

 private:
  static pplx::task<int_type> no_byte() { return pplx::task_from_result<int_type>(traits::eof()); }
  static pplx::task<std::size_t> no_bytes() { return pplx::task_from_result<std::size_t>(0); }
};

}  // namespace

const streams::istream& empty_body() {
  static const streams::istream kEmpty{streams::streambuf<std::uint8_t>(std::make_shared<EmptyBuffer>())};
  return kEmpty;
}

}  // namespace toolhive::http
