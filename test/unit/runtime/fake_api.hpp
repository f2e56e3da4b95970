// FakeApi: an API server in memory, small enough to be believed: verbs, resourceVersions, finalizers, watches.
// Server-side apply is a plain merge without ownership of fields; selectors are ignored.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "controller/kube/client/client.hpp"

namespace toolhive::runtime_test {

extern const kube::ResourceType kConfigMap;
extern const kube::ResourceType kSecret;
extern const kube::ResourceType kLease;
extern const kube::ResourceType kEvent;
extern const kube::ResourceType kWidget;  // a custom resource with status

Json widget(const std::string& ns, const std::string& name, const Json& spec = Json::object());
Json config_map(const std::string& ns, const std::string& name, const Json& data = Json::object());
kube::Object object(const Json& document);

// Thread-safe.
class FakeApi final : public kube::Client {
 public:
  StatusOr<kube::HttpResponse> call(const Context& ctx, const kube::ApiCall& call) override;
  StatusOr<std::unique_ptr<kube::LineStream>> open_watch(
      const Context& ctx, const kube::ApiCall& call, const kube::Transport::StreamOptions& options) override;

  // ---- the world, behind the back of whoever is tested ----
  kube::Object put(const kube::ResourceType& type, Json document);  // creates or replaces
  void remove(const kube::ResourceType& type, const kube::Key& key);
  std::optional<kube::Object> find(const kube::ResourceType& type, const kube::Key& key) const;
  std::size_t size(const kube::ResourceType& type) const;

  // ---- faults ----
  // Asked before each call and watch: an error is answered instead. Called without a lock held.
  void fail_with(std::function<Status(const kube::ApiCall&)> fault);
  // Ends every stream with this error.
  void break_streams(const Status& why);
  // Sends `line` to every stream.
  void inject(const std::string& line);
  // Forgets history: a watch from an older resourceVersion gets 410.
  void compact();
  // Every type is served until this says otherwise; discovery knows only those that this says are.
  void offer(const kube::ResourceType& type, bool offered);
  void support_streaming_lists(bool support);
  // Holds back all events until called with false.
  void freeze_streams(bool frozen);
  // Lists show the object with this merge patch on it, as a server does that holds something odd. Null: no more.
  void spoil(const kube::ResourceType& type, const kube::Key& key, Json patch);
  // The resourceVersion goes back, as after a restore from a backup.
  void turn_back_version(std::uint64_t by);

  // ---- what was asked ----
  // "<VERB> <resource> <key>", as in "APPLY configmaps ns/name"; the verbs of writes only.
  std::vector<std::string> writes() const;
  std::size_t count(const std::string& prefix) const;  // calls, writes or not
  void clear_calls();
  std::size_t open_streams() const;
  // Blocks until `condition` holds, asked after each call and each change; false after 10 s.
  bool wait_for(const std::function<bool()>& condition) const;

 private:
  struct Stream;
  friend struct Stream;
  struct Event {
    std::uint64_t version;
    kube::ResourceType type;
    std::string ns;
    std::string line;
  };
  using Reply = StatusOr<kube::HttpResponse>;

  Json served(const kube::ResourceType& type, const kube::Key& key, Json document) const;
  Reply discover(const std::string& path) const;
  Reply list(const kube::ApiCall& call) const;
  Reply create(const kube::ApiCall& call, Json document);
  Reply change(const kube::ApiCall& call);
  Reply erase(const kube::ApiCall& call);
  Reply store(const kube::ResourceType& type, const kube::Key& key, const Json& before, Json after);
  void publish(const kube::ResourceType& type, const char* what, const Json& document);
  void note(const std::string& line);

  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::map<kube::ResourceType, std::map<kube::Key, Json>> objects_;
  std::vector<Event> history_;
  std::set<kube::ResourceType> missing_;
  std::set<kube::ResourceType> offered_;
  std::map<std::pair<kube::ResourceType, kube::Key>, Json> spoilt_;
  std::list<Stream*> streams_;
  std::vector<std::string> calls_;
  std::function<Status(const kube::ApiCall&)> fault_;
  std::uint64_t version_ = 100;
  std::uint64_t oldest_ = 0;
  std::uint64_t next_uid_ = 1;
  bool streaming_lists_ = true;
  bool frozen_ = false;
};

}  // namespace toolhive::runtime_test
