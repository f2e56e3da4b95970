// Json: the public type of documents. Include this where only the name is needed; it costs next to nothing.
#pragma once

#include <nlohmann/json_fwd.hpp>

namespace kube {

// Members keep sorted order, so equal documents serialize to equal bytes.
using Json = nlohmann::json;

}  // namespace kube
