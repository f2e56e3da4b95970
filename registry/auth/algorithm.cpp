#include "registry/auth/algorithm.hpp"

#include <algorithm>
#include <array>

namespace toolhive::registry::auth {
namespace {

// In the order of Algorithm.
constexpr std::array<std::string_view, 9> kAlgorithms = {"RS256", "RS384", "RS512", "PS256", "PS384",
                                                         "PS512", "ES256", "ES384", "EdDSA"};

}  // namespace

std::optional<Algorithm> parse_algorithm(std::string_view name) {
  if (name == "Ed25519") return Algorithm::EdDSA;
  const auto it = std::find(kAlgorithms.begin(), kAlgorithms.end(), name);
  if (it == kAlgorithms.end()) return std::nullopt;
  return static_cast<Algorithm>(it - kAlgorithms.begin());
}

std::string_view name_of(Algorithm algorithm) {
  return kAlgorithms[static_cast<std::size_t>(algorithm)];
}

}  // namespace toolhive::registry::auth
