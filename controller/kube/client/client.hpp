// Client: the verbs of the Kubernetes API on any resource. Reads are live; runtime/cache.hpp reads
// from informers.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "controller/base/context.hpp"
#include "controller/base/json.hpp"
#include "controller/base/status.hpp"
#include "controller/kube/client/watch.hpp"
#include "controller/kube/object/object.hpp"
#include "controller/kube/object/resource.hpp"
#include "controller/kube/object/undecodable.hpp"
#include "controller/kube/transport/transport.hpp"

namespace toolhive::kube {

struct ListOptions {
  std::string ns = {};  // empty: all namespaces
  std::string label_selector = {};
  std::string field_selector = {};
  std::string resource_version = {};
  // Objects per page; list() follows the pages, and asks for smaller ones when a page exceeds
  // HttpRequest::max_reply.
  int limit = 500;
  // Only apiVersion, kind and metadata of each object (PartialObjectMetadata), for those who need
  // no more: the server does not send the rest. kind() is the resource's own all the same.
  bool metadata_only = false;
};

struct ObjectList {
  std::vector<Object> items;
  std::string resource_version;
  // Items that did not decode: kept apart so that one bad object cannot hide all others. They exist
  // all the same.
  std::vector<Undecodable> undecodable;
};

struct WriteOptions {
  // Who is noted in managedFields. Empty: the API server notes the user agent (Config::user_agent)
  // up to its first slash; apply(), which needs a name, gives kDefaultName.
  std::string field_manager = {};
  std::string subresource = {};  // "status", "scale", or empty
  bool dry_run = false;
};

// RFC 6902 and RFC 7386.
enum class PatchType { JsonPatch, MergePatch };

struct DeleteOptions {
  std::string uid = {};               // precondition; empty: none
  std::string resource_version = {};  // precondition; empty: none
  // "Background", "Foreground" or "Orphan"; empty leaves it to the server.
  std::string propagation = {};
};

// One request to the API, with what decorators need to know about it.
struct ApiCall {
  enum class Verb { Get, List, Watch, Create, Update, Patch, Apply, Delete, Raw };
  Verb verb = Verb::Get;
  ResourceType type;
  Key key;  // name empty for list and create
  HttpRequest http;
  bool idempotent = false;  // sent twice it does what it does once
  bool mutating() const {
    return verb == Verb::Create || verb == Verb::Update || verb == Verb::Patch || verb == Verb::Apply ||
           verb == Verb::Delete;
  }
};

// Thread-safe. Every call blocks its thread and honours ctx.stop and ctx.deadline (30 s when none
// is set). Requests that were refused with 429 or 503 and a Retry-After are sent again within the
// deadline; so are reads after a broken connection, and writes that surely did not reach the
// server.
//
// call() and open_watch() are the only seams: fencing, metrics, read-your-writes tracking and fault
// injection wrap another Client and override them.
class Client {
 public:
  virtual ~Client() = default;

  StatusOr<Object> get(const Context& ctx, const ResourceType& type, const Key& key);
  StatusOr<ObjectList> list(const Context& ctx, const ResourceType& type, const ListOptions& options);
  // The object's own metadata.namespace and name say where it goes.
  StatusOr<Object> create(const Context& ctx, const ResourceType& type, const Json& object,
                          const WriteOptions& options = {});
  // Conflict when metadata.resourceVersion is set and no longer current.
  StatusOr<Object> update(const Context& ctx, const ResourceType& type, const Json& object,
                          const WriteOptions& options = {});
  // Server-side apply of a partial intent: apiVersion and kind are filled in from `type`, conflicts
  // with other managers are forced.
  // https://kubernetes.io/docs/reference/using-api/server-side-apply/
  StatusOr<Object> apply(const Context& ctx, const ResourceType& type, const Json& intent,
                         const WriteOptions& options = {});
  StatusOr<Object> patch(const Context& ctx, const ResourceType& type, const Key& key, PatchType patch_type,
                         const Json& patch, const WriteOptions& options = {});
  // NotFound is reported as such; callers that only want it gone treat it as success.
  Status remove(const Context& ctx, const ResourceType& type, const Key& key,
                const DeleteOptions& options = {});
  StatusOr<std::unique_ptr<Watch>> watch(const Context& ctx, const ResourceType& type,
                                         const WatchOptions& options);
  // Anything else the API server offers: discovery, health, the service proxy,
  // SelfSubjectAccessReview.
  StatusOr<HttpResponse> raw(const Context& ctx, HttpRequest request);

  // The seams. A reply that is not 2xx is an error here.
  virtual StatusOr<HttpResponse> call(const Context& ctx, const ApiCall& call) = 0;
  virtual StatusOr<std::unique_ptr<LineStream>> open_watch(const Context& ctx, const ApiCall& call,
                                                           const Transport::StreamOptions& options) = 0;
};

// Over `transport`, which it shares.
std::unique_ptr<Client> make_client(std::shared_ptr<Transport> transport);

// "/apis/apps/v1/namespaces/default/deployments/web/status", percent-encoded.
std::string resource_path(const ResourceType& type, std::string_view ns, std::string_view name = {},
                          std::string_view subresource = {});

}  // namespace toolhive::kube
