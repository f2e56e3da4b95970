// Reflector: follows one resource of the API server by list and watch, and recovers when that
// breaks.
//
//   from            on success      else
//   StreamingList   InitialEvents   PagedList on 400, 403, 422; Absent on 404; again on all other errors
//   InitialEvents   Watching        StreamingList; PagedList when two in a row broke
//   PagedList       Connecting      Absent on 404; again
//   Connecting      Watching        StreamingList on 400, 410, 422; Absent on 404; again
//   Watching        Watching        Connecting; StreamingList on 410 or when streams stay unreadable
//   Absent          StreamingList   (after absent_poll)
//
// Every list is a consistent read: it asks for no particular resourceVersion, because the only
// reason to list again is that the last one expired.
// https://kubernetes.io/docs/reference/using-api/api-concepts/, KEP-3157 for the streaming list.
#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "controller/base/backoff.hpp"
#include "controller/kube/client/client.hpp"
#include "controller/kube/client/watch.hpp"

namespace toolhive::runtime {

struct InformerOptions;

// One thread calls run(); nothing here is shared with another.
class Reflector {
 public:
  enum class State {
    StreamingList,  // ask for a stream that begins with everything there is
    InitialEvents,  // collecting that beginning, until the bookmark which ends it
    PagedList,      // the same by LIST, for servers that do not stream lists
    Connecting,     // ask for a stream from the last resourceVersion on
    Watching,       // passing on changes
    Absent          // the API server does not offer the resource
  };

  // What is kept in step. Called on the thread of run().
  class Target {
   public:
    virtual ~Target() = default;
    virtual void replace(std::vector<kube::Object> objects) = 0;
    virtual void put(kube::Object object) = 0;
    virtual void erase(const kube::Key& key, std::optional<kube::Object> final_state) = 0;
    // An object that exists but does not decode. Returns what is held of it, which then stays as it
    // is.
    virtual std::optional<kube::Object> undecodable(kube::Undecodable object) = 0;
    virtual std::vector<kube::Object> held() const = 0;
    // Everything up to `resource_version` was passed on.
    virtual void reached(const std::string& resource_version) = 0;
    virtual void requested(State state) = 0;  // a list or watch was sent
    virtual void healthy() = 0;
    virtual void failed(const Status& why) = 0;
    virtual void absent(const Status& why) = 0;
  };

  Reflector(kube::Client& client, Clock& clock, const kube::ResourceType& type,
            const InformerOptions& options, Target& target);
  ~Reflector();

  // Until `stop`.
  void run(std::stop_token stop);

 private:
  // Which state follows, and how long to wait first.
  struct Next {
    State state;
    Duration wait = Duration::zero();
  };
  Next step(const Context& ctx);
  Next start_streaming_list(const Context& ctx);
  Next collect_initial_event(const Context& ctx);
  Next list_pages(const Context& ctx);
  Next connect(const Context& ctx);
  Next pass_on_event(const Context& ctx);

  Next stream_failed(const Status& why);
  void start_list();
  void set_aside(kube::Undecodable object);
  void keep_missing();
  Next list_complete(const std::string& resource_version, State next, State again);
  Next failed(State again, const Status& why);
  Next absent(const Status& why);
  kube::WatchOptions watch_options();

  kube::Client& client_;
  Clock& clock_;
  const kube::ResourceType& type_;
  const InformerOptions& options_;
  Target& target_;
  Backoff backoff_;

  State state_ = State::StreamingList;
  std::unique_ptr<kube::Watch> stream_;  // InitialEvents and Watching only
  TimePoint stream_opened_{};
  std::vector<kube::Object> collected_;  // of a list that is not complete yet
  bool nameless_ = false;                // that list has an object whose name cannot be read
  // of the last list, event or bookmark; empty before the first list
  std::string last_version_;
  int broken_lists_ = 0;        // streaming lists in a row that did not complete
  int unreadable_streams_ = 0;  // streams in a row that ended with Decode
  int regressions_ = 0;         // lists in a row that were older than last_version_
};

}  // namespace toolhive::runtime
