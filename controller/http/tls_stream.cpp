#include "controller/http/tls_stream.hpp"

#include "controller/http/connection.hpp"

#include <openssl/ssl.h>
#include <boost/asio/error.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>

#include <utility>

namespace toolhive::http {
namespace {

namespace net = boost::asio;

class TlsStream final : public Stream {
 public:
  TlsStream(Socket socket, std::shared_ptr<net::ssl::context> context)
      : context_(std::move(context)), stream_(std::move(socket), *context_) {}

  void handshake(std::shared_ptr<Connection> connection) override {
    stream_.async_handshake(net::ssl::stream_base::server, [connection = std::move(connection)](Error error) {
      connection->on_handshake(error);
    });
  }

  void read(net::mutable_buffer room, std::shared_ptr<Connection> connection) override {
    stream_.async_read_some(net::mutable_buffers_1(room),
                            [connection = std::move(connection)](Error error, std::size_t count) {
                              connection->on_read(error, count);
                            });
  }
  void read_raw(net::mutable_buffer room, std::shared_ptr<Connection> connection) override {
    stream_.next_layer().async_read_some(
        net::mutable_buffers_1(room), [connection = std::move(connection)](Error error, std::size_t count) {
          connection->on_read(error, count);
        });
  }

  void write(const Output& output, std::shared_ptr<Connection> connection) override {
    stream_.async_write_some(net::const_buffers_1(output[0].size() > 0 ? output[0] : output[1]),
                             [connection = std::move(connection)](Error error, std::size_t count) {
                               connection->on_write(error, count);
                             });
  }
  std::size_t write_now(const Output&, Error& error) override {
    error = net::error::would_block;
    return 0;
  }

  void shutdown(std::shared_ptr<Connection> connection) override {
    stream_.async_shutdown([connection = std::move(connection)](Error) { connection->on_shutdown(); });
  }

  void close() override {
    Error ignored;
    stream_.next_layer().close(ignored);
  }

  bool gathers() const override { return false; }

  bool has_trusted_client() const override {
    SSL* const native = const_cast<net::ssl::stream<Socket>&>(stream_).native_handle();
    return SSL_get0_peer_certificate(native) != nullptr && SSL_get_verify_result(native) == X509_V_OK;
  }

 private:
  // outlives the stream, also when the certificate is exchanged
  std::shared_ptr<net::ssl::context> context_;
  net::ssl::stream<Socket> stream_;
};

}  // namespace

std::unique_ptr<Stream> make_tls_stream(ConnectedSocket socket, std::shared_ptr<net::ssl::context> context) {
  return std::make_unique<TlsStream>(std::move(socket.socket), std::move(context));
}

}  // namespace toolhive::http
