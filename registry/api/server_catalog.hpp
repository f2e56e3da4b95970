#pragma once

#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "registry/store/index.hpp"

namespace registry {

/// One version of a server as the official registry API shows it: published, or told of by tools that name it.
struct ServerVersion {
  std::string name;
  Version version;
  std::shared_ptr<const Registration> published;           ///< Null when only tools tell of it.
  std::vector<std::shared_ptr<const Registration>> tools;  ///< Those that do, when it was not published.
  Lifecycle lifecycle = Lifecycle::Active;
  std::string published_at, updated_at;
  bool latest = false;
};

/// All servers of an index, as one immutable value.
class ServerCatalog {
 public:
  /// Looks at every server and at every version of every tool that names one.
  explicit ServerCatalog(const Index& index);

  /// In the order of names, then of versions as text.
  std::span<const ServerVersion> all() const { return versions_; }
  /// All versions of one server; empty when there is none.
  std::span<const ServerVersion> of(std::string_view name) const;
  /// Null when there is no such version.
  const ServerVersion* find(std::string_view name, std::string_view version) const;

 private:
  void add_published(const Index& index);
  void add_told_by_tools(const Index& index);
  void mark_latest();

  std::vector<ServerVersion> versions_;
};

/// `{"server":...,"_meta":...}` with the shapes of the official API.
std::string render_server(const ServerVersion& version);

/// Keeps the catalog of the index that was last asked for: it takes a while to make. Thread safe.
class ServerCatalogCache {
 public:
  std::shared_ptr<const ServerCatalog> get(const Index& index);

 private:
  std::mutex mutex_;
  std::string tag_;
  std::shared_ptr<const ServerCatalog> catalog_;
};

}  // namespace registry
