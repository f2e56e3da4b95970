// The document tree of a JSON text that was checked before. Internal to the library.
#pragma once

#include <string_view>

#include "controller/base/json.hpp"

namespace toolhive::kube {

// What nlohmann's parser makes of `text`, in a third of the time: objects are decoded in every pass
// over them. `text` must have been accepted by a JsonScanner; of a name that stands twice the later
// value counts.
Json json_document(std::string_view text);

}  // namespace toolhive::kube
