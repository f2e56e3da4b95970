#include "controller/kube/transport/exchange.hpp"

#include <utility>

#include "controller/base/waiting.hpp"

namespace toolhive::kube {

namespace {
// Capacity that one large reply left behind is given back above this.
constexpr std::size_t kKeptCapacity = 256U << 10;
}  // namespace

void Exchange::set_head(int status, Headers headers) {
  const std::lock_guard lock(mutex_);
  status_ = status;
  headers_ = std::move(headers);
  changed_.notify_all();
}

Exchange::Put Exchange::put(std::string_view bytes, std::function<void()> resume) {
  const std::lock_guard lock(mutex_);
  if (closed_) return Put::Closed;
  bytes_.append(bytes);
  changed_.notify_all();
  if (bytes_.size() <= max_buffered_) return Put::Taken;
  resume_ = std::move(resume);
  return Put::Paused;
}

void Exchange::finish(Status status) {
  const std::lock_guard lock(mutex_);
  if (!end_) end_ = std::move(status);
  changed_.notify_all();
}

Status Exchange::end_locked() const {
  return end_->ok() ? Status(Code::EndOfStream, "the stream ended") : *end_;
}

Status Exchange::wait_head(const Context& ctx) {
  Status end;
  Status waited = wait_then(
      ctx, mutex_, changed_, TimePoint::max(), [this] { return status_ || end_; },
      [&] {
        if (!status_) end = end_->ok() ? Status(Code::Unavailable, "a reply without a status") : *end_;
      });
  return waited.ok() ? end : waited;
}

int Exchange::status() const {
  const std::lock_guard lock(mutex_);
  return status_.value_or(0);
}

Exchange::Headers Exchange::headers() const {
  const std::lock_guard lock(mutex_);
  return headers_;
}

Status Exchange::take(const Context& ctx, TimePoint deadline, std::string& out) {
  Status end;
  std::function<void()> resume;
  Status waited = wait_then(
      ctx, mutex_, changed_, deadline, [this] { return !bytes_.empty() || end_; },
      [&] {
        if (bytes_.empty()) {
          end = end_locked();
          return;
        }
        if (out.empty()) {
          out.swap(bytes_);
        } else {
          out.append(bytes_);
        }
        bytes_.clear();
        if (bytes_.capacity() > kKeptCapacity) std::string().swap(bytes_);
        resume = std::exchange(resume_, nullptr);
      });
  if (resume) resume();
  return waited.ok() ? end : waited;
}

void Exchange::close() {
  std::function<void()> resume;
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    std::string().swap(bytes_);
    resume = std::exchange(resume_, nullptr);
  }
  if (resume) resume();
}

bool Exchange::finished() const {
  const std::lock_guard lock(mutex_);
  return end_.has_value();
}

}  // namespace toolhive::kube
