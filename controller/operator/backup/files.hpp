// What goes into a backup besides the records: the Registry's declaration, to be applied again.
#pragma once

#include "controller/base/context.hpp"
#include "controller/base/json.hpp"
#include "controller/base/status.hpp"
#include "controller/kube/object/object.hpp"
#include "controller/runtime/cache/cache.hpp"

namespace toolhive {

// The object as somebody could apply it: without status and whatever the API server sets. An
// annotation of kubectl that repeats all of it is left out.
Json declaration_of(const kube::Object& object);

// The Registry and its two ConfigMaps, as JSON by the name of the file. A ConfigMap that is not
// there is left out. An error is what could not be read just now.
StatusOr<JsonPtr> files_of(const Context& ctx, const runtime::Cache& cache, const kube::Object& registry);

}  // namespace toolhive
