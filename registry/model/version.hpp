#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "registry/base/result.hpp"

namespace toolhive::registry {

// A version, at most 255 bytes long: of a tool as Semantic Versioning 2.0.0 writes it, of a server
// any text. A value type, cheap to copy for usual lengths.
class Version {
 public:
  // Invalid, with what is wrong and an example, when `text` is not a semantic version.
  static Result<Version> parse(std::string_view text);

  // Takes what is no semantic version as well, as servers may be versioned ("2025-06-18",
  // "v1.2.0"). Invalid when `text` is empty or longer than 255 bytes.
  static Result<Version> parse_any(std::string_view text);

  const std::string& text() const { return text_; }
  // Whether it is a semantic version, maybe after a v. Of a tool it always is.
  bool is_semantic() const { return semantic_; }

  // Precedence as section 11 orders it: build metadata does not count, so unlike versions can be
  // equivalent. What is no semantic version comes before all that are, and among themselves those
  // are equivalent.
  std::weak_ordering precedence(const Version& other) const;

  // The next version the registry gives out: the minor number plus one, patch 0, no pre-release or
  // build. None when it would be longer than a version may be.
  std::optional<Version> next_minor() const;

  // Whether it has a pre-release part, such as 2.0.0-rc.1: it promises nothing yet.
  bool is_pre_release() const { return pre_end_ > pre_begin_; }

  // What stays of a semantic version while it breaks nobody: the major number ("2" of 2.1.0), below
  // 1.0 with the minor one ("0.3" of 0.3.1).
  std::string_view series() const;

  // The first version of the next series: 3.0.0 after 2.1.0, 0.4.0 after 0.3.1. None when it would
  // be longer than a version may be.
  std::optional<Version> next_series() const;

  // What the first version of a tool is called when nobody says: 0.1.0.
  static Version first();

 private:
  Version() = default;

  std::string text_;
  bool semantic_ = true;
  std::uint16_t core_begin_ = 0, core_end_ = 0;  // The three numbers and their dots within text_.
  std::uint16_t pre_begin_ = 0,
                // The pre-release within text_, without its hyphen; empty when equal.
      pre_end_ = 0;

  std::string_view core() const {
    return std::string_view(text_).substr(core_begin_, core_end_ - core_begin_);
  }
  std::string_view pre_release() const {
    return std::string_view(text_).substr(pre_begin_, pre_end_ - pre_begin_);
  }
};

}  // namespace toolhive::registry
