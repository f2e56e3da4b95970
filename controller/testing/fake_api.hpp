// FakeApi: an API server in memory for tests, small enough to be believed: verbs, resourceVersions,
// finalizers, watches. Server-side apply is a plain merge without ownership of fields; selectors
// are ignored.
//
//   auto api = std::make_shared<testing::FakeApi>();
//   runtime::Manager manager(std::static_pointer_cast<kube::Client>(api), std::static_pointer_cast<kube::Client>(api), {});
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "controller/base/json.hpp"
#include "controller/kube/client/client.hpp"
#include "controller/kube/object/object.hpp"

namespace toolhive::testing {

// Thread-safe. It must outlive every watch on it.
class FakeApi final : public kube::Client {
 public:
  FakeApi();
  ~FakeApi() override;
  StatusOr<kube::HttpResponse> call(const Context& ctx, const kube::ApiCall& call) override;
  StatusOr<std::unique_ptr<kube::LineStream>> open_watch(
      const Context& ctx, const kube::ApiCall& call, const kube::Transport::StreamOptions& options) override;

  // ---- the world, behind the back of whoever is tested ----

  // Creates or replaces; what the server fills in stays where `document` has none of it.
  kube::Object put(const kube::ResourceType& type, Json document);
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
  // Lists show the object with this merge patch on it, as a server does that holds something odd.
  // Null: no more.
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
  struct Impl;
  const std::unique_ptr<Impl> impl_;
};

}  // namespace toolhive::testing
