// SHA-256, as FIPS 180-4 defines it, and its digests in hexadecimal.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

struct evp_md_ctx_st;

namespace toolhive {

using Sha256 = std::array<std::uint8_t, 32>;

// Of `bytes`. Throws std::runtime_error when OpenSSL offers no SHA-256.
Sha256 sha256(std::string_view bytes);

// The same of bytes that come in pieces. Not thread safe.
class Sha256Stream {
 public:
  Sha256Stream();
  ~Sha256Stream();
  Sha256Stream(const Sha256Stream&) = delete;
  Sha256Stream& operator=(const Sha256Stream&) = delete;

  void add(std::string_view bytes);
  // Ends the stream. Once.
  Sha256 finish();

 private:
  evp_md_ctx_st* const context_;
};

// The first `bytes` bytes of a digest as lower-case hexadecimal digits.
std::string to_hex(const Sha256& digest, std::size_t bytes = 32);

// The digest of `bytes` in lower-case hexadecimal digits.
std::string sha256_hex(std::string_view bytes);

// Reads 64 lower-case hexadecimal digits; false when `text` is anything else.
bool from_hex(std::string_view text, Sha256& digest);

}  // namespace toolhive
