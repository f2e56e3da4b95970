#include "controller/base/base64.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace toolhive;

TEST_CASE("base64url has one form for each value, without padding") {
  CHECK(decode_base64url("") == "");
  CHECK(decode_base64url("AA") == std::string(1, '\0'));
  CHECK(decode_base64url("-_8") == "\xFB\xFF");
  CHECK(encode_base64url("").empty());
  CHECK(encode_base64url(std::string(1, '\0')) == "AA");
  CHECK(encode_base64url("\xFB\xFF") == "-_8");
  for (const char* bad : {"A", "AB", "AAB", "AA==", "A+", "A/8", "A A", "AAAAA"})
    CHECK_FALSE(decode_base64url(bad));
  for (std::size_t size = 0; size < 70; ++size) {
    std::string bytes;
    for (std::size_t i = 0; i < size; ++i) bytes += static_cast<char>(i * 37 + size);
    CHECK(decode_base64url(encode_base64url(bytes)) == bytes);
  }
}

TEST_CASE("base64 is padded to whole groups of four") {
  CHECK(encode_base64("").empty());
  CHECK(encode_base64("f") == "Zg==");
  CHECK(encode_base64("fo") == "Zm8=");
  CHECK(encode_base64("foo") == "Zm9v");
  CHECK(encode_base64("\xFB\xFF") == "+/8=");
  CHECK(decode_base64(encode_base64("fo")) == "fo");
}
