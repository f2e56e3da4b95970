#include "controller/mcp/http/address_policy.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace toolhive::mcp {

namespace {

// What nobody outside a machine, its link or its cloud's host has to be reached at (RFC 6890 and
// what clouds document).
constexpr std::pair<const char*, const char*> kSpecial[] = {
    {"0.0.0.0/8", "is unspecified"},
    {"127.0.0.0/8", "is a loopback address"},
    {"169.254.0.0/16", "is link-local"},
    {"224.0.0.0/4", "is a multicast address"},
    {"240.0.0.0/4", "is reserved"},
    {"::1/128", "is a loopback address"},
    {"::/96", "is unspecified"},
    {"fe80::/10", "is link-local"},
    {"ff00::/8", "is a multicast address"},
    {"100.100.100.200/32", "is the metadata service of a cloud"},
    {"168.63.129.16/32", "is the metadata service of a cloud"},
    {"192.0.0.192/32", "is the metadata service of a cloud"},
    {"fd00:ec2::254/128", "is the metadata service of a cloud"},
};

constexpr std::array<std::uint8_t, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
constexpr std::array<std::uint8_t, 12> kNat64 = {0, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0};

}  // namespace

bool AddressPolicy::Block::holds(const Bytes& address) const {
  for (int bit = 0; bit < bits; bit += 8) {
    const auto at = static_cast<std::size_t>(bit / 8);
    const int rest = std::min(bits - bit, 8);
    const auto mask = static_cast<std::uint8_t>(0xFF << (8 - rest));
    if (((bytes[at] ^ address[at]) & mask) != 0) return false;
  }
  return true;
}

bool AddressPolicy::read_address(std::string_view text, Bytes& bytes) {
  const std::string plain(text.substr(0, text.find('%')));  // a zone is no part of the address
  if (inet_pton(AF_INET6, plain.c_str(), bytes.data()) == 1) return true;
  std::copy(kMapped.begin(), kMapped.end(), bytes.begin());
  return inet_pton(AF_INET, plain.c_str(), bytes.data() + kMapped.size()) == 1;
}

StatusOr<AddressPolicy::Block> AddressPolicy::read_block(const std::string& text, std::string why) {
  const std::size_t slash = std::min(text.find('/'), text.size());
  const std::string_view address = std::string_view(text).substr(0, slash);
  const int width = address.find(':') == std::string_view::npos ? 32 : 128;
  int bits = width;
  const char* const end = text.data() + text.size();
  const bool whole = slash == text.size();
  const auto [stop, error] = std::from_chars(std::min(text.data() + slash + 1, end), end, bits);
  Block block{{}, 128 - width, std::move(why)};
  if (!read_address(address, block.bytes) || (!whole && (error != std::errc() || stop != end)) || bits < 0 ||
      bits > width)
    return Status(Code::Invalid, "\"" + text + "\" is no block of addresses such as 10.0.0.0/8");
  block.bits += bits;
  return block;
}

StatusOr<std::vector<AddressPolicy::Block>> AddressPolicy::read_blocks(const std::vector<std::string>& texts,
                                                                       const char* why) {
  std::vector<Block> blocks;
  for (const std::string& text : texts) {
    StatusOr<Block> block = read_block(text, why);
    if (!block.ok()) return block.status();
    blocks.push_back(*std::move(block));
  }
  return blocks;
}

StatusOr<AddressPolicy> AddressPolicy::make(const AddressRules& rules) {
  StatusOr<std::vector<Block>> allowed = read_blocks(rules.allowed, "is allowed");
  if (!allowed.ok()) return allowed.status();
  StatusOr<std::vector<Block>> denied = read_blocks(rules.denied, "is denied by configuration");
  if (!denied.ok()) return denied.status();
  AddressPolicy policy;
  policy.allowed_ = *std::move(allowed);
  policy.denied_ = *std::move(denied);
  for (const auto& [text, why] : kSpecial) policy.special_.push_back(*read_block(text, why));
  return policy;
}

const AddressPolicy::Block* AddressPolicy::find(const std::vector<Block>& blocks, const Bytes& address) {
  const auto found =
      std::find_if(blocks.begin(), blocks.end(), [&](const Block& block) { return block.holds(address); });
  return found == blocks.end() ? nullptr : &*found;
}

// The address itself, and the IPv4 address to which a translator or a tunnel would take it.
std::vector<AddressPolicy::Bytes> AddressPolicy::meanings(const Bytes& address) {
  std::vector<Bytes> all{address};
  std::size_t inner = 0;
  if (std::equal(kNat64.begin(), kNat64.end(), address.begin())) inner = 12;  // RFC 6052
  if (address[0] == 0x20 && address[1] == 0x02) inner = 2;                    // 6to4, RFC 3056
  if (inner == 0) return all;
  Bytes mapped{};
  std::copy(kMapped.begin(), kMapped.end(), mapped.begin());
  std::copy_n(address.begin() + inner, 4, mapped.begin() + kMapped.size());
  all.push_back(mapped);
  return all;
}

Status AddressPolicy::judge(const Bytes& address) const {
  const Block* against = find(denied_, address);
  if (against == nullptr && find(allowed_, address) == nullptr) against = find(special_, address);
  return against == nullptr ? Status() : Status(Code::Forbidden, against->why);
}

Status AddressPolicy::check(std::string_view address) const {
  Bytes bytes{};
  if (!read_address(address, bytes)) return {Code::Invalid, "\"" + std::string(address) + "\" is no address"};
  for (const Bytes& meaning : meanings(bytes)) {
    if (const Status judged = judge(meaning); !judged.ok())
      return {Code::Forbidden, "its address " + std::string(address) + " " + judged.message() +
                                   "; connections to it are not made"};
  }
  return {};
}

}  // namespace toolhive::mcp
