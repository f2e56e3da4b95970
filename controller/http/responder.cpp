#include "controller/http/responder.hpp"

#include "controller/http/connection.hpp"

#include <utility>

namespace toolhive::http {

Responder::Responder(std::shared_ptr<Connection> connection, RouteEntry pending)
    : connection_(std::move(connection)), pending_(std::move(pending)) {}

void Responder::reply(Reply&& reply) {
  const auto connection = std::exchange(connection_, nullptr);
  if (!connection) return;
  Completion completion(std::move(pending_), std::exchange(reply.written, nullptr));
  connection->respond(std::move(reply), std::move(completion));
}

void Responder::refuse(unsigned status, std::string detail) {
  const auto connection = std::exchange(connection_, nullptr);
  if (connection) connection->refuse({status, std::move(detail)}, Completion(std::move(pending_), nullptr));
}

}  // namespace toolhive::http
