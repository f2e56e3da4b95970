#include "controller/mcp/client/change_reader.hpp"

#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "controller/base/json_access.hpp"
#include "controller/mcp/client/answer.hpp"
#include "controller/mcp/message/protocol.hpp"

namespace toolhive::mcp {

namespace {

constexpr Duration kMinute = std::chrono::minutes(1);

Status not_offered(const char* why) {
  return Status(Code::NotFound, std::string("the server does not tell of changes: ") + why)
      .with_reason(kNotOffered);
}

Status flooding(const std::string& what) {
  return Status(Code::TooManyRequests, "the server sends more than " + what + " within a minute")
      .with_reason(kFlooding);
}

Limits limits_of_reply(const ListenLimits& limits) {
  Limits reply;
  reply.event = limits.event;
  reply.json_depth = limits.json_depth;
  return reply;
}

// What a message says of the subscription that it is for; null where it says nothing.
const Json* subscription_of(const Json& params) {
  const Json* const meta = value_at(params, "/_meta");
  if (meta == nullptr || !meta->is_object()) return nullptr;
  const auto found = meta->find(kMetaSubscriptionId);
  return found == meta->end() ? nullptr : &*found;
}

}  // namespace

ChangeReader::ChangeReader(std::optional<std::int64_t> id, const ListenLimits& limits, Events events)
    : id_(id),
      limits_(limits),
      reply_limits_(limits_of_reply(limits)),
      events_(std::move(events)),
      stream_(limits.event),
      reply_(id.value_or(0), reply_limits_, [](const RpcMessage&) {}) {}

StatusOr<StreamState> ChangeReader::take(const HttpHead& head, std::string_view bytes, TimePoint now) {
  if (!head_) {
    head_ = head;
    if (Status encoding = check_encoding(head); !encoding.ok()) return encoding;
    is_stream_ = head.status / 100 == 2 && is_event_stream(head);
    minute_ = now;
    if (is_stream_ && !id_) begin();
  }
  if (Status counted = count(bytes.size(), now); !counted.ok()) return counted;
  StatusOr<bool> more = is_stream_
                            ? stream_.push(bytes, [this](const SseEvent& event) { return take_event(event); })
                            : reply_.take(head, bytes);
  if (!more.ok()) return more.status();
  if (!*more) return StreamState::Enough;
  return listening_ ? StreamState::Open : StreamState::Opening;
}

Status ChangeReader::count(std::size_t bytes, TimePoint now) {
  if (now >= minute_ + kMinute) {
    minute_ = now;
    messages_ = 0;
    bytes_ = 0;
  }
  bytes_ += bytes;
  if (bytes_ > limits_.bytes_per_minute) return flooding(std::to_string(limits_.bytes_per_minute) + " bytes");
  return {};
}

StatusOr<bool> ChangeReader::take_event(const SseEvent& event) {
  if (++messages_ > limits_.messages_per_minute)
    return flooding(std::to_string(limits_.messages_per_minute) + " messages");
  if (event.type != "message" || event.data.empty()) return true;
  const StatusOr<RpcMessage> message = parse_rpc(event.data, limits_.json_depth);
  if (!message.ok()) return message.status();
  switch (message->kind) {
    case RpcMessage::Kind::Notification:
      return take_notification(*message);
    case RpcMessage::Kind::Request:
      if (!id_) events_.asked(*message);  // a modern server makes none
      return true;
    default:
      return take_answer(*message);
  }
}

// On a session's stream answers may come to what was asked elsewhere.
StatusOr<bool> ChangeReader::take_answer(const RpcMessage& message) {
  if (!id_) return true;
  if (!message.answers(*id_))
    return Status(Code::Decode, "the stream has an answer to another request than the one that opened it");
  if (message.kind == RpcMessage::Kind::Result) {
    closed_ = true;
    return false;
  }
  if (message.error.code == kMethodNotFound) return not_offered("it does not know the method");
  return Status(Code::Invalid, "the server answered with error " + std::to_string(message.error.code) + ": " +
                                   message.error.message);
}

StatusOr<bool> ChangeReader::take_notification(const RpcMessage& message) {
  const Json params = message.params && message.params->is_object() ? *message.params : Json::object();
  if (id_) {
    const Json* const subscription = subscription_of(params);
    if (subscription != nullptr && *subscription != *id_) return true;
    if (message.method == "notifications/subscriptions/acknowledged") return take_acknowledgement(params);
  }
  if (message.method != "notifications/tools/list_changed") return true;
  if (!listening_)
    return Status(Code::Decode, "the server tells of a change before it has acknowledged the subscription");
  events_.changed();
  return true;
}

StatusOr<bool> ChangeReader::take_acknowledgement(const Json& params) {
  const Json* const agreed = value_at(params, "/notifications/toolsListChanged");
  if (agreed == nullptr || !agreed->is_boolean() || !agreed->get<bool>())
    return not_offered("it has not agreed to tell of its tools");
  begin();
  return true;
}

void ChangeReader::begin() {
  if (!std::exchange(listening_, true)) events_.listening();
}

Status ChangeReader::finish(const Status& why) {
  const bool over = why.code() == Code::EndOfStream;
  Status meaning = why;
  if (over && head_ && !is_stream_)
    meaning = judge_reply();
  else if (over && !closed_)
    meaning = Status(Code::Unavailable, "the server ended the stream without a word");
  return meaning.with_context(id_ ? "subscriptions/listen" : "GET, the stream of the session");
}

// A reply that is no stream says why there is none.
Status ChangeReader::judge_reply() {
  const StatusOr<Answer> answer = reply_.finish(*head_);
  if (!answer.ok()) return answer.status();
  // 2025-11-25: a server without such streams answers 405. Some never heard of the method.
  if (answer->http_status == 405 || answer->error_code() == kMethodNotFound)
    return not_offered("it has no such stream");
  if (Status failed = failure_of(*answer); !failed.ok()) return failed;
  return not_offered("it answers and is done");
}

}  // namespace toolhive::mcp
