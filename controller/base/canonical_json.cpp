#include "controller/base/canonical_json.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <vector>

namespace toolhive {

namespace {

// Shortest digits that read back as the same double, printed as ECMAScript's Number::toString does.
void append_number(std::string& out, double value) {
  if (value == 0) {
    out += '0';  // Negative zero too.
    return;
  }
  char buffer[32];
  auto end =
      std::to_chars(buffer, buffer + sizeof buffer, std::abs(value), std::chars_format::scientific).ptr;
  std::string_view text(buffer, static_cast<std::size_t>(end - buffer));
  const auto e = text.find('e');
  std::string digits(text.substr(0, 1));
  if (e > 2) digits += text.substr(2, e - 2);
  int exponent = 0;
  const char* first = text.data() + e + 1;
  if (*first == '+') ++first;
  std::from_chars(first, end, exponent);

  if (value < 0) out += '-';
  const int count = static_cast<int>(digits.size());
  const int point = exponent + 1;  // Where the decimal point stands, counted from the first digit.
  if (count <= point && point <= 21) {
    out += digits;
    out.append(static_cast<std::size_t>(point - count), '0');
  } else if (0 < point && point <= 21) {
    out.append(digits, 0, static_cast<std::size_t>(point));
    out += '.';
    out.append(digits, static_cast<std::size_t>(point));
  } else if (-6 < point && point <= 0) {
    out += "0.";
    out.append(static_cast<std::size_t>(-point), '0');
    out += digits;
  } else {
    out += digits[0];
    if (count > 1) {
      out += '.';
      out.append(digits, 1);
    }
    out += exponent < 0 ? "e-" : "e+";
    out += std::to_string(std::abs(exponent));
  }
}

// Compares valid UTF-8 as its UTF-16 code units compare. The two orders differ only where a
// surrogate (U+10000 and above, lead byte 0xF0 or more) meets U+E000..U+FFFF (lead byte 0xEE or
// 0xEF), which sorts after it.
bool utf16_less(std::string_view a, std::string_view b) {
  const auto [x, y] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  if (x == a.end() || y == b.end()) return x == a.end() && y != b.end();
  const auto p = static_cast<unsigned char>(*x);
  const auto q = static_cast<unsigned char>(*y);
  if (p >= 0xF0 && (q == 0xEE || q == 0xEF)) return true;
  if (q >= 0xF0 && (p == 0xEE || p == 0xEF)) return false;
  return p < q;
}

void append_escape(std::string& out, char c) {
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\b':
      out += "\\b";
      return;
    case '\f':
      out += "\\f";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      constexpr char kHex[] = "0123456789abcdef";
      out += "\\u00";
      out += kHex[(c >> 4) & 0xF];
      out += kHex[c & 0xF];
  }
}

template <class Value>
void append_canonical(std::string& out, const Value& value) {
  switch (value.type()) {
    case Value::value_t::object: {
      std::vector<const typename Value::object_t::value_type*> members;
      members.reserve(value.size());
      for (const auto& member : value.template get_ref<const typename Value::object_t&>())
        members.push_back(&member);
      std::sort(members.begin(), members.end(),
                [](auto* a, auto* b) { return utf16_less(a->first, b->first); });
      out += '{';
      for (const auto* member : members) {
        if (member != members.front()) out += ',';
        append_json_string(out, member->first);
        out += ':';
        append_canonical(out, member->second);
      }
      out += '}';
      return;
    }
    case Value::value_t::array: {
      out += '[';
      bool first = true;
      for (const auto& item : value) {
        if (!first) out += ',';
        first = false;
        append_canonical(out, item);
      }
      out += ']';
      return;
    }
    case Value::value_t::string:
      return append_json_string(out, value.template get_ref<const std::string&>());
    case Value::value_t::boolean:
      out += value.template get<bool>() ? "true" : "false";
      return;
    case Value::value_t::number_integer:
    case Value::value_t::number_unsigned:
    case Value::value_t::number_float:
      return append_number(out, value.template get<double>());
    default:
      out += "null";
  }
}

template <class Value>
std::string to_canonical(const Value& value) {
  std::string out;
  append_canonical(out, value);
  return out;
}

}  // namespace

std::string canonical_json(const nlohmann::json& value) {
  return to_canonical(value);
}

std::string canonical_json(const nlohmann::ordered_json& value) {
  return to_canonical(value);
}

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  std::size_t begin = 0;  // Of what is not yet appended and needs no escape.
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto c = static_cast<unsigned char>(text[at]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    out += text.substr(begin, at - begin);
    append_escape(out, text[at]);
    begin = at + 1;
  }
  out += text.substr(begin);
  out += '"';
}

}  // namespace toolhive
