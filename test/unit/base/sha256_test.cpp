#include "controller/base/sha256.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace toolhive;

TEST_CASE("SHA-256 of abc is what FIPS 180-4 says") {
  CHECK(to_hex(sha256("abc")) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  Sha256 digest;
  CHECK(from_hex(to_hex(sha256("abc")), digest));
  CHECK(digest == sha256("abc"));
  CHECK_FALSE(from_hex(std::string(64, 'G'), digest));
}
