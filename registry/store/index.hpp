#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "controller/base/sha256.hpp"
#include "registry/model/lifecycle.hpp"
#include "registry/model/managed_by.hpp"
#include "registry/model/search_text.hpp"
#include "registry/model/server.hpp"
#include "registry/model/version.hpp"

namespace toolhive::registry {

// Names of servers hold a slash, those of tools never do.
bool is_server_name(std::string_view name);

// One version of a tool or a server that can be had. Immutable.
struct Registration {
  Version version;
  std::uint64_t sequence = 0;
  Sha256 checksum = {};  // Of its record: differs whenever the document does, so it makes the ETag.
  Sha256 digest = {};    // Of the definition.
  std::optional<Sha256> contract_digest = {};  // None when an earlier program wrote the document.
  // Times in the form of to_rfc3339_micro(), whatever the document has.
  std::string registered_at;
  // Of the last change to its status or metadata; empty when there was none.
  std::string updated_at = {};
  Lifecycle lifecycle = Lifecycle::Active;
  std::optional<ManagedBy> manager;
  std::string document;             // The bytes that are served.
  std::string server = {};          // The server that a tool names; empty when it names none.
  std::string server_version = {};  // And its version; empty for that of the tool.
  // What else a tool says of its server, of kToldMembers: a compact JSON object, or empty.
  std::string server_said = {};

  const std::string& changed_at() const { return updated_at.empty() ? registered_at : updated_at; }
};

// What a version, and the memory of a withdrawn one, takes beside its texts, in bytes: what points
// at it, and what the allocator keeps beside it.
inline constexpr std::size_t kVersionMemory = 1280;
inline constexpr std::size_t kRetiredMemory = 512;

// Of a version of a server.
ServerRank rank_of(const Registration& version);

// A version that was withdrawn. Its content is remembered by its digest: the version never stands
// for another.
struct Retired {
  Version version;
  std::uint64_t sequence = 0;
  Sha256 digest = {};
  std::string withdrawn_at = {};  // Empty when an earlier program compacted the history.
};

// What a version of a tool tells of a server: that it has this version.
struct ServerMention {
  Version version;  // Of the server.
  std::string tool;
  std::shared_ptr<const Registration> registration;  // The tool's.
};

// Everything under one name, which is a tool's or a server's. Immutable once in an Index.
struct Tool {
  std::string name;
  std::vector<std::shared_ptr<const Registration>>
      live;  // Highest precedence first; between equals the later one.
  std::vector<Retired> retired;
  // Of the latest version; of a server that tools tell of alone: empty.
  SearchText search_text;
  // When a version was withdrawn or purged that was the latest before.
  std::string promoted_at = {};
  // Of a server, by the text of its version, the tool's name, and the tool's latest first.
  std::vector<ServerMention> mentions;

  const Registration* latest() const { return live.empty() ? nullptr : live.front().get(); }
  // When what is the latest version became so or changed; of a withdrawn tool when it was
  // withdrawn.
  std::string_view changed_at() const;
  // By the text of the version, so that 1.0.0+a and 1.0.0+b are two.
  std::shared_ptr<const Registration> find(std::string_view version) const;
  const Retired* find_retired(std::string_view version) const;
  // The highest version there ever was.
  const Version* highest() const;
  // Whether there ever was a version. A server may be there because tools tell of it.
  bool was_registered() const { return !live.empty() || !retired.empty(); }
};

// All tools in the order of their names, then all servers in the order of theirs, as one immutable
// value: a sorted list of sorted leaves. A writer copies the list and the leaves it touches, and
// shares the others with the Index it started from; readers keep the one they took for as long as
// they like.
class Index {
 public:
  Index() = default;

  // Null when the name was never registered. A tool found may have no live version.
  const Tool* find(std::string_view name) const;

  // A server that was published, or that tools tell of. Else null.
  const Tool* find_server(std::string_view name) const;

  // Calls `visit(const std::shared_ptr<const Tool>&)` for tools with a live version whose names
  // come after `after` (empty: all), in order, until it returns false.
  template <class Visit>
  void visit_after(std::string_view after, Visit visit) const {
    visit_from(position_after(after), [&](const std::shared_ptr<const Tool>& tool) {
      return !is_server_name(tool->name) && (tool->latest() == nullptr || visit(tool));
    });
  }

  // The same of tools that were withdrawn as well.
  template <class Visit>
  void visit_known_after(std::string_view after, Visit visit) const {
    visit_from(position_after(after), [&](const std::shared_ptr<const Tool>& tool) {
      return !is_server_name(tool->name) && visit(tool);
    });
  }

  // Calls `visit(const Tool&)` for servers with a version, published or told of, whose names do not
  // come before `from`, in order, until it returns false.
  template <class Visit>
  void visit_servers(std::string_view from, Visit visit) const {
    visit_from(position_of_servers(from), [&](const std::shared_ptr<const Tool>& server) {
      return (server->live.empty() && server->mentions.empty()) || visit(*server);
    });
  }

  // Calls `visit(const Tool&)` for every name there ever was.
  template <class Visit>
  void visit_all(Visit visit) const {
    for (const auto& leaf : leaves_) {
      for (const auto& tool : leaf->tools) {
        if (tool->was_registered()) visit(*tool);
      }
    }
  }

  std::size_t tools() const { return tools_; }        // With a live version.
  std::size_t servers() const { return servers_; }    // With a version.
  std::size_t versions() const { return versions_; }  // Live, of tools and servers.
  std::uint64_t document_bytes() const { return document_bytes_; }
  // Of everything that is kept, in bytes: not less than it takes.
  std::uint64_t memory_bytes() const { return memory_bytes_; }
  std::uint64_t sequence() const { return sequence_; }  // Of the last record.
  // The latest time in any record; empty when there is none. Later writes get later ones.
  const std::string& last_time() const { return last_time_; }
  // Names this state of the index: another one has another tag.
  const std::string& tag() const { return tag_; }

 private:
  friend class IndexBuilder;
  struct Leaf {
    std::vector<std::shared_ptr<const Tool>> tools;
  };
  struct Position {
    std::size_t leaf, at;
  };
  Position position_after(std::string_view name) const;
  Position position_of_servers(std::string_view from) const;
  const Tool* find_entry(std::string_view name) const;

  template <class Visit>
  void visit_from(Position from, Visit visit) const {
    for (auto [leaf, at] = from; leaf < leaves_.size(); ++leaf, at = 0) {
      const auto& tools = leaves_[leaf]->tools;
      for (; at < tools.size(); ++at) {
        if (!visit(tools[at])) return;
      }
    }
  }

  std::vector<std::shared_ptr<const Leaf>> leaves_;
  std::size_t tools_ = 0;
  std::size_t servers_ = 0;
  std::size_t versions_ = 0;
  std::uint64_t document_bytes_ = 0;
  std::uint64_t memory_bytes_ = 0;
  std::uint64_t sequence_ = 0;
  std::uint64_t log_ = 0;
  std::string last_time_;
  std::string tag_;
};

// Makes the next Index out of one. One thread at a time; the base is not changed.
class IndexBuilder {
 public:
  explicit IndexBuilder(const Index& base);

  const Tool* find(std::string_view name) const { return index_.find(name); }
  const Index& index() const { return index_; }

  // Adds a version, or replaces the live or retired one of the same text.
  void add(const std::string& name, std::shared_ptr<const Registration> registration, SearchText search_text);
  // Remembers a version as withdrawn.
  void retire(const std::string& name, Retired retired);
  // Withdraws one version, or all of them when `version` is empty. `search_text` is asked for the
  // document that is then the latest.
  template <class SearchText>
  void withdraw(std::string_view name, std::string_view version, std::uint64_t sequence,
                const std::string& time, SearchText search_text) {
    if (Tool* tool = withdraw_versions(name, version, sequence, time);
        tool != nullptr && tool->latest() != nullptr) {
      set_search_text(*tool, search_text(tool->latest()->document));
    }
  }
  // Forgets one version, or the name when `version` is empty, as if it had never been there.
  template <class SearchText>
  void purge(std::string_view name, std::string_view version, const std::string& time,
             SearchText search_text) {
    if (Tool* tool = purge_versions(name, version, time); tool != nullptr && tool->latest() != nullptr) {
      set_search_text(*tool, search_text(tool->latest()->document));
    }
  }
  // Says of which log the records from here on are, for tag(): those of two logs may end with the
  // same record and yet hold different things, where one was compacted. 0, as without a call: of
  // the only one.
  void begin_log(std::uint64_t number) { index_.log_ = number; }
  // Notes the record that the last change came from.
  void advance(std::uint64_t sequence, const Sha256& checksum);
  // Notes a time in the form of to_rfc3339_micro(), or an empty one.
  void note_time(std::string_view time);

  // The finished Index. The builder must not be used afterwards.
  Index take() { return std::move(index_); }

 private:
  Tool& edit(std::string_view name);
  Index::Leaf& edit_leaf(std::size_t leaf);
  Tool* withdraw_versions(std::string_view name, std::string_view version, std::uint64_t sequence,
                          const std::string& time);
  Tool* purge_versions(std::string_view name, std::string_view version, const std::string& time);
  void remove(std::string_view name);
  void tell(const Tool& tool, const std::shared_ptr<const Registration>& registration);
  void untell(const Registration& registration);
  void set_search_text(Tool& tool, SearchText text);
  void count(const Tool& tool, int sign);

  Index index_;
  // What this builder made itself and may change in place: nobody else has seen it.
  std::unordered_set<const void*> own_;
};

}  // namespace toolhive::registry
