// What a FakeApi answers.
#pragma once

#include <string>

#include "controller/base/json.hpp"
#include "controller/base/status.hpp"
#include "controller/kube/client/client.hpp"

namespace toolhive::testing {

using FakeReply = StatusOr<kube::HttpResponse>;

FakeReply fake_reply(int status, const Json& body);
Status fake_error(int status, Code code, const std::string& message);

// The text at a JSON pointer; empty when there is none.
std::string text_at(const Json& document, const char* pointer);

}  // namespace toolhive::testing
