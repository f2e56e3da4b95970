#include "controller/kube/object/json_scanner.hpp"

#include <bit>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <cstring>

namespace toolhive::kube {

namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_space(char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

// A set high bit in each byte of `word` that ends a run of plain characters: a quote, a backslash,
// a control character or the start of a multi-byte one. Exact up to and including the lowest such
// byte.
std::uint64_t special_bytes(std::uint64_t word) {
  constexpr std::uint64_t kOnes = 0x0101010101010101U;
  constexpr std::uint64_t kHighs = 0x8080808080808080U;
  const auto zero_bytes = [](std::uint64_t w) { return (w - kOnes) & ~w; };
  const std::uint64_t control = (word - kOnes * 0x20U) & ~word;
  return (control | zero_bytes(word ^ (kOnes * '"')) | zero_bytes(word ^ (kOnes * '\\')) | word) & kHighs;
}

unsigned hex_digit(char c) {
  if (is_digit(c)) return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A' + 10);
  return 16;
}

unsigned hex4(const char* p) {
  return hex_digit(p[0]) << 12 | hex_digit(p[1]) << 8 | hex_digit(p[2]) << 4 | hex_digit(p[3]);
}

void append_utf8(std::string& out, unsigned code_point) {
  const auto push = [&](unsigned byte) { out.push_back(static_cast<char>(byte)); };
  if (code_point < 0x80) {
    push(code_point);
  } else if (code_point < 0x800) {
    push(0xC0U | code_point >> 6);
    push(0x80U | (code_point & 0x3FU));
  } else if (code_point < 0x10000) {
    push(0xE0U | code_point >> 12);
    push(0x80U | (code_point >> 6 & 0x3FU));
    push(0x80U | (code_point & 0x3FU));
  } else {
    push(0xF0U | code_point >> 18);
    push(0x80U | (code_point >> 12 & 0x3FU));
    push(0x80U | (code_point >> 6 & 0x3FU));
    push(0x80U | (code_point & 0x3FU));
  }
}

}  // namespace

void JsonString::append_to(std::string& out) const {
  if (!escaped) {
    out.append(raw);
    return;
  }
  for (std::size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] != '\\') {
      out.push_back(raw[i]);
      continue;
    }
    switch (raw[++i]) {
      case 'b':
        out.push_back('\b');
        break;
      case 'f':
        out.push_back('\f');
        break;
      case 'n':
        out.push_back('\n');
        break;
      case 'r':
        out.push_back('\r');
        break;
      case 't':
        out.push_back('\t');
        break;
      case 'u': {
        unsigned unit = hex4(raw.data() + i + 1);
        i += 4;
        if (unit >= 0xD800 && unit < 0xDC00) {
          unit = 0x10000U + ((unit & 0x3FFU) << 10) + (hex4(raw.data() + i + 3) & 0x3FFU);
          i += 6;
        }
        append_utf8(out, unit);
        break;
      }
      default:  // a quote, a slash or a backslash, which stand for themselves
        out.push_back(raw[i]);
    }
  }
}

std::string JsonString::str() const {
  std::string out;
  append_to(out);
  return out;
}

bool JsonScanner::fail(const char* what) {
  if (error_ == nullptr) error_ = what;
  return false;
}

std::string JsonScanner::error() const {
  return std::string(error_ != nullptr ? error_ : "no error") + " at byte " + std::to_string(position());
}

char JsonScanner::peek() {
  while (next_ != end_ && is_space(*next_)) ++next_;
  return next_ != end_ ? *next_ : '\0';
}

bool JsonScanner::push(bool object) {
  if (depth_ == kMaxDepth) return fail("nested too deeply");
  const std::uint64_t bit = std::uint64_t{1} << (depth_ % 64);
  std::uint64_t& word = stack_[depth_ / 64];
  word = object ? word | bit : word & ~bit;
  ++depth_;
  return true;
}

bool JsonScanner::enter(char bracket) {
  if (!ok()) return false;
  if (peek() != bracket) return fail(bracket == '{' ? "expected an object" : "expected an array");
  if (!push(bracket == '{')) return false;
  ++next_;
  fresh_ = true;
  return true;
}

bool JsonScanner::next_item(char closing) {
  if (!ok()) return false;
  const char c = peek();
  if (c == closing) {
    ++next_;
    --depth_;
    fresh_ = false;
    return false;
  }
  if (fresh_) {
    fresh_ = false;
    return count_item();
  }
  if (c != ',') return fail("expected a comma or a closing bracket");
  ++next_;
  return count_item();
}

bool JsonScanner::count_item() {
  return ++values_ <= max_values_ || fail("more values than a document may have");
}

bool JsonScanner::next_member(JsonString& key) {
  if (!next_item('}') || !read_string(key)) return false;
  if (peek() != ':') return fail("expected a colon");
  ++next_;
  return true;
}

bool JsonScanner::next_element() {
  return next_item(']');
}

bool JsonScanner::read_string(JsonString& out) {
  if (!ok()) return false;
  if (peek() != '"') return fail("expected a string");
  const char* const start = ++next_;
  bool escaped = false;
  for (;;) {
    if constexpr (std::endian::native == std::endian::little) {
      while (end_ - next_ >= 8) {
        std::uint64_t word;
        std::memcpy(&word, next_, sizeof word);
        if (const std::uint64_t found = special_bytes(word)) {
          next_ += std::countr_zero(found) / 8;
          break;
        }
        next_ += 8;
      }
    }
    if (next_ == end_) return fail("a string that does not end");
    const char c = *next_;
    if (c == '"') {
      out = {{start, static_cast<std::size_t>(next_ - start)}, escaped};
      ++next_;
      return true;
    }
    if (c == '\\') {
      escaped = true;
      if (!read_escape()) return false;
    } else if (static_cast<unsigned char>(c) >= 0x80) {
      if (!read_utf8()) return false;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      return fail("a control character in a string");
    } else {
      ++next_;
    }
  }
}

bool JsonScanner::read_hex4(unsigned& unit) {
  if (end_ - next_ < 6 || next_[0] != '\\' || next_[1] != 'u') return fail("expected a \\u escape");
  unit = 0;
  for (int i = 2; i < 6; ++i) {
    const unsigned digit = hex_digit(next_[i]);
    if (digit > 15) return fail("a \\u escape without four hex digits");
    unit = unit << 4 | digit;
  }
  next_ += 6;
  return true;
}

bool JsonScanner::read_escape() {
  if (end_ - next_ < 2) return fail("a string that does not end");
  if (next_[1] != 'u') {
    if (std::memchr("\"\\/bfnrt", next_[1], 8) == nullptr) return fail("an unknown escape");
    next_ += 2;
    return true;
  }
  unsigned unit = 0;
  if (!read_hex4(unit)) return false;
  if (unit >= 0xDC00 && unit < 0xE000) return fail("a low surrogate without a high one");
  if (unit < 0xD800 || unit >= 0xDC00) return true;
  if (!read_hex4(unit)) return false;
  return (unit >= 0xDC00 && unit < 0xE000) || fail("a high surrogate without a low one");
}

// Unicode 15, table 3-7: well-formed byte sequences.
bool JsonScanner::read_utf8() {
  const auto byte = [this](int i) { return static_cast<unsigned char>(next_[i]); };
  const unsigned char lead = byte(0);
  const int length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || end_ - next_ < length) return fail("bytes that are not UTF-8");
  const unsigned char low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  const unsigned char high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  if (byte(1) < low || byte(1) > high) return fail("bytes that are not UTF-8");
  for (int i = 2; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) return fail("bytes that are not UTF-8");
  }
  next_ += length;
  return true;
}

bool JsonScanner::read_number() {
  const char* const start = next_;
  const auto digits = [this] {
    const char* const from = next_;
    while (next_ != end_ && is_digit(*next_)) ++next_;
    return next_ != from;
  };
  const auto at = [this](char c) { return next_ != end_ && *next_ == c; };
  if (at('-')) ++next_;
  if (at('0')) {
    ++next_;
  } else if (!digits()) {
    return fail("a number without digits");
  }
  if (at('.')) {
    ++next_;
    if (!digits()) return fail("a number without digits after its point");
  }
  bool exponent = false;
  if (at('e') || at('E')) {
    exponent = true;
    ++next_;
    if (at('+') || at('-')) ++next_;
    if (!digits()) return fail("a number without digits in its exponent");
  }
  // Below 300 digits and without an exponent nothing overflows a double.
  if ((exponent || next_ - start > 300) &&
      std::isinf(std::strtod(std::string(start, next_).c_str(), nullptr)))
    return fail("a number too large");
  return true;
}

bool JsonScanner::read_literal(std::string_view word) {
  if (static_cast<std::size_t>(end_ - next_) < word.size() ||
      std::memcmp(next_, word.data(), word.size()) != 0)
    return fail("expected a value");
  next_ += word.size();
  return true;
}

bool JsonScanner::read_int(std::int64_t& out) {
  if (!ok()) return false;
  peek();
  const char* const start = next_;
  if (!read_number()) return false;
  const auto [stop, code] = std::from_chars(start, next_, out);
  return (code == std::errc() && stop == next_) || fail("expected an integer of 64 bits");
}

bool JsonScanner::read_bool(bool& out) {
  if (!ok()) return false;
  const char c = peek();
  if (c != 't' && c != 'f') return fail("expected true or false");
  out = c == 't';
  return read_literal(out ? "true" : "false");
}

bool JsonScanner::skip_null() {
  return ok() && peek() == 'n' && read_literal("null");
}

bool JsonScanner::read_scalar() {
  JsonString ignored;
  switch (peek()) {
    case '"':
      return read_string(ignored);
    case 't':
      return read_literal("true");
    case 'f':
      return read_literal("false");
    case 'n':
      return read_literal("null");
    case '\0':
      return fail("expected a value");
    default:
      return read_number();
  }
}

bool JsonScanner::skip_value() {
  if (!ok()) return false;
  const std::size_t outer = depth_;
  do {
    const char c = peek();
    if (c == '{' || c == '[') {
      if (!push(c == '{')) return false;
      ++next_;
      fresh_ = true;
    } else if (!read_scalar()) {
      return false;
    }
    // A value was read or a container opened: go on to where the next value starts, closing what
    // ends here.
    while (depth_ > outer) {
      JsonString ignored;
      if (in_object() ? next_member(ignored) : next_element()) break;
      if (!ok()) return false;
    }
  } while (depth_ > outer);
  fresh_ = false;
  return true;
}

bool JsonScanner::finish() {
  if (!ok()) return false;
  peek();
  return next_ == end_ || fail("bytes after the end");
}

}  // namespace toolhive::kube
