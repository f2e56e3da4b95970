#include "controller/kube/object/json_document.hpp"

#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "controller/kube/object/json_scanner.hpp"

namespace toolhive::kube {

namespace {

// As nlohmann's parser has numbers: unsigned or signed when they are integers of 64 bits, else
// doubles.
Json number(std::string_view text) {
  const char* const end = text.data() + text.size();
  const auto read = [&](auto value) {
    const auto [stop, code] = std::from_chars(text.data(), end, value);
    return code == std::errc() && stop == end ? Json(value) : Json();
  };
  Json integer = text.front() == '-' ? read(std::int64_t()) : read(std::uint64_t());
  if (!integer.is_null()) return integer;
  return std::strtod(std::string(text).c_str(), nullptr);
}

class DocumentBuilder {
 public:
  explicit DocumentBuilder(std::string_view text) : text_(text), scanner_(text) {}

  // No deeper than a scanner goes.
  Json value() {  // NOLINT(misc-no-recursion)
    switch (scanner_.peek()) {
      case '{':
        return object();
      case '[':
        return array();
      case '"':
        return string();
      case 't':
      case 'f': {
        bool truth = false;
        scanner_.read_bool(truth);
        return truth;
      }
      case 'n':
        scanner_.skip_null();
        return nullptr;
      default: {
        const std::size_t start = scanner_.position();
        scanner_.skip_value();
        return number(text_.substr(start, scanner_.position() - start));
      }
    }
  }

 private:
  Json object() {  // NOLINT(misc-no-recursion)
    Json out = Json::object();
    auto& members = out.get_ref<Json::object_t&>();
    JsonString key;
    scanner_.enter_object();
    while (scanner_.next_member(key)) {
      // Names mostly come in their order.
      const auto member = members.emplace_hint(members.end(), key.str(), nullptr);
      member->second = value();
    }
    return out;
  }

  Json array() {  // NOLINT(misc-no-recursion)
    Json out = Json::array();
    auto& elements = out.get_ref<Json::array_t&>();
    scanner_.enter_array();
    while (scanner_.next_element()) elements.push_back(value());
    return out;
  }

  Json string() {
    JsonString text;
    scanner_.read_string(text);
    return text.str();
  }

  const std::string_view text_;
  JsonScanner scanner_;
};

}  // namespace

Json json_document(std::string_view text) {
  return DocumentBuilder(text).value();
}

}  // namespace toolhive::kube
