#include "controller/plugin/redacted_text.hpp"

#include <algorithm>
#include <cctype>

#include "controller/plugin/secret_name.hpp"

namespace toolhive::plugin {

namespace {

constexpr std::size_t kLongestName = 64;
constexpr std::size_t kNone = std::string_view::npos;

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-';
}

// Of what stands in a URL, a header or a value: no blank, no quote.
bool is_value(char c) {
  return std::string_view(" \t\r\n\"'`<>,;&|)}]\\").find(c) == kNone;
}

template <class Fits>
std::size_t end_of(std::string_view text, std::size_t at, Fits fits) {
  while (at < text.size() && fits(text[at])) ++at;
  return at;
}

std::size_t skip(std::string_view text, std::size_t at, std::string_view some) {
  return end_of(text, at, [&](char c) { return some.find(c) != kNone; });
}

bool equals_ignoring_case(std::string_view a, std::string_view small) {
  return a.size() == small.size() && std::equal(a.begin(), a.end(), small.begin(), [](char c, char s) {
           return std::tolower(static_cast<unsigned char>(c)) == s;
         });
}

// A text that is read from its start, and written again without secrets.
class Redaction {
 public:
  explicit Redaction(std::string_view text) : text_(text) {}

  std::string run() && {
    while (at_ < text_.size()) {
      if (!private_key() && !userinfo() && !word()) keep(at_ + 1);
    }
    return std::move(out_);
  }

 private:
  void keep(std::size_t end) {
    out_ += text_.substr(at_, end - at_);
    at_ = end;
  }
  void leave_out(std::size_t end) {
    if (end > at_) out_ += kRedacted;
    at_ = end;
  }

  // "-----BEGIN RSA PRIVATE KEY-----" to the end that belongs to it, or to that of the text.
  bool private_key() {
    constexpr std::string_view kBegin = "-----BEGIN ";
    if (!text_.substr(at_).starts_with(kBegin)) return false;
    const std::size_t head_end = text_.find("-----", at_ + kBegin.size());
    if (head_end == kNone || head_end - at_ > kLongestName ||
        text_.substr(at_, head_end - at_).find("PRIVATE KEY") == kNone)
      return false;
    const std::size_t foot = text_.find("-----END ", head_end);
    const std::size_t end = foot == kNone ? kNone : text_.find("-----", foot + 9);
    leave_out(end == kNone ? text_.size() : end + 5);
    return true;
  }

  // Of "scheme://user:password@host".
  bool userinfo() {
    if (!text_.substr(at_).starts_with("://")) return false;
    keep(at_ + 3);
    const std::size_t end = end_of(text_, at_, [](char c) { return is_value(c) && c != '/' && c != '?'; });
    const std::size_t sign = text_.substr(at_, end - at_).rfind('@');
    if (sign != kNone) leave_out(at_ + sign);
    return true;
  }

  // A word, which may be a token, or the name of a value that is one.
  bool word() {
    const std::size_t end = end_of(text_, at_, is_word);
    if (end == at_) return false;
    const std::string_view word = text_.substr(at_, end - at_);
    if (is_token(word, end)) {
      leave_out(end_of(text_, end,
                       [](char c) { return is_word(c) || c == '.' || c == '/' || c == '+' || c == '='; }));
      return true;
    }
    keep(end);
    if (equals_ignoring_case(word, "bearer") || equals_ignoring_case(word, "basic")) {
      credentials();
    } else if (word.size() <= kLongestName && is_secret_name(word)) {
      value();
    }
    return true;
  }

  // A JSON Web Token (RFC 7519), or one that says by its beginning whose it is.
  bool is_token(std::string_view word, std::size_t end) const {
    if (word.starts_with("eyJ") && end < text_.size() && text_[end] == '.') return true;
    constexpr std::string_view kPrefixes[] = {"ghp_",  "gho_",  "ghs_", "github_pat_", "glpat-",
                                              "xoxb-", "xoxp-", "sk-",  "AKIA"};
    return word.size() >= 20 &&
           std::any_of(std::begin(kPrefixes), std::end(kPrefixes),
                       [&](std::string_view prefix) { return word.starts_with(prefix); });
  }

  // "Bearer x": what follows blanks.
  void credentials() {
    const std::size_t start = skip(text_, at_, " ");
    if (start == at_) return;
    keep(start);
    leave_out(end_of(text_, at_, is_value));
  }

  // "=x", ": x", "\": \"x y\"", "\\\": \\\"x": quotes say where the value ends.
  void value() {
    const std::size_t sign = skip(text_, at_, "\\\"'");
    if (sign >= text_.size() || (text_[sign] != '=' && text_[sign] != ':')) return;
    const std::size_t start = skip(text_, skip(text_, sign + 1, " "), "\\\"'");
    keep(start);
    if (at_ < text_.size() && (text_[at_] == '{' || text_[at_] == '[')) return;
    const char before = text_[at_ - 1];
    if (before == '"' || before == '\'') return leave_out(quoted_end());
    if (const std::size_t scheme = end_of(text_, at_, is_word); is_scheme(text_.substr(at_, scheme - at_)))
      keep(skip(text_, scheme, " "));
    leave_out(end_of(text_, at_, is_value));
  }

  // Of the value whose opening quote stands before it: at a quote with no more backslashes than
  // that one has. JSON within JSON has its quotes behind some.
  std::size_t quoted_end() const {
    const char quote = text_[at_ - 1];
    std::size_t before = 0;
    while (before + 1 < at_ && text_[at_ - 2 - before] == '\\') ++before;
    std::size_t run = 0;
    for (std::size_t at = at_; at < text_.size() && text_[at] != '\n'; ++at) {
      if (text_[at] == quote && run <= before) return at - run;
      run = text_[at] == '\\' ? run + 1 : 0;
    }
    return std::min(text_.find('\n', at_), text_.size());
  }

  static bool is_scheme(std::string_view word) {
    return equals_ignoring_case(word, "bearer") || equals_ignoring_case(word, "basic");
  }

  const std::string_view text_;
  std::size_t at_ = 0;
  std::string out_;
};

}  // namespace

std::string redacted_text(std::string_view text) {
  return Redaction(text).run();
}

}  // namespace toolhive::plugin
