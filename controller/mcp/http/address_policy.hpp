// AddressPolicy: to which addresses a connection may be made, whatever name led to them.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "controller/base/status.hpp"

namespace toolhive::mcp {

// Blocks in CIDR notation ("10.96.0.1", "10.0.0.0/8", "fd00::/8"). What is denied stays so where it
// is allowed as well.
struct AddressRules {
  std::vector<std::string> allowed;  // besides what is allowed anyway
  std::vector<std::string> denied;   // the API server's own, for example
};

// Without rules it allows all but loopback, link-local, unspecified, multicast and reserved
// addresses (RFC 6890) and those of the metadata services of clouds: what a URL of a stranger must
// not reach. An IPv6 address that stands for an IPv4 one (mapped, NAT64, 6to4) is judged as both.
// Immutable, so thread-safe.
class AddressPolicy {
 public:
  // Invalid names the block that cannot be read.
  static StatusOr<AddressPolicy> make(const AddressRules& rules);

  // `address` as inet_ntop() writes it. Forbidden says which rule forbids it; Invalid when it is no
  // address.
  Status check(std::string_view address) const;

 private:
  using Bytes = std::array<std::uint8_t, 16>;  // IPv4 as RFC 4291, section 2.5.5.2 maps it
  struct Block {
    Bytes bytes;
    int bits;
    std::string why;
    bool holds(const Bytes& address) const;
  };

  static bool read_address(std::string_view text, Bytes& bytes);
  static StatusOr<Block> read_block(const std::string& text, std::string why);
  static StatusOr<std::vector<Block>> read_blocks(const std::vector<std::string>& texts, const char* why);
  static const Block* find(const std::vector<Block>& blocks, const Bytes& address);
  static std::vector<Bytes> meanings(const Bytes& address);
  Status judge(const Bytes& address) const;

  std::vector<Block> allowed_;
  std::vector<Block> denied_;
  std::vector<Block> special_;
};

}  // namespace toolhive::mcp
