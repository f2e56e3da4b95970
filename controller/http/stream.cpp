#include "controller/http/stream.hpp"

#include "controller/http/connection.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include <utility>

namespace toolhive::http {
namespace {

namespace net = boost::asio;
using net::ip::tcp;

class PlainStream final : public Stream {
 public:
  explicit PlainStream(Socket socket) : socket_(std::move(socket)) {
    Error ignored;
    socket_.non_blocking(true, ignored);
  }

  void handshake(std::shared_ptr<Connection> connection) override {
    net::post(socket_.get_executor(), [connection = std::move(connection)] { connection->on_handshake({}); });
  }

  void read(net::mutable_buffer room, std::shared_ptr<Connection> connection) override {
    socket_.async_read_some(net::mutable_buffers_1(room),
                            [connection = std::move(connection)](Error error, std::size_t count) {
                              connection->on_read(error, count);
                            });
  }
  void read_raw(net::mutable_buffer room, std::shared_ptr<Connection> connection) override {
    read(room, std::move(connection));
  }

  void write(const Output& output, std::shared_ptr<Connection> connection) override {
    socket_.async_write_some(output, [connection = std::move(connection)](Error error, std::size_t count) {
      connection->on_write(error, count);
    });
  }
  std::size_t write_now(const Output& output, Error& error) override {
    return socket_.write_some(output, error);
  }

  void shutdown(std::shared_ptr<Connection> connection) override {
    Error error;
    socket_.shutdown(tcp::socket::shutdown_send, error);
    net::post(socket_.get_executor(), [connection = std::move(connection)] { connection->on_shutdown(); });
  }

  void close() override {
    Error ignored;
    socket_.close(ignored);
  }

  bool gathers() const override { return true; }
  bool has_trusted_client() const override { return false; }

 private:
  Socket socket_;
};

}  // namespace

std::unique_ptr<Stream> make_plain_stream(ConnectedSocket socket) {
  return std::make_unique<PlainStream>(std::move(socket.socket));
}

}  // namespace toolhive::http
