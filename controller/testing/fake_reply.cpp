#include "controller/testing/fake_reply.hpp"

#include <nlohmann/json.hpp>

namespace toolhive::testing {

FakeReply fake_reply(int status, const Json& body) {
  kube::HttpResponse response;
  response.status = status;
  response.body = body.dump();
  return response;
}

Status fake_error(int status, Code code, const std::string& message) {
  return Status(code, message).with_http_status(status);
}

std::string text_at(const Json& document, const char* pointer) {
  const Json::json_pointer at(pointer);
  return document.contains(at) && document.at(at).is_string() ? document.at(at).get<std::string>()
                                                              : std::string();
}

}  // namespace toolhive::testing
