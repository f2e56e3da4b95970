#include "controller/kube/object/quantity.hpp"

#include <array>
#include <cmath>
#include <cstdlib>
#include <string>

namespace toolhive::kube {

namespace {

// A suffix stands for times / over. Dividing once, rather than multiplying by a rounded fraction,
// makes "500m" the same number as "0.5".
struct Scale {
  std::string_view suffix;
  long double times = 1;
  long double over = 1;
};

constexpr long double kKi = 1024;
constexpr std::array<Scale, 16> kScales = {{
    {""},
    {"n", 1, 1e9L},
    {"u", 1, 1e6L},
    {"m", 1, 1e3L},
    {"k", 1e3L},
    {"M", 1e6L},
    {"G", 1e9L},
    {"T", 1e12L},
    {"P", 1e15L},
    {"E", 1e18L},
    {"Ki", kKi},
    {"Mi", kKi* kKi},
    {"Gi", kKi* kKi* kKi},
    {"Ti", kKi* kKi* kKi* kKi},
    {"Pi", kKi* kKi* kKi* kKi* kKi},
    {"Ei", kKi* kKi* kKi* kKi* kKi* kKi},
}};

std::optional<Scale> scale_of(std::string_view suffix) {
  for (const Scale& scale : kScales)
    if (scale.suffix == suffix) return scale;
  // An exponent: e3, E-2.
  if (suffix.size() < 2 || (suffix[0] != 'e' && suffix[0] != 'E')) return std::nullopt;
  const std::string digits(suffix.substr(1));
  char* end = nullptr;
  const long exponent = std::strtol(digits.c_str(), &end, 10);
  if (*end != '\0' || exponent < -18 || exponent > 18) return std::nullopt;
  const long double power = std::pow(10.0L, static_cast<long double>(std::labs(exponent)));
  return exponent < 0 ? Scale{suffix, 1, power} : Scale{suffix, power, 1};
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
  const std::optional<Scale> scale = scale_of(text.substr(length));
  if (!scale) return std::nullopt;
  return std::strtold(std::string(text.substr(0, length)).c_str(), nullptr) * scale->times / scale->over;
}

}  // namespace toolhive::kube
