#include "controller/kube/object/json_skimmer.hpp"

#include <cstddef>
#include <cstring>

#include "controller/kube/object/json_scanner.hpp"

namespace toolhive::kube {

std::string JsonSkimmer::error() const {
  return std::string(error_ != nullptr ? error_ : "no error") + " at byte " + std::to_string(next_ - begin_);
}

bool JsonSkimmer::fail(const char* what) {
  if (error_ == nullptr) error_ = what;
  return false;
}

char JsonSkimmer::peek() {
  while (next_ != end_ && (*next_ == ' ' || *next_ == '\n' || *next_ == '\r' || *next_ == '\t')) ++next_;
  return next_ != end_ ? *next_ : '\0';
}

bool JsonSkimmer::enter(char bracket) {
  if (!ok()) return false;
  if (peek() != bracket) return fail(bracket == '{' ? "expected an object" : "expected an array");
  ++next_;
  fresh_ = true;
  return true;
}

bool JsonSkimmer::next_item(char closing) {
  if (!ok()) return false;
  const char c = peek();
  if (c == closing) {
    ++next_;
    return false;
  }
  if (fresh_) {
    fresh_ = false;
    return true;
  }
  if (c != ',') return fail("expected a comma or a closing bracket");
  ++next_;
  return true;
}

bool JsonSkimmer::next_member(std::string_view& key, std::string_view& value) {
  if (!next_item('}')) return false;
  if (peek() != '"') return fail("expected a string");
  const char* const start = next_ + 1;
  if (!pass_string()) return false;
  key = {start, static_cast<std::size_t>(next_ - 1 - start)};
  if (peek() != ':') return fail("expected a colon");
  ++next_;
  return pass_value(value);
}

bool JsonSkimmer::next_element(std::string_view& value) {
  return next_item(']') && pass_value(value);
}

// A quote ends the string unless an odd number of backslashes stands before it.
bool JsonSkimmer::pass_string() {
  ++next_;
  for (;;) {
    const void* const found = std::memchr(next_, '"', static_cast<std::size_t>(end_ - next_));
    if (found == nullptr) return fail("a string that does not end");
    const char* const quote = static_cast<const char*>(found);
    const char* run = quote;
    while (run != next_ && run[-1] == '\\') --run;
    next_ = quote + 1;
    if ((quote - run) % 2 == 0) return true;
  }
}

bool JsonSkimmer::pass_container() {
  std::size_t depth = 0;
  while (next_ != end_) {
    const char c = *next_;
    if (c == '"') {
      if (!pass_string()) return false;
      continue;
    }
    ++next_;
    if (c == '{' || c == '[') ++depth;
    if ((c == '}' || c == ']') && --depth == 0) return true;
  }
  return fail("a bracket that is not closed");
}

bool JsonSkimmer::pass_value(std::string_view& value) {
  const char first = peek();
  const char* const start = next_;
  if (first == '{' || first == '[') {
    if (!pass_container()) return false;
  } else if (first == '"') {
    if (!pass_string()) return false;
  } else {
    while (next_ != end_ && std::string_view(",:{}[]\" \n\r\t").find(*next_) == std::string_view::npos)
      ++next_;
  }
  value = {start, static_cast<std::size_t>(next_ - start)};
  return !value.empty() || fail("expected a value");
}

bool JsonSkimmer::finish() {
  if (!ok()) return false;
  peek();
  return next_ == end_ || fail("bytes after the end");
}

std::string string_value(std::string_view value) {
  JsonScanner scanner(value);
  JsonString text;
  return scanner.read_string(text) && scanner.finish() ? text.str() : std::string();
}

}  // namespace toolhive::kube
