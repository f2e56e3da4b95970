#include "registry/model/schema_pattern.hpp"

#include <algorithm>
#include <bitset>
#include <cstddef>
#include <string>
#include <vector>

#include "registry/model/text.hpp"

namespace toolhive::registry {
namespace {

constexpr std::size_t kPatternBytes = 128, kTextBytes = 512;

using Characters = std::bitset<128>;

// A character of some, and how often it is there.
struct Step {
  Characters characters;
  bool may_miss = false;    // ? or *
  bool may_repeat = false;  // + or *
};

struct Pattern {
  std::vector<Step> steps;
  bool from_begin = false, to_end = false;
};

void add_range(Characters& out, unsigned char first, unsigned char last) {
  for (unsigned c = first; c <= last && c < 128; ++c) out.set(c);
}

// What \d and the like stand for; a punctuation mark stands for itself.
std::optional<Characters> escaped(char c) {
  Characters out;
  if (c == 'd' || c == 'w') add_range(out, '0', '9');
  if (c == 'w') {
    add_range(out, 'a', 'z');
    add_range(out, 'A', 'Z');
    out.set('_');
  }
  if (out.none() && std::string_view(".-_/\\+*?()[]{}^$|").find(c) != std::string_view::npos)
    out.set(static_cast<unsigned char>(c));
  if (out.none()) return std::nullopt;
  return out;
}

class PatternReader {
 public:
  explicit PatternReader(std::string_view text) : rest_(text) {}

  std::optional<Pattern> read() {
    Pattern out;
    out.from_begin = skip('^');
    while (!rest_.empty()) {
      if (rest_ == "$") {
        out.to_end = true;
        return out;
      }
      auto step = read_step();
      if (!step) return std::nullopt;
      out.steps.push_back(*step);
    }
    return out;
  }

 private:
  bool skip(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  char take() {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }

  std::optional<Step> read_step() {
    const auto characters = read_characters();
    if (!characters) return std::nullopt;
    Step out{*characters};
    const bool any = skip('*');
    const bool some = !any && skip('+');
    const bool maybe = !any && !some && skip('?');
    out.may_repeat = any || some;
    out.may_miss = any || maybe;
    // A second one asks for as little as possible, which makes no difference here.
    if (out.may_repeat || out.may_miss) skip('?');
    if (!rest_.empty() && (rest_.front() == '*' || rest_.front() == '+' || rest_.front() == '?'))
      return std::nullopt;
    return out;
  }

  std::optional<Characters> read_characters() {
    const char c = take();
    Characters out;
    if (c == '[') return read_class();
    if (c == '\\') return rest_.empty() ? std::nullopt : escaped(take());
    if (c == '.') {
      out.set();
      out.reset('\n').reset('\r');
      return out;
    }
    if (std::string_view("()|{}*+?^$]").find(c) != std::string_view::npos) return std::nullopt;
    out.set(static_cast<unsigned char>(c));
    return out;
  }

  std::optional<Characters> read_class() {
    Characters out;
    const bool none_of = skip('^');
    while (!rest_.empty() && rest_.front() != ']') {
      const char c = take();
      if (c == '[') return std::nullopt;
      if (c == '\\') {
        const auto some = rest_.empty() ? std::nullopt : escaped(take());
        if (!some || rest_.starts_with('-')) return std::nullopt;
        out |= *some;
      } else if (rest_.size() > 2 && rest_[0] == '-' && rest_[1] != ']') {
        if (rest_[1] == '\\' || rest_[1] == '[' || rest_[1] < c) return std::nullopt;
        add_range(out, static_cast<unsigned char>(c), static_cast<unsigned char>(rest_[1]));
        rest_.remove_prefix(2);
      } else {
        out.set(static_cast<unsigned char>(c));
      }
    }
    if (!skip(']')) return std::nullopt;
    return none_of ? ~out : out;
  }

  std::string_view rest_;
};

// Which steps may come next; those after the last are the end.
using Places = std::vector<bool>;

void pass_what_may_miss(const Pattern& pattern, Places& places) {
  for (std::size_t i = 0; i < pattern.steps.size(); ++i) {
    if (places[i] && pattern.steps[i].may_miss) places[i + 1] = true;
  }
}

bool is_found(const Pattern& pattern, std::string_view text) {
  const auto end = pattern.steps.size();
  Places places(end + 1);
  places[0] = true;
  pass_what_may_miss(pattern, places);
  if (places[end] && !pattern.to_end) return true;
  for (const unsigned char c : text) {
    Places next(end + 1);
    for (std::size_t i = 0; i < end; ++i) {
      if (!places[i] || !pattern.steps[i].characters.test(c)) continue;
      next[i + 1] = true;
      if (pattern.steps[i].may_repeat) next[i] = true;
    }
    if (!pattern.from_begin) next[0] = true;
    pass_what_may_miss(pattern, next);
    if (next[end] && !pattern.to_end) return true;
    places = std::move(next);
  }
  return places[end];
}

}  // namespace

std::optional<bool> matches_pattern(std::string_view pattern, std::string_view text) {
  if (pattern.size() > kPatternBytes || text.size() > kTextBytes || !is_ascii(pattern) || !is_ascii(text))
    return std::nullopt;
  const auto read = PatternReader(pattern).read();
  if (!read) return std::nullopt;
  return is_found(*read, text);
}

}  // namespace toolhive::registry
