#include "registry/store/commit_point.hpp"

#include <algorithm>
#include <charconv>

namespace toolhive::registry {
namespace {

constexpr std::string_view kPointPrefix = "commit-";
constexpr std::size_t kLongestAddress = 128;

bool take_count(std::string_view& rest, std::uint64_t& count) {
  const auto* const begin = rest.data();
  const auto [end, error] = std::from_chars(begin, begin + rest.size(), count);
  const auto digits = static_cast<std::size_t>(end - begin);
  if (error != std::errc() || digits == rest.size() || rest[digits] != '-') return false;
  if (rest.front() == '0' && digits > 1) return false;
  rest.remove_prefix(digits + 1);
  return true;
}

}  // namespace

bool is_later(const CommitPoint& point, const CommitPoint& other) {
  return point.epoch != other.epoch ? point.epoch > other.epoch : point.beat > other.beat;
}

bool is_replica_address(std::string_view address) {
  return !address.empty() && address.size() <= kLongestAddress &&
         std::all_of(address.begin(), address.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                  std::string_view("-._:[]").find(c) != std::string_view::npos;
         });
}

std::string commit_point_name(const CommitPoint& point) {
  std::string name(kPointPrefix);
  for (const auto count : {point.epoch, point.log, point.bytes, point.beat})
    name += std::to_string(count) + '-';
  const auto before = name.size();
  name += point.writer;
  std::replace(name.begin() + static_cast<std::ptrdiff_t>(before), name.end(), ':', '+');
  return name;
}

std::optional<CommitPoint> parse_commit_point(std::string_view name) {
  if (!name.starts_with(kPointPrefix)) return std::nullopt;
  name.remove_prefix(kPointPrefix.size());
  CommitPoint point;
  for (auto* count : {&point.epoch, &point.log, &point.bytes, &point.beat})
    if (!take_count(name, *count)) return std::nullopt;
  if (name.find(':') != name.npos) return std::nullopt;
  point.writer = name;
  std::replace(point.writer.begin(), point.writer.end(), '+', ':');
  if (!point.writer.empty() && !is_replica_address(point.writer)) return std::nullopt;
  return point;
}

}  // namespace toolhive::registry
