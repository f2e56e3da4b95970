#include "registry/model/differences.hpp"

#include <algorithm>
#include <utility>

#include "controller/base/utf8.hpp"
#include "registry/model/text.hpp"

namespace toolhive::registry {
namespace {

constexpr std::size_t kKeywordBytes = 128;
constexpr std::size_t kMessageBytes = 256;

}  // namespace

void Differences::add(Difference difference) {
  const auto number = total_++;
  auto& kept = difference.compatibility == Compatibility::Breaking ? breaking_ : compatible_;
  if (kept.size() == kKept) return;
  difference.keyword = shortened(difference.keyword, kKeywordBytes);
  difference.message = shortened(difference.message, kMessageBytes);
  kept.push_back({number, std::move(difference)});
}

std::vector<Difference> Differences::kept() const {
  auto all = breaking_;
  all.insert(all.end(), compatible_.begin(), compatible_.end());
  if (total_ <= kKept)
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.number < b.number; });
  std::vector<Difference> out;
  for (auto& each : all) {
    if (out.size() == kKept) break;
    out.push_back(std::move(each.difference));
  }
  return out;
}

}  // namespace toolhive::registry
