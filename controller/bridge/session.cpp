#include "controller/bridge/session.hpp"

#include <utility>

#include "controller/bridge/message_text.hpp"
#include "controller/bridge/session_table.hpp"

namespace toolhive::bridge {

bool is_change(const Message& notification) {
  const std::string method = notification.string(Part::Method);
  return method.ends_with("/list_changed") || method == "notifications/resources/updated";
}

void Session::use(std::unique_ptr<Backend> own) {
  own_ = std::move(own);
  backend_ = own_.get();
}

void Session::listen(std::shared_ptr<Exchange> stream) {
  if (const auto old = std::exchange(stream_, std::move(stream))) old->accept();
  stream_->open_stream();
}

void Session::stop_listening(const Exchange& stream) {
  if (stream_.get() == &stream) stream_.reset();
}

void Session::stop_listening() {
  if (const auto stream = std::exchange(stream_, nullptr)) stream->accept();
}

bool Session::send(const std::string& text) {
  if (!stream_) return false;
  stream_->send(text);
  return true;
}

bool Session::busy() const {
  return stream_ != nullptr || (backend_ != nullptr && backend_->calls().size_of(owner_) > 0);
}

void Session::end() {
  if (backend_ != nullptr) backend_->abandon(owner_);
  if (own_) own_->stop();
  stop_listening();
}

void Session::tick(TimePoint now) {
  if (own_) own_->tick();
  if (stream_) stream_->tick(now);
}

// Over stdio nothing tells which request a message belongs to: the one that came last is likely.
void Session::tell(const Message& notification, PendingCalls& calls) {
  Call* const call = is_change(notification) && stream_ ? nullptr : calls.latest(owner_);
  if (call != nullptr) return call->exchange->send(notification.text());
  send(notification.text());
}

bool Session::ask(const Message& request, PendingCalls& calls) {
  Call* const call = calls.latest(owner_);
  if (call == nullptr) return send(request.text());
  call->exchange->send(request.text());
  return true;
}

void Session::lost() {
  table_.end(id_);
}

}  // namespace toolhive::bridge
