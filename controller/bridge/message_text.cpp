#include "controller/bridge/message_text.hpp"

#include <utility>

#include "controller/base/log_line.hpp"

namespace toolhive::bridge {

namespace {

std::string begin_message() {
  return R"({"jsonrpc":"2.0")";
}

void append_member(std::string& out, std::string_view name, std::string_view value) {
  if (value.empty()) return;
  out.append(",\"").append(name).append("\":").append(value);
}

}  // namespace

std::string quoted(std::string_view text) {
  if (text.empty()) return R"("")";
  constexpr std::string_view kName = "_";
  std::string member;
  append_log_fields(member, {{kName, text}});
  return member.substr(kName.size() + 4);  // behind `,"_":`
}

std::string error_text(std::string_view id, std::int64_t code, std::string_view message,
                       std::string_view data) {
  std::string error = "{\"code\":" + std::to_string(code);
  append_member(error, "message", quoted(message));
  append_member(error, "data", data);
  std::string out = begin_message();
  append_member(out, "id", id.empty() ? "null" : id);
  append_member(out, "error", error + "}");
  return out + "}";
}

std::string result_text(std::string_view id, std::string_view result) {
  std::string out = begin_message();
  append_member(out, "id", id);
  append_member(out, "result", result);
  return out + "}";
}

std::string request_text(std::string_view id, std::string_view method, std::string_view params) {
  std::string out = begin_message();
  append_member(out, "id", id);
  append_member(out, "method", quoted(method));
  append_member(out, "params", params);
  return out + "}";
}

std::string notification_text(std::string_view method, std::string_view params) {
  std::string out = begin_message();
  append_member(out, "method", quoted(method));
  append_member(out, "params", params);
  return out + "}";
}

Message own_message(std::string text) {
  return *Message::parse(std::move(text));
}

}  // namespace toolhive::bridge
