#pragma once

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "registry/base/result.hpp"

namespace toolhive::registry {

// Ends the reading of a file; caught by who began it.
struct Failure {
  Error error;
};

// A mapping whose every field must be asked for: what is left over is unknown.
class Section {
 public:
  Section(const YAML::Node& node, std::string path) : path_(std::move(path)), given_(node.IsDefined()) {
    if (!node.IsDefined() || node.IsNull()) return;
    if (!node.IsMap()) fail({}, "must be a mapping of fields to values");
    for (const auto& entry : node) {
      if (!entry.first.IsScalar()) fail({}, "has a field whose name is not a text");
      const auto& name = entry.first.Scalar();
      if (!fields_.emplace(name, entry.second).second) fail(name, "is given twice; give it once");
      if (entry.second.IsNull()) fail(name, "is given without a value; give it one, or leave it out");
    }
  }

  [[noreturn]] void fail(const std::string& field, std::string detail) const {
    throw Failure{Error{Code::Invalid, std::move(detail), path_of(field)}};
  }

  // Whether it is there, be it empty.
  bool given() const { return given_; }
  // Whether it has this field.
  bool has(const std::string& name) const { return fields_.contains(name); }

  Section section(const std::string& name) { return Section(take(name), path_of(name)); }

  // The mappings of a list, whose paths have their places in it: "rules[0]".
  std::vector<Section> sections(const std::string& name) {
    const auto node = take(name);
    std::vector<Section> out;
    if (!node.IsDefined()) return out;
    check_list(name, node);
    for (std::size_t i = 0; i < node.size(); ++i)
      out.emplace_back(node[i], path_of(name) + "[" + std::to_string(i) + "]");
    return out;
  }

  void text(const std::string& name, std::string& value) {
    const auto node = take(name);
    if (!node.IsDefined()) return;
    if (!is_text(node)) fail(name, kText);
    value = node.Scalar();
  }

  template <class Value>
  void one_of(const std::string& name, Value& value,
              const std::vector<std::pair<std::string, Value>>& known) {
    std::string word;
    text(name, word);
    if (word.empty()) return;
    std::string list;
    for (const auto& [label, meaning] : known) {
      if (label == word) {
        value = meaning;
        return;
      }
      list += (list.empty() ? "" : ", ") + label;
    }
    fail(name, "must be one of: " + list);
  }

  void texts(const std::string& name, std::vector<std::string>& values) {
    const auto node = take(name);
    if (!node.IsDefined()) return;
    check_list(name, node);
    for (const auto& item : node) {
      if (!is_text(item)) fail(name, std::string("has an entry that ") + kText);
      values.push_back(item.Scalar());
    }
  }

  // A whole number, or one of bytes with the suffix Ki, Mi or Gi.
  template <class Number>
  void number(const std::string& name, Number& value, std::uint64_t low, std::uint64_t high) {
    std::string word;
    text(name, word);
    if (word.empty()) return;
    std::uint64_t parsed = 0;
    const auto suffix = digits(word, parsed);
    const int shift = suffix.empty()   ? 0
                      : suffix == "Ki" ? 10
                      : suffix == "Mi" ? 20
                      : suffix == "Gi" ? 30
                                       : -1;
    if (shift < 0 || parsed > (high >> shift) || (parsed << shift) < low) {
      fail(name, "must be a whole number from " + std::to_string(low) + " to " + std::to_string(high));
    }
    value = static_cast<Number>(parsed << shift);
  }

  // "500ms", "10s", "2m", "24h".
  void duration(const std::string& name, std::chrono::milliseconds& value,
                std::chrono::hours longest = std::chrono::hours(1)) {
    std::string word;
    text(name, word);
    if (word.empty()) return;
    std::int64_t parsed = 0;
    const auto unit = digits(word, parsed);
    const std::int64_t factor = unit == "ms"  ? 1
                                : unit == "s" ? 1'000
                                : unit == "m" ? 60'000
                                : unit == "h" ? 3'600'000
                                              : 0;
    if (factor == 0 || parsed < 1 || parsed > std::chrono::milliseconds(longest).count() / factor) {
      fail(name, "must be a duration from 1ms to " + std::to_string(longest.count()) +
                     "h, such as 500ms, 10s or 2m");
    }
    value = std::chrono::milliseconds(parsed * factor);
  }

  // To be called last.
  void end() const {
    for (const auto& [name, node] : fields_) {
      if (asked_.contains(name)) continue;
      std::string list;
      for (const auto& known : asked_) list += (list.empty() ? "" : ", ") + known;
      fail(name, "unknown field; known here: " + list);
    }
  }

 private:
  static constexpr char kText[] = "must be a text that is not empty, in one line, without blanks around it";
  static constexpr char kNoNumber[] = "?";

  // A line feed at its end comes from a block (|) and would become part of the value.
  static bool is_text(const YAML::Node& node) {
    if (!node.IsScalar() || node.Scalar().empty()) return false;
    const auto& text = node.Scalar();
    return text.front() != ' ' && text.back() != ' ' && std::none_of(text.begin(), text.end(), [](char c) {
             return static_cast<unsigned char>(c) < ' ' || c == 0x7F;
           });
  }

  void check_list(const std::string& name, const YAML::Node& node) const {
    if (!node.IsSequence()) fail(name, "must be a list");
    // Left out, most lists mean everything: an empty one is not to mean the same.
    if (node.size() == 0) fail(name, "is an empty list; give it an entry, or leave it out");
  }

  // Reads the digits that a word begins with, and returns the rest. A leading zero is refused: it
  // is octal to some readers of YAML.
  template <class Number>
  static std::string_view digits(const std::string& word, Number& value) {
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
    const bool octal = word.front() == '0' && end - word.data() > 1;
    if (error != std::errc() || octal) return kNoNumber;
    return {end, static_cast<std::size_t>(word.data() + word.size() - end)};
  }

  YAML::Node take(const std::string& name) {
    asked_.insert(name);
    const auto it = fields_.find(name);
    return it == fields_.end() ? YAML::Node(YAML::NodeType::Undefined) : it->second;
  }
  std::string path_of(const std::string& field) const {
    return path_.empty() ? field : field.empty() ? path_ : path_ + "." + field;
  }

  std::string path_;
  bool given_;
  std::map<std::string, YAML::Node> fields_;
  std::set<std::string> asked_;
};

}  // namespace toolhive::registry
