#include "controller/http/listener/request.hpp"

#include "controller/http/listener/request_context.hpp"

namespace toolhive::http {

std::string raw_target(const web::http::http_request& request) {
  const auto* context = dynamic_cast<const RequestContext*>(request._get_server_context());
  return context != nullptr ? context->target : request.request_uri().to_string();
}

std::string_view body(const web::http::http_request& request) {
  const auto stream = request.body();
  if (!stream.is_valid()) return {};
  std::uint8_t* bytes = nullptr;
  std::size_t size = 0;
  auto buffer = stream.streambuf();
  if (!buffer.acquire(bytes, size) || bytes == nullptr) return {};
  return {reinterpret_cast<const char*>(bytes), size};
}

}  // namespace toolhive::http
