#include "controller/mcp/client/reply_reader.hpp"

#include <algorithm>
#include <utility>

#include "controller/base/text.hpp"

namespace toolhive::mcp {

namespace {

constexpr std::size_t kLongestErrorBody = 16U << 10;
constexpr std::size_t kLongestExcerpt = 200;

// The media type of a reply, without parameters and in lower case.
std::string media_type(const HttpHead& head) {
  const std::string_view value = head.header("content-type");
  std::string type(value.substr(0, value.find_first_of("; ")));
  for (char& c : type) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  return type;
}

bool is_document(const HttpHead& head) {
  return media_type(head) == "application/json";
}

bool is_success(const HttpHead& head) {
  return head.status / 100 == 2;
}

}  // namespace

bool is_event_stream(const HttpHead& head) {
  return media_type(head) == "text/event-stream";
}

Status check_encoding(const HttpHead& head) {
  const std::string_view encoding = head.header("content-encoding");
  if (encoding.empty() || encoding == "identity") return {};
  return {Code::Decode,
          "the reply is encoded as \"" + cleaned(encoding, 64) + "\", for which this client did not ask"};
}

ReplyReader::ReplyReader(std::int64_t id, const Limits& limits, OnRequest on_request)
    : id_(id), limits_(limits), on_request_(std::move(on_request)), stream_(limits.event) {}

StatusOr<bool> ReplyReader::take(const HttpHead& head, std::string_view bytes) {
  if (Status encoding = check_encoding(head); !encoding.ok()) return encoding;
  if (!is_success(head) || (!is_event_stream(head) && !is_document(head))) return take_excerpt(bytes);
  if (is_event_stream(head))
    return stream_.push(bytes, [this](const SseEvent& event) { return take_event(event); });
  body_ += bytes;  // bounded by HttpLimits::body
  return true;
}

// Of a reply that is no answer only so much is read as a person needs to recognise it.
StatusOr<bool> ReplyReader::take_excerpt(std::string_view bytes) {
  body_ += bytes.substr(0, kLongestErrorBody - body_.size());
  return body_.size() < kLongestErrorBody;
}

StatusOr<bool> ReplyReader::take_event(const SseEvent& event) {
  if (event.type != "message" || event.data.empty()) return true;
  StatusOr<RpcMessage> message = parse_rpc(event.data, limits_.json_depth);
  if (!message.ok() || message->kind == RpcMessage::Kind::Result ||
      message->kind == RpcMessage::Kind::Error) {
    if (Status kept = keep(std::move(message), event.data.size()); !kept.ok()) return kept;
    return false;
  }
  if (message->kind == RpcMessage::Kind::Notification) return true;
  if (++requests_ > limits_.server_requests)
    return Status(Code::TooLarge, "the server makes more than " + std::to_string(limits_.server_requests) +
                                      " requests of its own before it answers");
  on_request_(*message);
  return true;
}

Status ReplyReader::keep(StatusOr<RpcMessage> message, std::size_t bytes) {
  if (!message.ok()) return message.status();
  if (!message->answers(id_))
    return {Code::Decode,
            "the reply does not answer the request that was sent: its id is another, or it is no answer"};
  message_ = *std::move(message);
  bytes_ = bytes;
  return {};
}

StatusOr<Answer> ReplyReader::finish(const HttpHead& head) {
  if (Status encoding = check_encoding(head); !encoding.ok()) return encoding;
  if (is_success(head) && is_document(head)) {
    if (Status kept = keep(parse_rpc(body_, limits_.json_depth), body_.size()); !kept.ok()) return kept;
  } else if (is_success(head) && !is_event_stream(head)) {
    return Status(Code::Decode,
                  "the reply is " +
                      (media_type(head).empty() ? "of no type" : cleaned(media_type(head), 64)) +
                      ", neither JSON nor a stream of events; correct the URL (it begins: \"" +
                      cleaned(body_, kLongestExcerpt) + "\")");
  }
  Answer answer = answer_of(head);
  if (!is_success(head)) {
    StatusOr<RpcMessage> error = parse_rpc(body_, limits_.json_depth);
    if (error.ok() && error->kind == RpcMessage::Kind::Error && error->answers(id_)) {
      message_ = *std::move(error);
    } else {
      answer.excerpt = cleaned(body_, kLongestExcerpt);
    }
  }
  answer.message = std::move(message_);
  answer.bytes = bytes_;
  return answer;
}

}  // namespace toolhive::mcp
