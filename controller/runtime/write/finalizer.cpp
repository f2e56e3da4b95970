#include "controller/runtime/write/finalizer.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

namespace toolhive::runtime {

using kube::Object;

namespace {

// The object may have changed since it was read; each further try starts from a live read.
constexpr int kRemoveAttempts = 5;

Json removal(const Object& object, std::string_view finalizer) {
  const auto& all = object.meta().finalizers;
  const auto index = std::find(all.begin(), all.end(), finalizer) - all.begin();
  const std::string path = "/metadata/finalizers/" + std::to_string(index);
  return Json::array({{{"op", "test"}, {"path", "/metadata/uid"}, {"value", object.meta().uid}},
                      {{"op", "test"}, {"path", path}, {"value", finalizer}},
                      {{"op", "remove"}, {"path", path}}});
}

}  // namespace

StatusOr<Object> ensure_finalizer(const Context& ctx, kube::Client& client, const kube::ResourceType& type,
                                  const Object& object, std::string_view finalizer) {
  const kube::Meta& meta = object.meta();
  if (meta.has_finalizer(finalizer)) return object;
  if (meta.deleting())
    return Status(Code::Conflict, type.to_string() + " " + object.key().to_string() +
                                      " is being deleted: it takes no new finalizer");
  // A merge patch replaces the whole list, which is safe because the resourceVersion makes it
  // conditional.
  Json finalizers = std::vector<std::string>(meta.finalizers.begin(), meta.finalizers.end());
  finalizers.push_back(finalizer);
  const Json patch = {{"metadata",
                       {{"uid", meta.uid},
                        {"resourceVersion", meta.resource_version},
                        {"finalizers", std::move(finalizers)}}}};
  auto patched = client.patch(ctx, type, object.key(), kube::PatchType::MergePatch, patch);
  if (!patched.ok()) return patched.status().with_context("adding finalizer " + std::string(finalizer));
  return patched;
}

Status remove_finalizer(const Context& ctx, kube::Client& client, const kube::ResourceType& type,
                        const Object& object, std::string_view finalizer) {
  Object current = object;
  Status failure;
  for (int attempt = 0; attempt < kRemoveAttempts; ++attempt) {
    if (current.meta().has_finalizer(finalizer)) {
      auto patched =
          client.patch(ctx, type, current.key(), kube::PatchType::JsonPatch, removal(current, finalizer));
      if (patched.ok() || patched.status().code() == Code::NotFound) return {};
      failure = patched.status();
      // A test that failed is answered as Invalid; anything else is not about what we know of the
      // object.
      if (failure.code() != Code::Invalid && failure.code() != Code::Conflict) break;
    } else if (attempt > 0) {
      return {};
    }
    // Also when the object as given does not have it: what we were given may be older than the
    // finalizer.
    auto live = client.get(ctx, type, current.key());
    if (live.status().code() == Code::NotFound) return {};
    if (!live.ok()) return live.status().with_context("removing finalizer " + std::string(finalizer));
    if (live->meta().uid != object.meta().uid) return {};
    current = *live;
  }
  return failure.with_context("removing finalizer " + std::string(finalizer));
}

}  // namespace toolhive::runtime
