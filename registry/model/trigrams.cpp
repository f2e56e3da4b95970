#include "registry/model/trigrams.hpp"

#include <algorithm>
#include <bit>

namespace toolhive::registry {
namespace {

constexpr std::size_t kLargestFilter = 4096;

std::uint32_t byte_at(std::string_view text, std::size_t at) {
  return static_cast<unsigned char>(text[at]);
}

// Multiplicative: the upper bits are the good ones.
std::uint32_t hash_at(std::string_view text, std::size_t at) {
  return (byte_at(text, at) | byte_at(text, at + 1) << 8 | byte_at(text, at + 2) << 16) * 0x9E3779B1U;
}

// How far a hash is to be shifted to be the number of a bit. Sizes of filters are powers of two.
int shift_for(std::size_t filter_size) {
  return 32 - (std::bit_width(filter_size) - 1) - 3;
}

}  // namespace

std::size_t trigram_filter_size(std::size_t text_size) {
  return std::clamp<std::size_t>(std::bit_ceil(text_size) / 4, 8, kLargestFilter);
}

void append_trigram_filter(std::string& out, std::string_view text) {
  const auto begin = out.size();
  const auto size = trigram_filter_size(text.size());
  const auto shift = shift_for(size);
  out.append(size, '\0');
  for (std::size_t i = 0; i + 2 < text.size(); ++i) {
    const auto bit = hash_at(text, i) >> shift;
    out[begin + bit / 8] = static_cast<char>(out[begin + bit / 8] | 1 << bit % 8);
  }
}

void Trigrams::add(std::string_view part) {
  for (std::size_t i = 0; i + 2 < part.size(); ++i) hashes_.push_back(hash_at(part, i));
}

bool Trigrams::may_be_in(std::string_view filter) const {
  const auto shift = shift_for(filter.size());
  return std::all_of(hashes_.begin(), hashes_.end(), [&](std::uint32_t hash) {
    const auto bit = hash >> shift;
    return (byte_at(filter, bit / 8) >> bit % 8 & 1) != 0;
  });
}

}  // namespace toolhive::registry
