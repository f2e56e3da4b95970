// A server with one listener on a free port of 127.0.0.1, and what tests ask of the process around
// it.
#pragma once

#include "controller/http/listener/listener_server.hpp"
#include "controller/http/options.hpp"

#include <cpprest/http_listener.h>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace toolhive::http_test {

using Handler = std::function<void(web::http::http_request)>;
using Listener = web::http::experimental::listener::http_listener;

// Answers 200: the raw target for GET, the body for anything else.
void echo(const web::http::http_request& request);

// Keeps requests until the test replies to them.
class Held {
 public:
  Handler handler();
  // Waits for the next request.
  web::http::http_request take();

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::vector<web::http::http_request> requests_;
};

class TestServer {
 public:
  explicit TestServer(http::Options options = {}, const Handler& handler = echo,
                      const std::string& scheme = "http");
  ~TestServer();

  std::uint16_t port() const { return port_; }
  http::ListenerServer& server() { return *server_; }
  void close() { listener_->close().wait(); }
  void open() { listener_->open().wait(); }

 private:
  std::unique_ptr<http::ListenerServer> server_;
  std::unique_ptr<Listener> listener_;
  std::uint16_t port_ = 0;
};

// Waits until `condition` holds; false after ten seconds.
bool eventually(const std::function<bool()>& condition);

std::size_t open_descriptors();
std::size_t resident_kib();
// Sanitizers keep freed memory and make the process too slow for bounds on either.
bool sanitized();

}  // namespace toolhive::http_test
