#include "controller/operator/quantity.hpp"

#include <array>
#include <cmath>
#include <cstdlib>
#include <string>
#include <utility>

namespace toolhive {

namespace {

constexpr long double kKi = 1024.0L;

std::optional<long double> factor(std::string_view suffix) {
  static const std::array<std::pair<std::string_view, long double>, 16> kFactors = {{
      {"", 1.0L},
      {"n", 1e-9L},
      {"u", 1e-6L},
      {"m", 1e-3L},
      {"k", 1e3L},
      {"M", 1e6L},
      {"G", 1e9L},
      {"T", 1e12L},
      {"P", 1e15L},
      {"E", 1e18L},
      {"Ki", kKi},
      {"Mi", kKi * kKi},
      {"Gi", kKi * kKi * kKi},
      {"Ti", kKi * kKi * kKi * kKi},
      {"Pi", kKi * kKi * kKi * kKi * kKi},
      {"Ei", kKi * kKi * kKi * kKi * kKi * kKi},
  }};
  for (const auto& [name, value] : kFactors)
    if (name == suffix) return value;
  // An exponent: e3, E-2.
  if (suffix.size() < 2 || (suffix[0] != 'e' && suffix[0] != 'E')) return std::nullopt;
  const std::string digits(suffix.substr(1));
  char* end = nullptr;
  const long exponent = std::strtol(digits.c_str(), &end, 10);
  if (*end != '\0' || exponent < -18 || exponent > 18) return std::nullopt;
  return std::pow(10.0L, static_cast<long double>(exponent));
}

}  // namespace

std::optional<long double> parse_quantity(std::string_view text) {
  std::size_t length = 0;
  bool digit = false;
  bool point = false;
  for (; length < text.size(); ++length) {
    const char c = text[length];
    if (c >= '0' && c <= '9') {
      digit = true;
    } else if (c == '.' && !point) {
      point = true;
    } else if (!((c == '+' || c == '-') && length == 0)) {
      break;
    }
  }
  if (!digit) return std::nullopt;
  const std::optional<long double> scale = factor(text.substr(length));
  if (!scale) return std::nullopt;
  return std::strtold(std::string(text.substr(0, length)).c_str(), nullptr) * *scale;
}

}  // namespace toolhive
