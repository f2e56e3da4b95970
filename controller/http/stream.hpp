// The bytes of one connection, plain or TLS. Used on the connection's worker thread only.
#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/system/error_code.hpp>

#include <array>
#include <cstddef>
#include <memory>

namespace toolhive::http {

class Connection;

// At most one read and one write at a time. A read, write, handshake or shutdown that was started
// ends in a call of the connection's on_read, on_write, on_handshake or on_shutdown, which also
// keeps the connection alive until then; none is called before the function that starts it has
// returned.
class Stream {
 public:
  using Error = boost::system::error_code;
  using Output = std::array<boost::asio::const_buffer, 2>;
  using Socket = boost::asio::ip::tcp::socket;

  virtual ~Stream() = default;
  virtual void handshake(std::shared_ptr<Connection> connection) = 0;
  virtual void read(boost::asio::mutable_buffer room, std::shared_ptr<Connection> connection) = 0;
  virtual void write(const Output& output, std::shared_ptr<Connection> connection) = 0;
  // Writes what goes out without waiting; `error` is would_block when that is nothing.
  virtual std::size_t write_now(const Output& output, Error& error) = 0;
  // Reads past the TLS layer, for bytes that are thrown away.
  virtual void read_raw(boost::asio::mutable_buffer room, std::shared_ptr<Connection> connection) = 0;
  // Tells the peer that nothing more comes.
  virtual void shutdown(std::shared_ptr<Connection> connection) = 0;
  // Ends what is pending.
  virtual void close() = 0;
  // Whether buffers given together travel in one segment. TLS makes a record of each.
  virtual bool gathers() const = 0;
  // Whether the client has shown a certificate that the TLS layer trusts. After the handshake.
  virtual bool has_trusted_client() const = 0;
};

// A socket that others can name without Boost's headers.
struct ConnectedSocket {
  Stream::Socket socket;
};

std::unique_ptr<Stream> make_plain_stream(ConnectedSocket socket);

}  // namespace toolhive::http
