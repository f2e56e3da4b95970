#include "registry/model/differences.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "controller/base/utf8.hpp"
#include "registry/model/text.hpp"

namespace toolhive::registry {
namespace {

constexpr std::size_t kKeywordBytes = 128;
constexpr std::size_t kMessageBytes = 256;

}  // namespace

std::string_view name_of(Compatibility compatibility) {
  constexpr std::array<std::string_view, 3> kNames = {"compatible", "review", "breaking"};
  return kNames[static_cast<std::size_t>(compatibility)];
}

Compatibility Differences::verdict() const {
  auto worst = kept_.size() - 1;
  while (worst > 0 && kept_[worst].empty()) --worst;
  return static_cast<Compatibility>(worst);
}

std::size_t Differences::total() const {
  return std::accumulate(counts_.begin(), counts_.end(), std::size_t{0});
}

void Differences::add(Difference difference) {
  const auto number = total();
  ++counts_[static_cast<std::size_t>(difference.compatibility)];
  auto& kept = kept_[static_cast<std::size_t>(difference.compatibility)];
  if (kept.size() == kKept) return;
  difference.keyword = shortened(difference.keyword, kKeywordBytes);
  difference.message = shortened(difference.message, kMessageBytes);
  kept.push_back({number, std::move(difference)});
}

std::vector<Difference> Differences::kept() const {
  std::vector<Numbered> all;
  for (auto kept = kept_.rbegin(); kept != kept_.rend(); ++kept)
    all.insert(all.end(), kept->begin(), kept->end());
  if (total() <= kKept)
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.number < b.number; });
  std::vector<Difference> out;
  for (auto& each : all) {
    if (out.size() == kKept) break;
    out.push_back(std::move(each.difference));
  }
  return out;
}

}  // namespace toolhive::registry
