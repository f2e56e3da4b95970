#include "controller/mcp/message/parameter_headers.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>

#include "controller/base/json_access.hpp"

namespace toolhive::mcp {

namespace {

constexpr const char* kAnnotation = "x-mcp-header";
// Members that hold schemas under names of their own.
constexpr std::array<std::string_view, 5> kMaps = {"properties", "patternProperties", "$defs", "definitions",
                                                   "dependentSchemas"};
// Members that hold data.
constexpr std::array<std::string_view, 5> kData = {"const", "enum", "default", "examples", "example"};

template <std::size_t N>
bool is_among(const std::array<std::string_view, N>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// tchar (RFC 9110, section 5.6.2).
bool is_token_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

bool is_token(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_token_character);
}

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

class HeaderCheck {
 public:
  // `schema` is that of a parameter when `properties` alone lead to it.
  void visit(const Json& schema, const Json::json_pointer& at, bool is_parameter, bool is_reachable) {
    if (schema.is_array()) visit_list(schema, at);
    if (!schema.is_object()) return;
    for (auto member = schema.begin(); member != schema.end() && status_.ok(); ++member) {
      if (member.key() == kAnnotation)
        annotation(*member, schema, at, is_parameter);
      else if (is_among(kMaps, member.key()))
        visit_map(*member, at / member.key(), is_reachable && member.key() == "properties");
      else if (!is_among(kData, member.key()))
        visit(*member, at / member.key(), false, false);
    }
  }
  const Status& status() const { return status_; }

 private:
  void visit_list(const Json& schemas, const Json::json_pointer& at) {
    for (std::size_t i = 0; i < schemas.size() && status_.ok(); ++i) visit(schemas[i], at / i, false, false);
  }

  void visit_map(const Json& schemas, const Json::json_pointer& at, bool is_reachable) {
    if (!schemas.is_object()) return;
    for (auto each = schemas.begin(); each != schemas.end() && status_.ok(); ++each)
      visit(*each, at / each.key(), is_reachable, is_reachable);
  }

  void annotation(const Json& name, const Json& schema, const Json::json_pointer& at, bool is_parameter) {
    const std::string type = string_member(schema, "type");
    if (!is_parameter)
      fail(at, "is not on a parameter that `properties` alone lead to");
    else if (!name.is_string() || !is_token(name.get_ref<const std::string&>()))
      fail(at, "is not the name of a header: letters, digits and !#$%&'*+-.^_`|~");
    else if (type != "string" && type != "integer" && type != "boolean")
      fail(at, "is on a parameter that is no string, integer or boolean");
    else if (!names_.insert(lower(name.get<std::string>())).second)
      fail(at, "has the same name as another");
  }

  void fail(const Json::json_pointer& at, const char* why) {
    status_ = {Code::Invalid, "/inputSchema" + (at / kAnnotation).to_string() + " " + why};
  }

  std::set<std::string> names_;
  Status status_;
};

}  // namespace

Status check_parameter_headers(const Json& input_schema) {
  HeaderCheck check;
  check.visit(input_schema, Json::json_pointer(), false, true);
  return check.status();
}

}  // namespace toolhive::mcp
