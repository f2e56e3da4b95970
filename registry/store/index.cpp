#include "registry/store/index.hpp"

#include <algorithm>
#include <utility>

namespace toolhive::registry {
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
  if (order != 0) return order > 0;
  // A change of status writes a version anew, with a later sequence: when it was registered counts.
  return a.registered_at != b.registered_at ? a.registered_at > b.registered_at : a.sequence > b.sequence;
}

// Tools before servers, each in the order of the names.
bool name_less(std::string_view a, std::string_view b) {
  const bool a_server = is_server_name(a);
  const bool b_server = is_server_name(b);
  return a_server != b_server ? b_server : a < b;
}

std::size_t memory_of(const Tool& tool) {
  std::size_t bytes = tool.search_text.size() + tool.retired.size() * kRetiredMemory;
  for (const auto& version : tool.live)
    bytes += kVersionMemory + version->document.size() + version->server_said.size();
  return bytes;
}

// A short text that is assigned to a long one keeps the long one's bytes.
void replace_text(Tool& tool, SearchText text) {
  std::swap(tool.search_text, text);
}

constexpr auto kNameBeforeLeaf = [](std::string_view name, const auto& leaf) {
  return !leaf->tools.empty() && name_less(name, leaf->tools.front()->name);
};
constexpr auto kToolBeforeName = [](const auto& tool, std::string_view name) {
  return name_less(tool->name, name);
};
constexpr auto kNameBeforeTool = [](std::string_view name, const auto& tool) {
  return name_less(name, tool->name);
};

}  // namespace

bool is_server_name(std::string_view name) {
  return name.find('/') != std::string_view::npos;
}

std::shared_ptr<const Registration> Tool::find(std::string_view version) const {
  const auto it = find_version(live, version);
  return it == live.end() ? nullptr : *it;
}

const Retired* Tool::find_retired(std::string_view version) const {
  const auto it = find_version(retired, version);
  return it == retired.end() ? nullptr : &*it;
}

ServerRank rank_of(const Registration& version) {
  return {version.lifecycle == Lifecycle::Deleted, &version.version, version.registered_at};
}

const Version* Tool::highest() const {
  const Version* highest = live.empty() ? nullptr : &live.front()->version;
  for (const auto& gone : retired) {
    if (highest == nullptr || gone.version.precedence(*highest) > 0) highest = &gone.version;
  }
  return highest;
}

std::string_view Tool::changed_at() const {
  if (!live.empty())
    return std::max(std::string_view(live.front()->changed_at()), std::string_view(promoted_at));
  std::string_view last;
  for (const auto& gone : retired) last = std::max(last, std::string_view(gone.withdrawn_at));
  return last;
}

const Tool* Index::find(std::string_view name) const {
  const Tool* entry = find_entry(name);
  return entry != nullptr && entry->was_registered() ? entry : nullptr;
}

const Tool* Index::find_server(std::string_view name) const {
  return is_server_name(name) ? find_entry(name) : nullptr;
}

const Tool* Index::find_entry(std::string_view name) const {
  auto leaf = std::upper_bound(leaves_.begin(), leaves_.end(), name, kNameBeforeLeaf);
  if (leaf == leaves_.begin()) return nullptr;
  const auto& tools = (*--leaf)->tools;
  const auto it = std::lower_bound(tools.begin(), tools.end(), name, kToolBeforeName);
  return it != tools.end() && (*it)->name == name ? it->get() : nullptr;
}

Index::Position Index::position_after(std::string_view name) const {
  auto leaf = std::upper_bound(leaves_.begin(), leaves_.end(), name, kNameBeforeLeaf);
  if (leaf == leaves_.begin()) return {0, 0};
  const auto& tools = (*--leaf)->tools;
  const auto it = std::upper_bound(tools.begin(), tools.end(), name, kNameBeforeTool);
  return {static_cast<std::size_t>(leaf - leaves_.begin()), static_cast<std::size_t>(it - tools.begin())};
}

Index::Position Index::position_of_servers(std::string_view from) const {
  const auto is_before = [from](const auto& tool) {
    return !is_server_name(tool->name) || tool->name < from;
  };
  auto leaf = std::partition_point(leaves_.begin(), leaves_.end(),
                                   [&](const auto& each) { return is_before(each->tools.front()); });
  if (leaf == leaves_.begin()) return {0, 0};
  const auto& tools = (*--leaf)->tools;
  const auto it = std::partition_point(tools.begin(), tools.end(), is_before);
  return {static_cast<std::size_t>(leaf - leaves_.begin()), static_cast<std::size_t>(it - tools.begin())};
}

IndexBuilder::IndexBuilder(const Index& base) : index_(base) {}

void IndexBuilder::count(const Tool& tool, int sign) {
  const auto add = [sign](auto& total, std::size_t value) { sign > 0 ? total += value : total -= value; };
  add(is_server_name(tool.name) ? index_.servers_ : index_.tools_, tool.live.empty() ? 0 : 1);
  add(index_.versions_, tool.live.size());
  for (const auto& registration : tool.live) add(index_.document_bytes_, registration->document.size());
  add(index_.memory_bytes_, memory_of(tool));
}

void IndexBuilder::set_search_text(Tool& tool, SearchText text) {
  count(tool, -1);
  replace_text(tool, std::move(text));
  count(tool, 1);
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
  auto after = std::upper_bound(leaves.begin(), leaves.end(), name, kNameBeforeLeaf);
  std::size_t at = after == leaves.begin() ? 0 : static_cast<std::size_t>(after - leaves.begin()) - 1;
  Index::Leaf* leaf = &edit_leaf(at);
  auto it = std::lower_bound(leaf->tools.begin(), leaf->tools.end(), name, kToolBeforeName);
  if (it == leaf->tools.end() || (*it)->name != name) {
    if (leaf->tools.size() >= kLeafTools) {
      auto upper = std::make_shared<Index::Leaf>();
      const auto middle = leaf->tools.begin() + kLeafTools / 2;
      upper->tools.assign(std::make_move_iterator(middle), std::make_move_iterator(leaf->tools.end()));
      leaf->tools.erase(middle, leaf->tools.end());
      own_.insert(upper.get());
      const bool in_upper = !name_less(name, upper->tools.front()->name);
      leaves.insert(leaves.begin() + static_cast<std::ptrdiff_t>(at) + 1, upper);
      leaf = in_upper ? upper.get() : &edit_leaf(at);
      it = std::lower_bound(leaf->tools.begin(), leaf->tools.end(), name, kToolBeforeName);
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
                       SearchText search_text) {
  Tool& tool = edit(name);
  count(tool, -1);
  const auto& text = registration->version.text();
  if (const auto it = find_version(tool.live, text); it != tool.live.end()) {
    untell(**it);
    tool.live.erase(it);
  }
  if (const auto it = find_version(tool.retired, text); it != tool.retired.end()) tool.retired.erase(it);
  const auto at = std::find_if(tool.live.begin(), tool.live.end(),
                               [&](const auto& other) { return comes_first(*registration, *other); });
  const bool latest = at == tool.live.begin();
  tell(tool, registration);
  tool.live.insert(at, std::move(registration));
  if (latest) replace_text(tool, std::move(search_text));
  count(tool, 1);
}

void IndexBuilder::retire(const std::string& name, Retired retired) {
  Tool& tool = edit(name);
  if (tool.find_retired(retired.version.text()) != nullptr) return;
  count(tool, -1);
  // In a compacted history this is all that is left of the withdrawal.
  if (!tool.live.empty() && retired.version.precedence(tool.live.front()->version) > 0)
    tool.promoted_at = std::max(tool.promoted_at, retired.withdrawn_at);
  tool.retired.push_back(std::move(retired));
  count(tool, 1);
}

Tool* IndexBuilder::withdraw_versions(std::string_view name, std::string_view version, std::uint64_t sequence,
                                      const std::string& time) {
  if (find(name) == nullptr) return nullptr;
  Tool& tool = edit(name);
  count(tool, -1);
  if (!tool.live.empty() && tool.live.front()->version.text() == version) tool.promoted_at = time;
  std::erase_if(tool.live, [&](const auto& registration) {
    if (!version.empty() && registration->version.text() != version) return false;
    untell(*registration);
    tool.retired.push_back({registration->version, sequence, registration->digest, time});
    return true;
  });
  if (tool.live.empty()) replace_text(tool, {});
  count(tool, 1);
  return &tool;
}

Tool* IndexBuilder::purge_versions(std::string_view name, std::string_view version, const std::string& time) {
  if (find(name) == nullptr) return nullptr;
  Tool& tool = edit(name);
  count(tool, -1);
  if (!tool.live.empty() && tool.live.front()->version.text() == version) tool.promoted_at = time;
  const auto is_meant = [&](const Version& each) { return version.empty() || each.text() == version; };
  std::erase_if(tool.live, [&](const auto& registration) {
    if (!is_meant(registration->version)) return false;
    untell(*registration);
    return true;
  });
  std::erase_if(tool.retired, [&](const Retired& retired) { return is_meant(retired.version); });
  if (tool.live.empty()) replace_text(tool, {});
  count(tool, 1);
  if (tool.was_registered()) return &tool;
  if (tool.mentions.empty()) remove(name);
  return nullptr;
}

void IndexBuilder::tell(const Tool& tool, const std::shared_ptr<const Registration>& registration) {
  if (!is_server_name(registration->server)) return;
  auto version = Version::parse_any(registration->server_version.empty() ? registration->version.text()
                                                                         : registration->server_version);
  if (!version) return;
  ServerMention mention{std::move(*version), tool.name, registration};
  auto& all = edit(registration->server).mentions;
  const auto at =
      std::upper_bound(all.begin(), all.end(), mention, [](const ServerMention& a, const ServerMention& b) {
        if (const auto order = a.version.text().compare(b.version.text()); order != 0) return order < 0;
        return a.tool != b.tool ? a.tool < b.tool : comes_first(*a.registration, *b.registration);
      });
  all.insert(at, std::move(mention));
}

void IndexBuilder::untell(const Registration& registration) {
  if (index_.find_server(registration.server) == nullptr) return;
  Tool& server = edit(registration.server);
  std::erase_if(server.mentions,
                [&](const ServerMention& mention) { return mention.registration.get() == &registration; });
  if (server.mentions.empty() && !server.was_registered()) remove(registration.server);
}

void IndexBuilder::remove(std::string_view name) {
  auto& leaves = index_.leaves_;
  const auto after = std::upper_bound(leaves.begin(), leaves.end(), name, kNameBeforeLeaf);
  const auto at = static_cast<std::size_t>(after - leaves.begin()) - 1;
  auto& tools = edit_leaf(at).tools;
  const auto it = std::lower_bound(tools.begin(), tools.end(), name, kToolBeforeName);
  // The addresses may come again, as those of others.
  own_.erase(it->get());
  tools.erase(it);
  if (!tools.empty()) return;
  own_.erase(leaves[at].get());
  leaves.erase(leaves.begin() + static_cast<std::ptrdiff_t>(at));
}

void IndexBuilder::advance(std::uint64_t sequence, const Sha256& checksum) {
  index_.sequence_ = sequence;
  // The checksum alone, which tells nobody how many writes there were to what they may not read.
  index_.tag_ = to_hex(checksum, 16);
  if (index_.log_ != 0) index_.tag_ += '-' + std::to_string(index_.log_);
}

void IndexBuilder::note_time(std::string_view time) {
  if (time > index_.last_time_) index_.last_time_ = time;
}

}  // namespace toolhive::registry
