#include "registry/api/encoding.hpp"

#include <doctest/doctest.h>
#include <zlib.h>

#include "service_fixture.hpp"

using namespace toolhive::registry;
using namespace toolhive::registry::test;

namespace {

std::string gunzip(const std::string& bytes) {
  std::string out(1 << 20, '\0');
  z_stream stream{};
  REQUIRE(inflateInit2(&stream, 15 + 16) == Z_OK);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  CHECK(inflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  inflateEnd(&stream);
  return out;
}

}  // namespace

TEST_CASE("gzip is taken when it is named or meant by *, and not with a weight of zero") {
  for (const char* header :
       {"gzip", "GZIP", "br, gzip;q=0.5", "x-gzip", "*", "deflate , *;q=0.1", "gzip;q=1"}) {
    CAPTURE(header);
    CHECK(accepts_gzip(header));
  }
  for (const char* header : {"", "br", "gzip;q=0", "gzip; q=0.000, *", "identity, *;q=0", "gzipped"}) {
    CAPTURE(header);
    CHECK_FALSE(accepts_gzip(header));
  }
}

TEST_CASE(
    "a large response is compressed, with an entity tag of its own that conditions take for the other") {
  Service service;
  const std::string text(5000, 'x');
  service.post(R"({"name":"a","description":")" + text + R"(","inputSchema":{"type":"object"}})");
  Request request;
  request.method = "GET";
  request.target = "/api/v1/tools/a";
  const auto plain = service.send(request);
  request.accept_encoding = "gzip";
  const auto small = service.send(request);
  CHECK(small.header("Content-Encoding") == "gzip");
  CHECK(small.header("Vary") == "Accept-Encoding");
  CHECK(plain.header("Vary") == "Accept-Encoding");
  CHECK(plain.header("Content-Encoding").empty());
  CHECK(small.body->size() < plain.body->size() / 4);
  CHECK(gunzip(*small.body) == *plain.body);

  const std::string tag(small.header("ETag"));
  CHECK(tag != plain.header("ETag"));
  request.if_none_match = tag;
  CHECK(service.send(request).status == 304);
  CHECK(service.get("/api/v1/tools/a", tag).status == 304);
  CHECK(service.write("DELETE", "/api/v1/tools/a", "", tag).status == 204);
  // Not worth it.
  request.if_none_match.clear();
  CHECK(service.send(request).header("Content-Encoding").empty());
}
