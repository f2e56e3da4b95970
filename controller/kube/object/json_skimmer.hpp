// JsonSkimmer: finds the members of JSON text that may be wrong in any way. Internal to the
// library.
#pragma once

#include <string>
#include <string_view>

namespace toolhive::kube {

// Unlike JsonScanner it checks nothing of what it steps over: a value ends where its brackets are
// balanced and its strings are closed. So an object that no reader accepts, because it is nested
// too deeply or holds bytes that are no UTF-8, still has an end, and mostly a name. Linear in the
// size of the text, to any depth, in constant memory.
//
// Every member returns false after an error. Not thread-safe; the text must outlive the skimmer and
// what it gives.
class JsonSkimmer {
 public:
  explicit JsonSkimmer(std::string_view text)
      : begin_(text.data()), next_(begin_), end_(begin_ + text.size()) {}

  // The members of an object:  if (s.enter('{')) while (s.next_member(key, value)) { ... }
  // The elements of an array:  if (s.enter('[')) while (s.next_element(value)) { ... }
  bool enter(char bracket);
  // `key` is what stands between the quotes, `value` the whole text of the value.
  bool next_member(std::string_view& key, std::string_view& value);
  bool next_element(std::string_view& value);
  // Nothing but white space is left.
  bool finish();

  bool ok() const { return error_ == nullptr; }
  std::string error() const;

 private:
  bool fail(const char* what);
  char peek();
  // Steps over a comma, or over the closing bracket, which it reports by returning false.
  bool next_item(char closing);
  bool pass_string();
  bool pass_container();
  bool pass_value(std::string_view& value);

  const char* begin_;
  const char* next_;
  const char* end_;
  const char* error_ = nullptr;
  bool fresh_ = false;  // a container was entered and nothing of it read yet
};

// What `value` means, when it is the text of a valid JSON string; else empty.
std::string string_value(std::string_view value);

}  // namespace toolhive::kube
