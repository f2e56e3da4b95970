// Whatever a client sends, the server answers with HTTP or not at all, lets the connection go and
// goes on.
#include "test/unit/http/client.hpp"
#include "test/unit/http_listener/test_server.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

using namespace toolhive;

namespace {

http_test::TestServer& server() {
  static auto* const instance = [] {
    http::Options options;
    options.limits.body_bytes = 1000;
    options.limits.header_bytes = 1000;
    options.timeouts.header = options.timeouts.body = options.timeouts.idle = std::chrono::milliseconds(500);
    return new http_test::TestServer(options);
  }();
  return *instance;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  http_test::Client client(server().port());
  // In two pieces, so that a read can end anywhere.
  const std::size_t cut = size == 0 ? 0 : data[size - 1] % (size + 1);
  client.send(bytes.substr(0, cut));
  client.send(bytes.substr(cut));
  client.finish_sending();
  const std::string answer = client.read_to_end();
  if (!answer.empty() && answer.rfind("HTTP/1.1 ", 0) != 0) std::abort();
  static unsigned round = 0;
  if (++round % 1000 == 0) {
    if (http_test::status_for(server().port(), "GET / HTTP/1.1\r\nHost: a\r\n\r\n") != 200) std::abort();
    if (!http_test::eventually([] { return server().server().stats().requests_in_flight == 0; }))
      std::abort();
  }
  return 0;
}
