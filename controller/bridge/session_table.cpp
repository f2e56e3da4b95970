#include "controller/bridge/session_table.hpp"

#include <sys/random.h>

#include <array>
#include <utility>

namespace toolhive::bridge {

namespace {

// 128 bits, so that nobody guesses one. Empty when the system has no random bytes to give.
std::string random_id() {
  std::array<unsigned char, 16> bytes{};
  if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) return {};
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string id;
  for (const unsigned char byte : bytes) {
    id += kDigits[byte >> 4U];
    id += kDigits[byte & 15U];
  }
  return id;
}

}  // namespace

std::shared_ptr<Session> SessionTable::make() {
  const std::string id = random_id();
  if (id.empty() || size() >= limits_.most) return nullptr;
  auto session = std::make_shared<Session>(id, ++last_owner_, *this);
  session->last_used = clock_.now();
  sessions_[id] = session;
  return session;
}

std::shared_ptr<Session> SessionTable::find(const std::string& id) {
  const auto found = sessions_.find(id);
  if (found == sessions_.end()) return nullptr;
  found->second->last_used = clock_.now();
  return found->second;
}

bool SessionTable::end(const std::string& id) {
  auto node = sessions_.extract(id);
  if (node.empty()) return false;
  retire(std::move(node.mapped()));
  return true;
}

void SessionTable::end_all() {
  while (!sessions_.empty()) end(sessions_.begin()->first);
}

void SessionTable::retire(std::shared_ptr<Session> session) {
  session->end();
  ending_.push_back(std::move(session));
}

void SessionTable::tick() {
  const TimePoint now = clock_.now();
  std::vector<std::string> idle;
  for (const auto& [id, session] : sessions_) {
    session->tick(now);
    if (session->busy()) session->last_used = now;
    if (now - session->last_used >= limits_.idle) idle.push_back(id);
  }
  for (const std::string& id : idle) end(id);
  std::erase_if(ending_, [](const auto& session) {
    return !session->has_own_process() || !session->backend().running();
  });
}

void SessionTable::for_each(const std::function<void(Session&)>& visit) {
  for (const auto& [id, session] : sessions_) visit(*session);
}

}  // namespace toolhive::bridge
