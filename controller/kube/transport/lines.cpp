#include "controller/kube/transport/lines.hpp"

#include <algorithm>
#include <utility>

namespace toolhive::kube {

StatusOr<std::string_view> ReplyLines::next(const Context& ctx) {
  for (;;) {
    const std::size_t end = buffer_.find('\n', std::max(read_, searched_));
    if (end != std::string::npos) {
      const std::size_t begin = read_;
      read_ = searched_ = end + 1;
      if (end == begin) continue;
      return std::string_view(buffer_).substr(begin, end - begin);
    }
    if (buffer_.size() - read_ > options_.max_line) {
      request_->abandon();
      end_ = Status(Code::Decode,
                    "a line of the stream is longer than " + std::to_string(options_.max_line) + " bytes");
      buffer_.clear();
      read_ = 0;
    }
    if (!end_.ok()) return end_;
    if (Status status = fill(ctx); !status.ok()) return status;
  }
}

Status ReplyLines::fill(const Context& ctx) {
  buffer_.erase(0, read_);
  read_ = 0;
  searched_ = buffer_.size();
  if (!silent_since_) silent_since_ = ctx.clock.now();
  const TimePoint dead = *silent_since_ + options_.idle_limit;
  Status status = request_->exchange().take(ctx, dead, buffer_);
  if (status.ok()) {
    silent_since_.reset();
    return status;
  }
  if (status.code() == Code::Cancelled) return status;
  if (status.code() == Code::Timeout) {
    if (ctx.clock.now() < dead) return status;
    request_->abandon();
    end_ =
        Status(Code::Unavailable, "the stream was silent for " + std::to_string(options_.idle_limit.count()) +
                                      " s, so its connection counts as dead");
    return end_;
  }
  end_ = std::move(status);
  // What came before the end without a newline is the last line of an orderly end, and a torn one
  // otherwise.
  if (end_.code() == Code::EndOfStream && !buffer_.empty()) {
    buffer_.push_back('\n');
    return {};
  }
  return end_;
}

}  // namespace toolhive::kube
