#pragma once

#include <yaml-cpp/yaml.h>

#include <charconv>
#include <chrono>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "registry/result.hpp"

namespace toolhive::registry {

/// Ends the reading of a file; caught by who began it.
struct Failure {
  Error error;
};

/// A mapping whose every field must be asked for: what is left over is unknown.
class Section {
 public:
  Section(const YAML::Node& node, std::string path) : path_(std::move(path)) {
    if (!node.IsDefined() || node.IsNull()) return;
    if (!node.IsMap()) fail({}, "must be a mapping of fields to values");
    for (const auto& entry : node) {
      const auto name = entry.first.as<std::string>("");
      if (!fields_.emplace(name, entry.second).second) fail(name, "is given twice; give it once");
    }
  }

  [[noreturn]] void fail(const std::string& field, std::string detail) const {
    throw Failure{Error{Code::Invalid, std::move(detail), path_of(field)}};
  }

  /// Whether there is any field.
  bool given() const { return !fields_.empty(); }

  Section section(const std::string& name) { return Section(take(name), path_of(name)); }

  /// The mappings of a list, whose paths have their places in it: "rules[0]".
  std::vector<Section> sections(const std::string& name) {
    const auto node = take(name);
    std::vector<Section> out;
    if (!node.IsDefined()) return out;
    if (!node.IsSequence()) fail(name, "must be a list");
    for (std::size_t i = 0; i < node.size(); ++i)
      out.emplace_back(node[i], path_of(name) + "[" + std::to_string(i) + "]");
    return out;
  }

  void text(const std::string& name, std::string& value) {
    const auto node = take(name);
    if (!node.IsDefined()) return;
    if (!node.IsScalar() || node.Scalar().empty()) fail(name, "must be a text that is not empty");
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
    if (!node.IsSequence()) fail(name, "must be a list");
    for (const auto& item : node) {
      if (!item.IsScalar() || item.Scalar().empty()) fail(name, "must hold texts that are not empty");
      values.push_back(item.Scalar());
    }
  }

  /// A whole number, or one of bytes with the suffix Ki, Mi or Gi.
  template <class Number>
  void number(const std::string& name, Number& value, std::uint64_t low, std::uint64_t high) {
    std::string word;
    text(name, word);
    if (word.empty()) return;
    std::uint64_t parsed = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), parsed);
    const std::string_view suffix(end, static_cast<std::size_t>(word.data() + word.size() - end));
    const int shift = suffix.empty()   ? 0
                      : suffix == "Ki" ? 10
                      : suffix == "Mi" ? 20
                      : suffix == "Gi" ? 30
                                       : -1;
    if (error != std::errc() || shift < 0 || parsed > (high >> shift) || (parsed << shift) < low) {
      fail(name, "must be a whole number from " + std::to_string(low) + " to " + std::to_string(high));
    }
    value = static_cast<Number>(parsed << shift);
  }

  /// "500ms", "10s", "2m", "24h".
  void duration(const std::string& name, std::chrono::milliseconds& value,
                std::chrono::hours longest = std::chrono::hours(1)) {
    std::string word;
    text(name, word);
    if (word.empty()) return;
    std::int64_t parsed = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), parsed);
    const std::string_view unit(end, static_cast<std::size_t>(word.data() + word.size() - end));
    const std::int64_t factor = unit == "ms"  ? 1
                                : unit == "s" ? 1'000
                                : unit == "m" ? 60'000
                                : unit == "h" ? 3'600'000
                                              : 0;
    if (error != std::errc() || factor == 0 || parsed < 1 ||
        parsed > std::chrono::milliseconds(longest).count() / factor) {
      fail(name, "must be a duration from 1ms to " + std::to_string(longest.count()) +
                     "h, such as 500ms, 10s or 2m");
    }
    value = std::chrono::milliseconds(parsed * factor);
  }

  /// To be called last.
  void end() const {
    for (const auto& [name, node] : fields_) {
      if (asked_.contains(name)) continue;
      std::string list;
      for (const auto& known : asked_) list += (list.empty() ? "" : ", ") + known;
      fail(name, "unknown field; known here: " + list);
    }
  }

 private:
  YAML::Node take(const std::string& name) {
    asked_.insert(name);
    const auto it = fields_.find(name);
    return it == fields_.end() || it->second.IsNull() ? YAML::Node(YAML::NodeType::Undefined) : it->second;
  }
  std::string path_of(const std::string& field) const {
    return path_.empty() ? field : field.empty() ? path_ : path_ + "." + field;
  }

  std::string path_;
  std::map<std::string, YAML::Node> fields_;
  std::set<std::string> asked_;
};

}  // namespace toolhive::registry
