// Json: the public type of documents. Include this where only the name is needed; it costs next to
// nothing.
#pragma once

#include <map>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace toolhive {

// Members keep sorted order, so equal documents serialize to equal bytes.
using Json = nlohmann::json;
// Content that is passed on as it is, such as a JSON Schema; null when the field is absent.
using JsonPtr = std::shared_ptr<const Json>;

using StringMap = std::map<std::string, std::string>;

}  // namespace toolhive
