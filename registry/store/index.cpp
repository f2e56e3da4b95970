#include "registry/store/index.hpp"

#include <algorithm>

namespace registry {
namespace {

constexpr std::size_t kLeafTools = 128;

template <class Items>
auto find_version(Items& items, std::string_view version) {
  return std::find_if(items.begin(), items.end(), [version](const auto& item) {
    if constexpr (requires { item->version; })
      return item->version.text() == version;
    else
      return item.version.text() == version;
  });
}

bool comes_first(const Registration& a, const Registration& b) {
  const auto order = a.version.precedence(b.version);
  return order != 0 ? order > 0 : a.sequence > b.sequence;
}

}  // namespace

std::shared_ptr<const Registration> Tool::find(std::string_view version) const {
  const auto it = find_version(live, version);
  return it == live.end() ? nullptr : *it;
}

const Retired* Tool::find_retired(std::string_view version) const {
  const auto it = find_version(retired, version);
  return it == retired.end() ? nullptr : &*it;
}

const Version* Tool::highest() const {
  const Version* highest = live.empty() ? nullptr : &live.front()->version;
  for (const auto& gone : retired) {
    if (highest == nullptr || gone.version.precedence(*highest) > 0) highest = &gone.version;
  }
  return highest;
}

const Tool* Index::find(std::string_view name) const {
  auto leaf = std::upper_bound(leaves_.begin(), leaves_.end(), name,
                               [](std::string_view n, const auto& l) { return n < l->tools.front()->name; });
  if (leaf == leaves_.begin()) return nullptr;
  const auto& tools = (*--leaf)->tools;
  const auto it =
      std::lower_bound(tools.begin(), tools.end(), name, [](const auto& t, auto n) { return t->name < n; });
  return it != tools.end() && (*it)->name == name ? it->get() : nullptr;
}

Index::Position Index::position_after(std::string_view name) const {
  auto leaf = std::upper_bound(leaves_.begin(), leaves_.end(), name,
                               [](std::string_view n, const auto& l) { return n < l->tools.front()->name; });
  if (leaf == leaves_.begin()) return {0, 0};
  const auto& tools = (*--leaf)->tools;
  const auto it =
      std::upper_bound(tools.begin(), tools.end(), name, [](auto n, const auto& t) { return n < t->name; });
  return {static_cast<std::size_t>(leaf - leaves_.begin()), static_cast<std::size_t>(it - tools.begin())};
}

IndexBuilder::IndexBuilder(const Index& base) : index_(base) {}

void IndexBuilder::count(const Tool& tool, int sign) {
  const auto add = [sign](auto& total, std::size_t value) { sign > 0 ? total += value : total -= value; };
  add(index_.tools_, tool.live.empty() ? 0 : 1);
  add(index_.versions_, tool.live.size());
  for (const auto& registration : tool.live) add(index_.document_bytes_, registration->document.size());
}

Index::Leaf& IndexBuilder::edit_leaf(std::size_t leaf) {
  auto& slot = index_.leaves_[leaf];
  if (!own_.contains(slot.get())) {
    slot = std::make_shared<Index::Leaf>(*slot);
    own_.insert(slot.get());
  }
  return const_cast<Index::Leaf&>(*slot);  // Ours, and not const when it was made.
}

Tool& IndexBuilder::edit(std::string_view name) {
  auto& leaves = index_.leaves_;
  if (leaves.empty()) {
    leaves.push_back(std::make_shared<Index::Leaf>());
    own_.insert(leaves.back().get());
  }
  auto after = std::upper_bound(leaves.begin(), leaves.end(), name, [](std::string_view n, const auto& l) {
    return !l->tools.empty() && n < l->tools.front()->name;
  });
  std::size_t at = after == leaves.begin() ? 0 : static_cast<std::size_t>(after - leaves.begin()) - 1;
  Index::Leaf* leaf = &edit_leaf(at);
  const auto before = [](const auto& t, std::string_view n) { return t->name < n; };
  auto it = std::lower_bound(leaf->tools.begin(), leaf->tools.end(), name, before);
  if (it == leaf->tools.end() || (*it)->name != name) {
    if (leaf->tools.size() >= kLeafTools) {
      auto upper = std::make_shared<Index::Leaf>();
      const auto middle = leaf->tools.begin() + kLeafTools / 2;
      upper->tools.assign(std::make_move_iterator(middle), std::make_move_iterator(leaf->tools.end()));
      leaf->tools.erase(middle, leaf->tools.end());
      own_.insert(upper.get());
      const bool in_upper = !(name < upper->tools.front()->name);
      leaves.insert(leaves.begin() + static_cast<std::ptrdiff_t>(at) + 1, upper);
      leaf = in_upper ? upper.get() : &edit_leaf(at);
      it = std::lower_bound(leaf->tools.begin(), leaf->tools.end(), name, before);
    }
    auto tool = std::make_shared<Tool>();
    tool->name = name;
    own_.insert(tool.get());
    it = leaf->tools.insert(it, std::move(tool));
  } else if (!own_.contains(it->get())) {
    auto tool = std::make_shared<Tool>(**it);
    own_.insert(tool.get());
    *it = std::move(tool);
  }
  return const_cast<Tool&>(**it);
}

void IndexBuilder::add(const std::string& name, std::shared_ptr<const Registration> registration,
                       std::string search_text) {
  Tool& tool = edit(name);
  count(tool, -1);
  const auto& text = registration->version.text();
  if (const auto it = find_version(tool.live, text); it != tool.live.end()) tool.live.erase(it);
  if (const auto it = find_version(tool.retired, text); it != tool.retired.end()) tool.retired.erase(it);
  const auto at = std::find_if(tool.live.begin(), tool.live.end(),
                               [&](const auto& other) { return comes_first(*registration, *other); });
  const bool latest = at == tool.live.begin();
  tool.live.insert(at, std::move(registration));
  if (latest) tool.search_text = std::move(search_text);
  count(tool, 1);
}

void IndexBuilder::retire(const std::string& name, Retired retired) {
  Tool& tool = edit(name);
  if (tool.find_retired(retired.version.text()) == nullptr) tool.retired.push_back(std::move(retired));
}

Tool* IndexBuilder::withdraw_versions(std::string_view name, std::string_view version,
                                      std::uint64_t sequence) {
  if (find(name) == nullptr) return nullptr;
  Tool& tool = edit(name);
  count(tool, -1);
  std::erase_if(tool.live, [&](const auto& registration) {
    if (!version.empty() && registration->version.text() != version) return false;
    tool.retired.push_back({registration->version, sequence, registration->digest});
    return true;
  });
  if (tool.live.empty()) tool.search_text.clear();
  count(tool, 1);
  return &tool;
}

void IndexBuilder::advance(std::uint64_t sequence, const Sha256& checksum) {
  index_.sequence_ = sequence;
  index_.tag_ = std::to_string(sequence) + "-" + to_hex(checksum, 4);
}

}  // namespace registry
