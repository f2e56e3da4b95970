#include "controller/kube/client/watch.hpp"

#include "controller/kube/object/json_scanner.hpp"
#include "controller/kube/object/json_skimmer.hpp"
#include "controller/kube/object/metadata_scan.hpp"
#include "controller/kube/transport/transport.hpp"

namespace toolhive::kube {

namespace {

// What a frame consists of. `object` is empty in a bare Status.
struct Frame {
  std::string type;
  std::string kind;
  std::int64_t code = 0;
  std::string_view object;
};

// Whatever is wrong inside of the object is no matter of the frame: see make_undecodable().
std::string split(std::string_view text, Frame& frame) {
  JsonSkimmer skimmer(text);
  std::string_view key;
  std::string_view value;
  if (skimmer.enter('{')) {
    while (skimmer.next_member(key, value)) {
      if (key == "type") {
        frame.type = string_value(value);
      } else if (key == "kind") {
        frame.kind = string_value(value);
      } else if (key == "code") {
        JsonScanner(value).read_int(frame.code);
      } else if (key == "object") {
        frame.object = value;
      }
    }
  }
  return skimmer.finish() ? std::string() : skimmer.error();
}

// The error that a Status object in a stream stands for.
Status error_of(std::string_view status) {
  Frame frame;
  split(status, frame);
  HttpResponse response;
  response.status = frame.code >= 100 && frame.code < 600 ? static_cast<int>(frame.code) : 500;
  response.body = status;
  return error_from_response(response);
}

WatchEvent error_event(Status error) {
  WatchEvent event;
  event.type = WatchEvent::Type::Error;
  event.error = std::move(error);
  return event;
}

WatchEvent bookmark(std::string_view object) {
  MetadataScan scan;
  if (const std::string wrong = scan_metadata(object, scan, /*nameless=*/true); !wrong.empty())
    return error_event(Status(Code::Decode, "a bookmark that is not an object: " + wrong));
  WatchEvent event;
  event.resource_version = scan.resource_version.str();
  event.initial_events_end = Annotations(scan.annotations).get("k8s.io/initial-events-end") == "true";
  return event;
}

std::optional<WatchEvent::Type> change_type(std::string_view type) {
  if (type == "ADDED") return WatchEvent::Type::Added;
  if (type == "MODIFIED") return WatchEvent::Type::Modified;
  if (type == "DELETED") return WatchEvent::Type::Deleted;
  return std::nullopt;
}

WatchEvent change(WatchEvent::Type type, Object object) {
  WatchEvent event;
  event.type = type;
  event.resource_version = object.meta().resource_version;
  event.object = std::move(object);
  return event;
}

// The frame as servers write it, a type and then an object and nothing else: reading the object
// checks all that is left of the frame, so it is read once. Nothing when the frame is another or
// something is wrong with it.
std::optional<WatchEvent> usual_change(std::string_view text, const ResourceType* resource) {
  JsonScanner scanner(text);
  JsonString key;
  JsonString name;
  if (!scanner.enter_object() || !scanner.next_member(key) || !(key == "type") ||
      !scanner.read_string(name) || !scanner.next_member(key) || !(key == "object") || !text.ends_with('}'))
    return std::nullopt;
  const std::optional<WatchEvent::Type> type = change_type(name.str());
  if (!type) return std::nullopt;
  text.remove_suffix(1);
  StatusOr<Object> object = Object::parse(text.substr(scanner.position()), resource);
  if (!object.ok()) return std::nullopt;
  return change(*type, *std::move(object));
}

WatchEvent change(WatchEvent::Type type, std::string_view bytes, const ResourceType* resource) {
  StatusOr<Object> object = Object::parse(bytes, resource);
  if (object.ok()) return change(type, *std::move(object));
  WatchEvent event;
  event.type = type;
  event.undecodable = make_undecodable(bytes, object.status(), resource);
  event.resource_version = event.undecodable->resource_version;
  return event;
}

}  // namespace

StatusOr<WatchEvent> decode_watch_event(std::string_view text, const ResourceType* resource) {
  if (std::optional<WatchEvent> event = usual_change(text, resource)) return *std::move(event);
  Frame frame;
  if (const std::string wrong = split(text, frame); !wrong.empty())
    return Status(Code::Decode, "a watch frame that is not JSON: " + wrong);
  if (const std::optional<WatchEvent::Type> type = change_type(frame.type))
    return change(*type, frame.object, resource);
  if (frame.type == "BOOKMARK") return bookmark(frame.object);
  if (frame.type == "ERROR") return error_event(error_of(frame.object));
  if (frame.kind == "Status") return error_event(error_of(text));
  return error_event(Status(Code::Decode, "a watch event of an unknown type"));
}

Watch::Watch(std::unique_ptr<LineStream> stream, ResourceType type)
    : stream_(std::move(stream)), type_(std::move(type)) {}
Watch::~Watch() = default;

StatusOr<WatchEvent> Watch::next(const Context& ctx) {
  StatusOr<std::string_view> line = stream_->next(ctx);
  if (!line.ok()) return line.status();
  return decode_watch_event(*line, &type_);
}

}  // namespace toolhive::kube
