#include "controller/mcp/message/json_rpc.hpp"

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "controller/base/json_access.hpp"
#include "controller/base/text.hpp"
#include "controller/kube/object/json_text.hpp"

namespace toolhive::mcp {

namespace {

constexpr std::size_t kLongestMessage = 512;
constexpr std::size_t kLongestName = 256;  // bytes of a method, or of an id that is a text

Status no_message(const char* why) {
  return {Code::Decode, std::string("no message of JSON-RPC 2.0: ") + why};
}

bool nests_deeper(const Json& value, std::size_t depth) {
  if (!value.is_structured() || value.empty()) return false;
  if (depth == 0) return true;
  return std::any_of(value.begin(), value.end(),
                     [&](const Json& each) { return nests_deeper(each, depth - 1); });
}

bool is_id(const Json& id) {
  return id.is_number_integer() ||
         (id.is_string() && id.get_ref<const std::string&>().size() <= kLongestName);
}

JsonPtr take(Json& document, const char* name) {
  return document.contains(name) ? std::make_shared<const Json>(std::move(document[name])) : nullptr;
}

Status read_call(Json& document, RpcMessage& message) {
  message.method = string_member(document, "method");
  message.params = take(document, "params");
  if (message.method.empty() || message.method.size() > kLongestName)
    return no_message("its method is no text of 1 to 256 bytes");
  message.kind = message.id ? RpcMessage::Kind::Request : RpcMessage::Kind::Notification;
  if (message.id && !is_id(*message.id)) return no_message("its id is neither text nor integer");
  return {};
}

Status read_error(Json& error, RpcMessage& message) {
  if (!error.is_object() || !error.contains("code") || !error["code"].is_number_integer())
    return no_message("its error has no code that is an integer");
  message.kind = RpcMessage::Kind::Error;
  message.error.code = error["code"].get<std::int64_t>();
  message.error.message = cleaned(string_member(error, "message"), kLongestMessage);
  message.error.data = take(error, "data");
  return {};
}

Status read_answer(Json& document, RpcMessage& message) {
  const bool error = document.contains("error");
  if (error == document.contains("result")) return no_message("it must have one of method, result and error");
  if (message.id && message.id->is_null()) message.id = nullptr;
  if (message.id ? !is_id(*message.id) : !error) return no_message("its id is neither text nor integer");
  if (error) return read_error(document["error"], message);
  message.kind = RpcMessage::Kind::Result;
  message.result = take(document, "result");
  return message.result->is_object() ? Status() : no_message("its result is no object");
}

Json call(const std::string& method) {
  return {{"jsonrpc", "2.0"}, {"method", method}};
}

Json answer(const Json& id) {
  return {{"jsonrpc", "2.0"}, {"id", id}};
}

}  // namespace

bool RpcMessage::answers(std::int64_t request_id) const {
  if (kind == Kind::Error && !id) return true;
  return (kind == Kind::Result || kind == Kind::Error) && id && *id == request_id;
}

StatusOr<RpcMessage> parse_rpc(std::string_view text, std::size_t depth) {
  StatusOr<Json> document = kube::parse_json(text);
  if (!document.ok()) return document.status();
  if (document->is_array()) return no_message("it is a batch, which MCP has no more");
  if (!document->is_object() || string_member(*document, "jsonrpc") != "2.0")
    return no_message("it does not say \"jsonrpc\": \"2.0\"");
  if (nests_deeper(*document, depth))
    return Status(Code::Decode, "the message is nested more than " + std::to_string(depth) + " deep");
  RpcMessage message;
  message.id = take(*document, "id");
  const Status read =
      document->contains("method") ? read_call(*document, message) : read_answer(*document, message);
  if (!read.ok()) return read;
  return message;
}

std::string rpc_request(std::int64_t id, const std::string& method, const Json& params) {
  Json message = call(method);
  message["id"] = id;
  message["params"] = params;
  return message.dump();
}

std::string rpc_notification(const std::string& method) {
  return call(method).dump();
}

std::string rpc_result(const Json& id, const Json& result) {
  Json message = answer(id);
  message["result"] = result;
  return message.dump();
}

std::string rpc_result_text(const Json& id, std::string_view result) {
  std::string whole = answer(id).dump();
  whole.pop_back();
  whole += ",\"result\":";
  whole += result;
  return whole + '}';
}

std::string rpc_error(const Json& id, std::int64_t code, const std::string& message) {
  return rpc_error(std::make_shared<const Json>(id), code, message, nullptr);
}

std::string rpc_error(const JsonPtr& id, std::int64_t code, const std::string& message, const JsonPtr& data) {
  Json whole = id == nullptr ? Json{{"jsonrpc", "2.0"}} : answer(*id);
  auto& error = whole["error"] = {{"code", code}, {"message", message}};
  if (data != nullptr) error["data"] = *data;
  // The message may quote a header, which need not be UTF-8.
  return whole.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace toolhive::mcp
