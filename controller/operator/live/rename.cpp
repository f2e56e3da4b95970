#include "controller/operator/live/rename.hpp"

#include <algorithm>
#include <string_view>

namespace toolhive {

namespace {

constexpr std::size_t kMostGuessed = 32;

// How many characters the two have in common at their beginnings and ends.
std::size_t common(std::string_view a, std::string_view b) {
  const auto begin = std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first;
  const auto same = static_cast<std::size_t>(begin - a.begin());
  a.remove_prefix(same);
  b.remove_prefix(same);
  const auto end = std::mismatch(a.rbegin(), a.rend(), b.rbegin(), b.rend()).first;
  return same + static_cast<std::size_t>(end - a.rbegin());
}

}  // namespace

std::map<std::string, std::string> probable_renames(const std::vector<std::string>& gone,
                                                    const std::vector<std::string>& came) {
  if (gone.size() == 1 && came.size() == 1) return {{gone.front(), came.front()}};
  std::map<std::string, std::string> renames;
  if (gone.size() > kMostGuessed || came.size() > kMostGuessed) return renames;
  std::vector<std::string> left = came;
  for (const std::string& name : gone) {
    const auto closest = std::max_element(left.begin(), left.end(), [&](const auto& a, const auto& b) {
      return common(name, a) < common(name, b);
    });
    if (closest == left.end() || 2 * common(name, *closest) < std::max(name.size(), closest->size()))
      continue;
    renames[name] = *closest;
    left.erase(closest);
  }
  return renames;
}

}  // namespace toolhive
