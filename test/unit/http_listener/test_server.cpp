#include "test/unit/http_listener/test_server.hpp"

#include "controller/http/listener/process.hpp"
#include "controller/http/listener/request.hpp"

#include <cpprest/http_listener.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

using namespace toolhive;

namespace toolhive::http_test {

void echo(const web::http::http_request& request) {
  web::http::http_response response(200);
  if (request.method() == "GET" || request.method() == "HEAD") {
    response.set_body(http::raw_target(request));
  } else {
    response.set_body(std::string(http::body(request)));
  }
  request.reply(response);
}

Handler Held::handler() {
  return [this](const web::http::http_request& request) {
    const std::lock_guard lock(mutex_);
    requests_.push_back(request);
    arrived_.notify_all();
  };
}

web::http::http_request Held::take() {
  std::unique_lock lock(mutex_);
  if (!arrived_.wait_for(lock, std::chrono::seconds(10), [this] { return !requests_.empty(); })) {
    throw std::runtime_error("no request arrived");
  }
  web::http::http_request request = requests_.front();
  requests_.erase(requests_.begin());
  return request;
}

TestServer::TestServer(http::Options options, const Handler& handler, const std::string& scheme) {
  http::init_process(1);
  server_ = http::ListenerServer::open(std::move(options)).value();
  const std::string uri = scheme + "://127.0.0.1:0/";
  listener_ = std::make_unique<Listener>(uri);
  listener_->support(handler);
  listener_->open().wait();
  port_ = server_->port(uri);
}

TestServer::~TestServer() {
  listener_->close().wait();
  listener_.reset();
}

bool eventually(const std::function<bool()>& condition) {
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > limit) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

std::size_t open_descriptors() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

std::size_t resident_kib() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind("VmRSS:", 0) == 0) return std::stoul(line.substr(6));
  }
  return 0;
}

bool sanitized() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return true;
#else
  return false;
#endif
}

}  // namespace toolhive::http_test
