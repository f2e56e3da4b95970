#include "controller/base/log_line.hpp"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "controller/base/time.hpp"

namespace toolhive {

namespace {

bool needs_no_escape(char c) {
  return c >= ' ' && c <= '~' && c != '"' && c != '\\';
}

void append_value(std::string& line, std::string_view text) {
  if (std::all_of(text.begin(), text.end(), needs_no_escape)) {
    line.append("\"").append(text).append("\"");
    return;
  }
  constexpr bool kAsciiOnly = true;
  line += nlohmann::json(text).dump(-1, ' ', kAsciiOnly, nlohmann::json::error_handler_t::replace);
}

void append_value(std::string& line, std::int64_t number) {
  line += std::to_string(number);
}

void append_value(std::string& line, double number) {
  constexpr int kDigits = 6;
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, number, std::chars_format::general, kDigits).ptr;
  line.append(text, end);
}

void append_value(std::string& line, bool flag) {
  line += flag ? "true" : "false";
}

}  // namespace

void append_log_fields(std::string& out, LogFields fields) {
  for (const auto& [name, value] : fields) {
    const auto* text = std::get_if<std::string_view>(&value);
    if (text != nullptr && text->empty()) continue;
    out.append(",\"").append(name).append("\":");
    std::visit([&out](const auto& known) { append_value(out, known); }, value);
  }
}

std::string log_line(std::chrono::system_clock::time_point time, LogLevel level, std::string_view message,
                     std::string_view scope, LogFields fields) {
  std::string line = R"({"ts":")" + to_rfc3339_micro(time) + R"(","level":")";
  line.append(name_of(level)).append(R"(","msg":)");
  append_value(line, message);
  line += scope;
  append_log_fields(line, fields);
  line += "}\n";
  return line;
}

}  // namespace toolhive
