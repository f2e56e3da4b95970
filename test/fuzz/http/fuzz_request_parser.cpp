// However the bytes of a request are cut into pieces, the parser comes to the same result.
#include "controller/http/request_parser.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "test/fuzz/require.hpp"

using namespace toolhive;

using toolhive::fuzz::require;

namespace {

using http::RequestParser;
using Status = RequestParser::Status;

struct Outcome {
  Status status = Status::NeedMore;
  http::Request request;
  bool keep_alive = false;
  std::size_t used = 0;
};

Outcome parse(std::string_view bytes, std::size_t piece) {
  static const http::Limits limits;
  RequestParser parser(limits);
  Outcome outcome;
  std::string held;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    held += bytes.substr(at, piece);
    std::string_view rest = held;
    outcome.status = parser.feed(rest);
    if (outcome.status == Status::HeaderDone) {
      parser.set_body_limit(1000);
      outcome.status = parser.feed(rest);
    }
    outcome.used += held.size() - rest.size();
    held = rest;
    if (outcome.status != Status::NeedMore) break;
  }
  outcome.keep_alive = parser.keep_alive();
  outcome.request = std::move(parser.request());
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t piece = 1 + data[0] % 16;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const Outcome whole = parse(bytes, std::max<std::size_t>(1, bytes.size()));
  const Outcome pieces = parse(bytes, piece);
  require(whole.status == pieces.status);
  if (whole.status != Status::Done) return 0;
  require(whole.used == pieces.used);
  require(whole.request.method == pieces.request.method && whole.request.target == pieces.request.target);
  require(whole.request.body == pieces.request.body && whole.request.body.size() <= 1000);
  require(whole.keep_alive == pieces.keep_alive);
  require(std::equal(whole.request.headers.begin(), whole.request.headers.end(),
                     pieces.request.headers.begin(), pieces.request.headers.end()));
  return 0;
}
