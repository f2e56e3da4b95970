// FakeServer: a scripted HTTP server on a loopback socket, for faults that a real API server does
// not show on demand.
#pragma once

#include <atomic>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace toolhive::test {

// One accepted connection, used by its own thread. Everything ends when the server is destroyed.
class Connection {
 public:
  explicit Connection(int fd) : fd_(fd) {}
  // The next request with its body, or empty when the client closed the connection.
  std::string read_request();
  void send(std::string_view bytes);
  void reply(int status, std::string_view body, std::string_view headers = {});
  void chunk(std::string_view bytes);
  // Closes; with `reset` the client sees ECONNRESET instead of an end of file.
  void close(bool reset = false);
  // Blocks until the client has closed.
  void wait_closed();
  int fd() const { return fd_; }

 private:
  std::atomic<int> fd_;
  std::string buffered_;
};

class FakeServer {
 public:
  using Handler = std::function<void(Connection&)>;

  // `handler` is called on a thread of its own for each connection.
  explicit FakeServer(Handler handler, bool ipv6 = false);
  ~FakeServer();

  std::string url() const;
  int port() const { return port_; }
  int connections() const { return accepted_; }

 private:
  void accept_all();

  const Handler handler_;
  const bool ipv6_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<int> accepted_ = 0;
  std::mutex mutex_;
  std::list<Connection> open_;
  std::vector<std::thread> threads_;
  std::thread acceptor_;
};

inline constexpr std::string_view kChunkedHead =
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";

}  // namespace toolhive::test
