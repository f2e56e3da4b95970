#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace toolhive::registry {

// What a change asks of those who relied on the old version, the least first.
enum class Compatibility {
  Compatible,  // Nothing.
  // To be read: what is accepted and given is the same, but models are told something else.
  Review,
  // A call that was valid may not be, or a result may be what nobody expected.
  Breaking,
};

// "compatible", "review", "breaking": as the API says it.
std::string_view name_of(Compatibility compatibility);

// One difference between two versions of a tool.
struct Difference {
  Compatibility compatibility = Compatibility::Compatible;
  // JSON pointer into the new version's document; into the old one's for what was removed.
  std::string pointer;
  std::string keyword;  // The member or schema keyword that differs.
  std::string message;  // What became of it, in words.
};

// The differences between two versions, of which no more than kKept are kept. All of them are
// counted, so that the verdict is right however many there are. Keywords and messages are cut to
// some hundred bytes. Not thread safe.
class Differences {
 public:
  static constexpr std::size_t kKept = 1'000;

  void add(Difference difference);

  // Whether none of them is breaking.
  bool compatible() const { return verdict() != Compatibility::Breaking; }
  // The worst of them; Compatible when there is none.
  Compatibility verdict() const;
  // How many were added.
  std::size_t total() const;
  // How many of one class were.
  std::size_t count(Compatibility compatibility) const {
    return counts_[static_cast<std::size_t>(compatibility)];
  }
  // Those that are kept, in the order in which they were added. When that is not all of them, the
  // breaking ones come first, then those to review: what is left out is what matters least.
  std::vector<Difference> kept() const;

 private:
  struct Numbered {
    std::size_t number;
    Difference difference;
  };

  std::array<std::size_t, 3> counts_ = {};
  std::array<std::vector<Numbered>, 3> kept_;  // The first kKept of each class.
};

}  // namespace toolhive::registry
