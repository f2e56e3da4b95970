#include "controller/bridge/pending_calls.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace toolhive::bridge {

namespace {

std::optional<std::uint64_t> number_in(std::string_view raw) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(raw.data(), raw.data() + raw.size(), number);
  if (error != std::errc() || end != raw.data() + raw.size()) return std::nullopt;
  return number;
}

}  // namespace

std::uint64_t PendingCalls::add(Call call, Message& request) {
  const std::uint64_t number = ++last_;
  const std::string text = std::to_string(number);
  call.id = request.raw(Part::Id);
  call.progress_token = request.raw(Part::ProgressToken);
  request.replace(Part::Id, text);
  if (request.has(Part::ProgressToken)) request.replace(Part::ProgressToken, text);
  calls_.emplace(number, std::move(call));
  return number;
}

std::optional<Call> PendingCalls::take(Message& answer) {
  const std::optional<std::uint64_t> number = number_in(answer.raw(Part::Id));
  std::optional<Call> call = number ? take(*number) : std::nullopt;
  if (!call) return call;
  answer.replace(Part::Id, call->id);
  if (answer.has(Part::Subscription)) answer.replace(Part::Subscription, call->id);
  return call;
}

std::optional<Call> PendingCalls::take(std::uint64_t number) {
  auto node = calls_.extract(number);
  if (node.empty()) return std::nullopt;
  return std::move(node.mapped());
}

Call* PendingCalls::at(std::string_view number) {
  const std::optional<std::uint64_t> wanted = number_in(number);
  const auto found = wanted ? calls_.find(*wanted) : calls_.end();
  return found == calls_.end() ? nullptr : &found->second;
}

Call* PendingCalls::find(Message& notification) {
  if (notification.has(Part::Subscription)) {
    Call* const call = at(notification.raw(Part::Subscription));
    if (call != nullptr) notification.replace(Part::Subscription, call->id);
    return call;
  }
  if (!notification.has(Part::Progress)) return nullptr;
  Call* const call = at(notification.raw(Part::Progress));
  // Progress that nobody asked for has no token to give back.
  if (call == nullptr || call->progress_token.empty()) return nullptr;
  notification.replace(Part::Progress, call->progress_token);
  return call;
}

std::optional<std::uint64_t> PendingCalls::number_of(Owner owner, std::string_view id) const {
  const auto found = numbers([&](const Call& call) { return call.owner == owner && call.id == id; });
  return found.empty() ? std::nullopt : std::optional(found.back());
}

Call* PendingCalls::latest(Owner owner) {
  const auto found = std::find_if(calls_.rbegin(), calls_.rend(),
                                  [&](const auto& entry) { return entry.second.owner == owner; });
  return found == calls_.rend() ? nullptr : &found->second;
}

Call* PendingCalls::only() {
  if (calls_.empty()) return nullptr;
  Call& last = calls_.rbegin()->second;
  const std::size_t others = calls_.size() - size_of(last.owner);
  const bool one_client = others == 0 && (last.owner != kNobody || calls_.size() == 1);
  return one_client ? &last : nullptr;
}

std::optional<std::uint64_t> PendingCalls::number_of(const Exchange& exchange) const {
  const auto found = numbers([&](const Call& call) { return call.exchange->is(exchange); });
  return found.empty() ? std::nullopt : std::optional(found.front());
}

std::vector<std::uint64_t> PendingCalls::all() const {
  return numbers([](const Call&) { return true; });
}

std::vector<std::uint64_t> PendingCalls::all_of(Owner owner) const {
  return numbers([&](const Call& call) { return call.owner == owner; });
}

std::vector<std::uint64_t> PendingCalls::lasting() const {
  return numbers([](const Call& call) { return call.deadline == kNever; });
}

std::vector<std::uint64_t> PendingCalls::expired(TimePoint now) const {
  return numbers([&](const Call& call) { return call.deadline <= now; });
}

void PendingCalls::for_each(const std::function<void(Call&)>& visit) {
  for (auto& [number, call] : calls_) visit(call);
}

std::size_t PendingCalls::size_of(Owner owner) const {
  return static_cast<std::size_t>(std::count_if(
      calls_.begin(), calls_.end(), [&](const auto& entry) { return entry.second.owner == owner; }));
}

std::vector<std::uint64_t> PendingCalls::numbers(const std::function<bool(const Call&)>& wanted) const {
  std::vector<std::uint64_t> found;
  for (const auto& [number, call] : calls_)
    if (wanted(call)) found.push_back(number);
  return found;
}

}  // namespace toolhive::bridge
