#include "controller/mcp/client/tool_listing.hpp"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>

#include "controller/base/json_access.hpp"
#include "controller/mcp/message/protocol.hpp"

namespace toolhive::mcp {

namespace {

constexpr std::size_t kValueBytes = 100;  // of memory for a value in a document, its text aside
constexpr std::chrono::milliseconds kLongestTtl = std::chrono::hours(24);

Status no_page(const char* why) {
  return {Code::Decode, std::string("the result is no page of tools: ") + why};
}

Status too_large(const char* what, std::size_t limit) {
  return {Code::TooLarge, "the list has more than " + std::to_string(limit) + " " + what};
}

// Messages are nested so deep at most as Limits::json_depth lets them be.
std::size_t count_values(const Json& value) {
  if (!value.is_structured()) return 0;
  std::size_t count = value.size();
  for (const Json& each : value) count += count_values(each);
  return count;
}

// An absent or negative one is 0 (2026-07-28, "Time-to-Live").
std::chrono::milliseconds ttl_of(const Json& page) {
  const Json* const told = value_at(page, "/ttlMs");
  if (told == nullptr || !told->is_number()) return {};
  const double ttl = told->get<double>();
  return std::chrono::milliseconds(
      static_cast<std::int64_t>(std::clamp(ttl, 0.0, static_cast<double>(kLongestTtl.count()))));
}

bool has_no_tools(const Session& session, const Status& failure) {
  if (failure.reason() == std::to_string(kMethodNotFound)) return true;
  return !session.server().tools && failure.code() == Code::Invalid;
}

// What a request for a page that failed says of the list.
Status list_failure(int page, const Status& failure) {
  const std::string step = "tools/list, page " + std::to_string(page);
  if (page > 1 && failure.reason() == std::to_string(kInvalidParams))
    return {Code::Expired, step + ": the server no longer takes the cursor that it gave"};
  return failure.with_context(step);
}

}  // namespace

Status ToolListing::add(const Result& page) {
  if (list_.pages == limits_.pages) return too_large("pages", static_cast<std::size_t>(limits_.pages));
  bytes_ += page.bytes;
  if (bytes_ > limits_.list_bytes) return too_large("bytes", limits_.list_bytes);
  const Json* const tools = value_at(*page.value, "/tools");
  if (tools == nullptr || !tools->is_array()) return no_page("it has no list `tools`");
  if (Status added = add_tools(*tools); !added.ok()) return added;
  take_hints(*page.value);
  ++list_.pages;
  return turn(*page.value);
}

Status ToolListing::add_tools(const Json& tools) {
  if (list_.tools.size() + tools.size() > limits_.tools) return too_large("tools", limits_.tools);
  for (const Json& tool : tools) {
    values_ += 1 + count_values(tool);
    if (values_ > limits_.list_values) return too_large("members and elements", limits_.list_values);
    if (tool.is_object()) {
      list_.tools.push_back(std::make_shared<const Json>(tool));
    } else {
      ++list_.malformed;
    }
  }
  return {};
}

void ToolListing::take_hints(const Json& page) {
  const std::chrono::milliseconds ttl = ttl_of(page);
  list_.ttl = list_.pages == 0 ? ttl : std::min(list_.ttl, ttl);
  list_.is_private = list_.is_private || string_member(page, "cacheScope") == "private";
}

// An empty cursor is one as well: only its absence ends the list.
Status ToolListing::turn(const Json& page) {
  const auto next = page.find("nextCursor");
  complete_ = next == page.end() || next->is_null();
  if (complete_) return {};
  if (!next->is_string()) return no_page("its nextCursor is no text");
  cursor_ = next->get<std::string>();
  if (cursor_.size() > limits_.cursor) return too_large("bytes in its cursor", limits_.cursor);
  if (!cursors_.insert(cursor_).second)
    return no_page("its cursor was there before, so that the pages go in circles");
  return {};
}

ToolList ToolListing::take() {
  list_.memory = bytes_ + values_ * kValueBytes;
  return std::move(list_);
}

Json ToolListing::next() const {
  return list_.pages == 0 ? Json::object() : Json{{"cursor", cursor_}};
}

StatusOr<ToolList> list_tools(const Context& ctx, Session& session, const Limits& limits) {
  ToolListing listing(limits);
  for (int page = 1; !listing.complete(); ++page) {
    const StatusOr<Result> result = session.request(ctx, "tools/list", listing.next());
    if (!result.ok() && page == 1 && has_no_tools(session, result.status())) return ToolList();
    const Status added = result.ok() ? listing.add(*result) : result.status();
    if (!added.ok()) return list_failure(page, added);
  }
  return listing.take();
}

}  // namespace toolhive::mcp
