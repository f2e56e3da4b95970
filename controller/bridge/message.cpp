#include "controller/bridge/message.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "controller/kube/object/json_scanner.hpp"

namespace toolhive::bridge {

namespace {

using kube::JsonScanner;
using kube::JsonString;

struct Member {
  Part object;
  std::string_view name;
  Part value;
};

constexpr Member kMembers[] = {
    {Part::Root, "jsonrpc", Part::JsonRpc},
    {Part::Root, "id", Part::Id},
    {Part::Root, "method", Part::Method},
    {Part::Root, "params", Part::Params},
    {Part::Root, "result", Part::Result},
    {Part::Root, "error", Part::Error},
    {Part::Error, "code", Part::ErrorCode},
    {Part::Params, "name", Part::Name},
    {Part::Params, "uri", Part::Uri},
    {Part::Params, "protocolVersion", Part::Version},
    {Part::Params, "requestId", Part::RequestId},
    {Part::Params, "progressToken", Part::Progress},
    {Part::Params, "_meta", Part::Meta},
    {Part::Meta, "progressToken", Part::ProgressToken},
    {Part::Meta, "io.modelcontextprotocol/protocolVersion", Part::MetaVersion},
    {Part::Meta, "io.modelcontextprotocol/clientInfo", Part::MetaClientInfo},
    {Part::Meta, "io.modelcontextprotocol/clientCapabilities", Part::MetaClientCapabilities},
    {Part::Meta, "io.modelcontextprotocol/serverInfo", Part::MetaServerInfo},
    {Part::Meta, "io.modelcontextprotocol/subscriptionId", Part::Subscription},
    {Part::Result, "_meta", Part::Meta},
    {Part::Result, "protocolVersion", Part::Version},
    {Part::Result, "resultType", Part::ResultType},
    {Part::Result, "ttlMs", Part::Ttl},
    {Part::Result, "cacheScope", Part::CacheScope},
    {Part::Result, "capabilities", Part::Capabilities},
    {Part::Result, "serverInfo", Part::ServerInfo},
    {Part::Result, "instructions", Part::Instructions},
    {Part::Result, "supportedVersions", Part::SupportedVersions},
};

// Part::Count for a member that is of no interest.
Part part_named(Part object, const JsonString& name) {
  const auto* const found = std::find_if(std::begin(kMembers), std::end(kMembers), [&](const Member& member) {
    return member.object == object && name == member.name;
  });
  return found == std::end(kMembers) ? Part::Count : found->value;
}

// Kept for each request until it is answered.
constexpr std::size_t kLongestId = 1024;

bool is_id(std::string_view raw) {
  if (raw.size() > kLongestId) return false;
  if (raw.starts_with('"')) return true;
  if (raw.starts_with('-')) raw.remove_prefix(1);
  return !raw.empty() && raw.find_first_not_of("0123456789") == std::string_view::npos;
}

Status not_rpc(const std::string& what) {
  return {Code::Invalid, "not a JSON-RPC message: " + what};
}

}  // namespace

// Fills in the places of a message's parts.
class MessageReader {
 public:
  explicit MessageReader(Message& message)
      : message_(message), scanner_(message.text_, std::numeric_limits<std::size_t>::max()) {}

  Status read() {
    if (scanner_.peek() == '[') return not_rpc("a batch, which MCP does not have");
    if (!read_value(Part::Root) || !scanner_.finish()) return {Code::Decode, "not JSON: " + scanner_.error()};
    if (twice_) return not_rpc("a member stands twice");
    return judge();
  }

 private:
  bool read_value(Part part) {
    scanner_.peek();
    const std::size_t begin = scanner_.position();
    const bool inside = has_members(part) && scanner_.peek() == '{';
    if (inside ? !read_members(part) : !scanner_.skip_value()) return false;
    if (part == Part::Count) return true;
    Message::Span& span = message_.spans_[static_cast<std::size_t>(part)];
    twice_ = twice_ || span.end > 0;
    span = {begin, scanner_.position()};
    return true;
  }

  bool read_members(Part object) {
    if (!scanner_.enter_object()) return false;
    JsonString name;
    while (scanner_.next_member(name))
      if (!read_value(part_named(object, name))) return false;
    return scanner_.ok();
  }

  static bool has_members(Part part) {
    return part == Part::Root || part == Part::Params || part == Part::Result || part == Part::Error ||
           part == Part::Meta;
  }

  bool object_or_absent(Part part) const {
    return !message_.has(part) || message_.raw(part).starts_with('{');
  }

  Status judge() {
    if (message_.string(Part::JsonRpc) != "2.0") return not_rpc(R"("jsonrpc" is not "2.0")");
    if (!object_or_absent(Part::Params)) return not_rpc(R"("params" is no object)");
    if (!object_or_absent(Part::Result)) return not_rpc(R"("result" is no object)");
    if (!object_or_absent(Part::Error)) return not_rpc(R"("error" is no object)");
    if (message_.has(Part::Method)) return judge_call();
    if (message_.has(Part::Result) == message_.has(Part::Error))
      return not_rpc("neither a method nor either a result or an error");
    message_.kind_ = Message::Kind::Response;
    const bool unknown = message_.has(Part::Error) && message_.raw(Part::Id) == "null";
    if (!unknown && !is_id(message_.raw(Part::Id))) return not_rpc("a response without a usable id");
    return {};
  }

  Status judge_call() {
    if (!message_.is_string(Part::Method)) return not_rpc(R"("method" is no string)");
    if (message_.has(Part::Result) || message_.has(Part::Error))
      return not_rpc("a method and a result or error");
    message_.kind_ = message_.has(Part::Id) ? Message::Kind::Request : Message::Kind::Notification;
    if (message_.has(Part::Id) && !is_id(message_.raw(Part::Id)))
      return not_rpc("an id that is neither a string nor an integer, or longer than 1024 bytes");
    if (message_.has(Part::ProgressToken) && !is_id(message_.raw(Part::ProgressToken)))
      return not_rpc("a progress token that is neither a string nor an integer, or longer than 1024 bytes");
    return {};
  }

  Message& message_;
  JsonScanner scanner_;
  bool twice_ = false;
};

StatusOr<Message> Message::parse(std::string text) {
  Message message;
  message.text_ = std::move(text);
  if (const Status read = MessageReader(message).read(); !read.ok()) return read;
  return message;
}

std::string_view Message::raw(Part part) const {
  const Span& span = at(part);
  return std::string_view(text_).substr(span.begin, span.end - span.begin);
}

std::string Message::string(Part part) const {
  JsonString value;
  return JsonScanner(raw(part)).read_string(value) ? value.str() : std::string();
}

void Message::replace(Part part, std::string_view value) {
  splice(at(part), value);
}

void Message::add_member(Part object, std::string_view member) {
  const std::size_t inside = at(object).begin + 1;
  const bool empty = text_[text_.find_first_not_of(" \t\r\n", inside)] == '}';
  splice({inside, inside}, std::string(member) + (empty ? "" : ","));
}

// Parts behind the place move, and those around it grow.
void Message::splice(Span place, std::string_view value) {
  text_.replace(place.begin, place.end - place.begin, value);
  const auto moved = [&](std::size_t position) {
    return position - (place.end - place.begin) + value.size();
  };
  for (Span& span : spans_) {
    if (span.end == 0) continue;
    if (span.begin >= place.end) span.begin = moved(span.begin);
    if (span.end >= place.end) span.end = moved(span.end);
  }
}

std::string Message::line() && {
  std::replace(text_.begin(), text_.end(), '\n', ' ');
  std::replace(text_.begin(), text_.end(), '\r', ' ');
  return std::move(text_);
}

}  // namespace toolhive::bridge
