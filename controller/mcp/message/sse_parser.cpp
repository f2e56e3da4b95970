#include "controller/mcp/message/sse_parser.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <utility>

namespace toolhive::mcp {

namespace {

constexpr std::size_t kLongestEventId = 1024;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace

StatusOr<bool> SseParser::push(std::string_view bytes, const OnEvent& on_event) {
  while (!bytes.empty()) {
    if (after_cr_ && bytes.front() == '\n') bytes.remove_prefix(1);
    after_cr_ = false;
    const std::size_t end = std::min(bytes.find_first_of("\r\n"), bytes.size());
    if (line_.size() + data_.size() + end > max_event_)
      return Status(Code::TooLarge,
                    "an event of the stream has more than " + std::to_string(max_event_) + " bytes");
    line_.append(bytes.substr(0, end));
    if (end == bytes.size()) break;
    after_cr_ = bytes[end] == '\r';
    bytes.remove_prefix(end + 1);
    const StatusOr<bool> more = end_line(on_event);
    if (!more.ok() || !*more) return more;
  }
  return true;
}

void SseParser::restart() {
  line_.clear();
  type_.clear();
  data_.clear();
  id_ = last_event_id_;
  first_line_ = true;
  after_cr_ = false;
}

StatusOr<bool> SseParser::end_line(const OnEvent& on_event) {
  if (first_line_ && line_.starts_with(kByteOrderMark)) line_.erase(0, kByteOrderMark.size());
  first_line_ = false;
  if (line_.empty()) return dispatch(on_event);
  const Status read = read_field();
  line_.clear();
  if (!read.ok()) return read;
  return true;
}

Status SseParser::read_field() {
  const std::size_t colon = std::min(line_.find(':'), line_.size());
  const std::string_view name = std::string_view(line_).substr(0, colon);
  std::string_view value = std::string_view(line_).substr(std::min(colon + 1, line_.size()));
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (name == "data") {
    data_.append(value).push_back('\n');
  } else if (name == "event") {
    type_ = value;
  } else if (name == "id" && value.find('\0') == std::string_view::npos) {
    if (value.size() > kLongestEventId) return {Code::TooLarge, "an event's id has more than 1,024 bytes"};
    id_ = value;
  } else if (name == "retry") {
    set_retry(value);
  }
  return {};
}

void SseParser::set_retry(std::string_view digits) {
  std::uint32_t wait = 0;
  const char* const end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, wait);
  if (!digits.empty() && error == std::errc() && stop == end) retry_ = std::chrono::milliseconds(wait);
}

StatusOr<bool> SseParser::dispatch(const OnEvent& on_event) {
  last_event_id_ = id_;
  SseEvent event{std::exchange(type_, {}), std::exchange(data_, {})};
  if (event.data.empty()) return true;
  event.data.pop_back();
  if (event.type.empty()) event.type = "message";
  return on_event(event);
}

}  // namespace toolhive::mcp
