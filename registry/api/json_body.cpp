#include "registry/api/json_body.hpp"

#include "registry/model/text.hpp"

namespace toolhive::registry {

Result<void> check_json_body(const Request& request) {
  const auto type = std::string_view(request.content_type).substr(0, request.content_type.find(';'));
  if (to_lower(trim(type)) == kJson) return {};
  return Error{Code::MediaType, "must be application/json", "Content-Type"};
}

}  // namespace toolhive::registry
