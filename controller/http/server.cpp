#include "controller/http/server.hpp"

#include "controller/http/core.hpp"

#include <utility>

namespace toolhive::http {

Server::Server(Options options) : core_(std::make_shared<Core>(std::move(options))) {
  core_->start();
}

Server::~Server() {
  stop();
}

StatusOr<std::uint16_t> Server::open(const ListenAddress& address, std::string path, Handler& handler) {
  return core_->open(address, std::move(path), handler);
}

Status Server::close(const Handler& handler) {
  return core_->close(handler);
}

void Server::stop() {
  core_->stop();
}

ServerStats Server::stats() const {
  return core_->stats();
}

}  // namespace toolhive::http
