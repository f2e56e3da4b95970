// JsonScanner: reads JSON text in one pass without building a document. Internal to the library.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace toolhive::kube {

// A JSON string where it stands in the text, without its quotes.
struct JsonString {
  std::string_view raw;
  bool escaped = false;  // holds backslash escapes

  // Appends what the string means. `raw` must have been accepted by a scanner.
  void append_to(std::string& out) const;
  std::string str() const;
  bool operator==(std::string_view text) const { return escaped ? str() == text : raw == text; }
};

// Accepts exactly RFC 8259 in well-formed UTF-8, with paired surrogates and numbers that fit a
// double, nested at most kMaxDepth deep and with at most kMaxValues members and elements: what the
// document parser accepts, so that a text which passed here decodes later, into a document of a
// bounded size.
//
// Every member returns false after an error, and error() says what and where. Not thread-safe; the
// text must outlive the scanner.
class JsonScanner {
 public:
  static constexpr std::size_t kMaxDepth = 1000;
  // In a document each costs some 100 bytes, however short it is in the text; the largest CRDs have
  // some 25,000.
  static constexpr std::size_t kMaxValues = 50'000;

  // Who builds no document may take more values than that: each takes at least two bytes of text.
  explicit JsonScanner(std::string_view text, std::size_t max_values = kMaxValues)
      : begin_(text.data()), next_(begin_), end_(begin_ + text.size()), max_values_(max_values) {}

  // The first byte of the next token, or 0 at the end.
  char peek();
  // The members of an object: if (s.enter_object()) while (s.next_member(key)) { ...read one
  // value... }
  bool enter_object() { return enter('{'); }
  bool next_member(JsonString& key);
  // The elements of an array, alike.
  bool enter_array() { return enter('['); }
  bool next_element();

  bool read_string(JsonString& out);
  // A number that is an integer of 64 bits.
  bool read_int(std::int64_t& out);
  bool read_bool(bool& out);
  // Consumes a null if it is next.
  bool skip_null();
  // Any value, checked to its end.
  bool skip_value();
  // Nothing but white space is left.
  bool finish();

  bool ok() const { return error_ == nullptr; }
  bool fail(const char* what);
  std::string error() const;
  // The offset of the next unread byte.
  std::size_t position() const { return static_cast<std::size_t>(next_ - begin_); }

 private:
  bool enter(char bracket);
  bool push(bool object);
  bool in_object() const { return (stack_[(depth_ - 1) / 64] >> ((depth_ - 1) % 64) & 1U) != 0; }
  // After an element: steps over a comma or the closing bracket, which it reports by returning
  // false.
  bool next_item(char closing);
  bool count_item();
  bool read_scalar();
  bool read_escape();
  bool read_hex4(unsigned& unit);
  bool read_utf8();
  bool read_number();
  bool read_literal(std::string_view word);

  const char* begin_;
  const char* next_;
  const char* end_;
  const std::size_t max_values_;
  const char* error_ = nullptr;
  bool fresh_ = false;  // a container was entered and nothing of it read yet
  std::size_t depth_ = 0;
  std::size_t values_ = 0;
  // One bit per open container: set for objects.
  std::array<std::uint64_t, (kMaxDepth + 63) / 64> stack_;
};

}  // namespace toolhive::kube
