// A request as a handler gets it: read to its end and checked.
#pragma once

#include "controller/http/headers.hpp"

#include <string>
#include <vector>

namespace toolhive::http {

struct Request {
  std::string method;
  // In origin form ("/a%2Fb?c=d") exactly as the client sent it: nothing decoded, so that a handler
  // can split the path first and decode the segments afterwards. The scheme and authority of an
  // absolute form are cut off; the authority is the Host field. The server has refused control
  // characters, broken escapes, NUL and dot segments (plain or escaped) with 400, so the path holds
  // none of them.
  std::string target;
  unsigned version = 11;  // HTTP/1.1; or 10
  Headers headers;        // trailer fields are not among them
  std::vector<unsigned char> body;
  std::string remote_address;  // of the client, without the port
};

}  // namespace toolhive::http
