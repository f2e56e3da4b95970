#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace toolhive::registry {

// Whether those who relied on the old version can go on with the new one.
enum class Compatibility { Compatible, Breaking };

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
  bool compatible() const { return breaking_.empty(); }
  // How many were added.
  std::size_t total() const { return total_; }
  // Those that are kept, in the order in which they were added. When that is not all of them, the
  // breaking ones come first: what is left out is what matters least.
  std::vector<Difference> kept() const;

 private:
  struct Numbered {
    std::size_t number;
    Difference difference;
  };

  std::size_t total_ = 0;
  std::vector<Numbered> breaking_, compatible_;  // The first kKept of each.
};

}  // namespace toolhive::registry
