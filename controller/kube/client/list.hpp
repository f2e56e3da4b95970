// Reading one page of a list reply. Internal to the library.
#pragma once

#include <string>
#include <string_view>

#include "controller/kube/client/client.hpp"

namespace toolhive::kube {

// Appends the page's items to `list` and sets its resourceVersion. The value is the token of the
// next page, empty after the last. Decode when the page is not a list.
StatusOr<std::string> append_page(std::string_view page, const ResourceType& type, ObjectList& list);

}  // namespace toolhive::kube
