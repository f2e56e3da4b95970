// Watch: a stream of changes to one resource.
// https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "controller/base/context.hpp"
#include "controller/base/status.hpp"
#include "controller/kube/object/object.hpp"
#include "controller/kube/object/resource.hpp"
#include "controller/kube/object/undecodable.hpp"

namespace toolhive::kube {

class LineStream;

struct WatchOptions {
  std::string ns = {};
  std::string label_selector = {};
  std::string field_selector = {};
  std::string resource_version = {};
  // Streaming list (KEP-3157): the stream starts with every existing object, then a bookmark that
  // says so. resource_version stays empty with it.
  bool send_initial_events = false;
  bool metadata_only = false;         // as ListOptions::metadata_only
  std::chrono::seconds timeout{300};  // after which the server ends the stream
  std::chrono::seconds idle_limit{
      70};  // bookmarks come about every 60 s: longer silence is a dead connection
};

struct WatchEvent {
  enum class Type { Added, Modified, Deleted, Bookmark, Error };
  Type type = Type::Bookmark;
  // Added, Modified and Deleted have one of these.
  std::optional<Object> object;
  std::optional<Undecodable> undecodable;
  std::string resource_version;     // also for bookmarks
  bool initial_events_end = false;  // the bookmark annotated k8s.io/initial-events-end
  Status error;                     // Error events: Expired for 410, else what the server said
};

// Decodes one frame: an event, or a bare Status line, which servers send when a stream fails early.
// Decode only when the frame is no JSON object at all. `type` as in Object::parse().
StatusOr<WatchEvent> decode_watch_event(std::string_view frame, const ResourceType* type = nullptr);

// One reader thread.
class Watch {
 public:
  Watch(std::unique_ptr<LineStream> stream, ResourceType type);
  ~Watch();
  // Blocks for the next event. Errors as LineStream::next(); the end of the stream is an error like
  // any other.
  StatusOr<WatchEvent> next(const Context& ctx);

 private:
  std::unique_ptr<LineStream> stream_;
  const ResourceType type_;
};

}  // namespace toolhive::kube
