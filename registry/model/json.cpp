#include "registry/model/json.hpp"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <unordered_set>
#include <vector>

#include "controller/base/utf8.hpp"
#include "registry/model/text.hpp"

namespace toolhive::registry {
namespace {

// Builds the value from the parser's events. Objects are filled without looking for the name in
// them, which takes linear time in an ordered object: the set of each open object tells a repeated
// name.
class Builder : public nlohmann::json_sax<Json> {
 public:
  explicit Builder(const JsonLimits& limits) : limits_(limits) {}

  Json root;
  Error error;

  bool null() override { return add(nullptr); }
  bool boolean(bool value) override { return add(value); }
  bool number_integer(number_integer_t value) override { return add(value); }
  bool number_unsigned(number_unsigned_t value) override { return add(value); }
  bool number_float(number_float_t value, const string_t& text) override {
    if (!std::isfinite(value))
      return refuse("the number " + shortened(text, 40) + " is too large for JSON; write it as a string");
    return add(value);
  }
  bool string(string_t& value) override {
    if (has_nul(value)) return refuse("a string holds U+0000, which cannot be stored; remove it");
    return add(std::move(value));
  }
  bool binary(binary_t&) override { return refuse("binary values are not JSON"); }
  bool key(string_t& name) override {
    if (has_nul(name)) return refuse("a member name holds U+0000, which cannot be stored; remove it");
    if (!names_.back().insert(name).second)
      return refuse("the member " + quoted(name) + " occurs twice in one object; keep one of them");
    key_ = std::move(name);
    return count();
  }
  bool start_object(std::size_t) override {
    if (!open(Json::object())) return false;
    names_.emplace_back();
    return true;
  }
  bool end_object() override {
    names_.pop_back();
    stack_.pop_back();
    return true;
  }
  bool start_array(std::size_t) override { return open(Json::array()); }
  bool end_array() override {
    stack_.pop_back();
    return true;
  }
  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception& cause) override {
    // The library's text reads "[json.exception...] parse error at line 1, column 9: syntax error
    // while ...".
    std::string_view what = cause.what();
    if (auto at = what.find("parse error"); at != what.npos)
      what.remove_prefix(at);
    else if (auto bracket = what.find("] "); bracket != what.npos)
      what.remove_prefix(bracket + 2);
    if (what.find("number overflow") != what.npos) {
      return refuse("a number near byte " + std::to_string(position) +
                    " is too large for JSON; write it as a string");
    }
    // What was read may hold bytes that are not UTF-8, and is no help in an error.
    if (auto read = what.find("; last read"); read != what.npos) what = what.substr(0, read);
    return refuse("the body is not valid JSON in UTF-8: " + std::string(what));
  }

 private:
  static bool has_nul(const std::string& text) { return text.find('\0') != text.npos; }
  static std::string quoted(const std::string& name) {
    if (name.size() > 100) return "with a name of " + std::to_string(name.size()) + " bytes";
    std::string out;
    append_json_string(out, name);
    return out;
  }

  bool refuse(std::string detail) {
    error = Error{Code::Malformed, std::move(detail)};
    return false;
  }
  bool count() {
    return ++values_ <= limits_.values ||
           refuse("the body holds more than " + std::to_string(limits_.values) +
                  " JSON values; make it smaller");
  }
  template <class T>
  bool add(T&& value) {
    return count() && place(Json(std::forward<T>(value))) != nullptr;
  }
  Json* place(Json&& value) {
    if (stack_.empty()) {
      root = std::move(value);
      return &root;
    }
    Json& parent = *stack_.back();
    if (parent.is_array()) {
      auto& items = parent.get_ref<Json::array_t&>();
      items.push_back(std::move(value));
      return &items.back();
    }
    return &append_member(parent, std::move(key_), std::move(value));
  }
  bool open(Json&& container) {
    if (stack_.size() >= limits_.depth)
      return refuse("the body is nested deeper than " + std::to_string(limits_.depth) +
                    " levels; flatten it");
    if (!count()) return false;
    stack_.push_back(place(std::move(container)));
    return true;
  }

  const JsonLimits limits_;
  std::size_t values_ = 0;
  // The open containers. A container does not move while it is open: its parent grows only
  // after.
  std::vector<Json*> stack_;
  std::vector<std::unordered_set<std::string>> names_;
  std::string key_;
};

// Appends the compact text of a value until there are more than so many bytes.
void append_excerpt(std::string& out, const Json& value, std::size_t bytes) {
  // With what is not counted of a long text, its quotes and half a character, it still has more.
  const auto append_text = [&](std::string_view text) {
    append_json_string(out, truncate_utf8(text, bytes + 4));
  };
  if (value.is_string()) return append_text(value.get_ref<const std::string&>());
  if (!value.is_structured()) {
    out += value.dump();
    return;
  }
  const bool object = value.is_object();
  out += object ? '{' : '[';
  bool first = true;
  for (const auto& [name, part] : value.items()) {
    if (out.size() > bytes) return;
    if (!std::exchange(first, false)) out += ',';
    if (object) {
      append_text(name);
      out += ':';
    }
    append_excerpt(out, part, bytes);
  }
  out += object ? '}' : ']';
}

}  // namespace

Result<Json> parse_json(std::string_view text, const JsonLimits& limits) {
  // The library skips a byte order mark and reads a NUL byte at the end as the end of input:
  // neither belongs in JSON.
  if (text.starts_with("\xEF\xBB\xBF"))
    return Error{Code::Malformed, "the body starts with a byte order mark; remove it"};
  if (auto at = text.find('\0'); at != text.npos) {
    return Error{Code::Malformed,
                 "the body holds a NUL byte at offset " + std::to_string(at) + "; remove it"};
  }
  if (text.empty()) return Error{Code::Malformed, "the body is empty; send a JSON object"};
  Builder builder(limits);
  if (!Json::sax_parse(text.begin(), text.end(), &builder)) return std::move(builder.error);
  return std::move(builder.root);
}

Result<Json> parse_stored_json(std::string_view text) {
  JsonLimits limits;
  limits.values = std::numeric_limits<std::size_t>::max();
  return parse_json(text, limits);
}

Json& append_member(Json& object, std::string name, Json value) {
  std::vector<std::pair<const std::string, Json>>& members = object.get_ref<Json::object_t&>();
  return members.emplace_back(std::move(name), std::move(value)).second;
}

std::string json_excerpt(const Json& value, std::size_t bytes) {
  std::string out;
  append_excerpt(out, value, bytes);
  return shortened(out, bytes);
}

std::string pointer_to(std::string_view pointer, std::string_view token) {
  std::string out(pointer);
  out += '/';
  for (const char c : token) {
    if (c == '~')
      out += "~0";
    else if (c == '/')
      out += "~1";
    else
      out += c;
  }
  return out;
}

}  // namespace toolhive::registry
