// What a program is called, to the API server, that does not say.
#pragma once

namespace toolhive::kube {

inline constexpr const char* kDefaultName = "controller";

}  // namespace toolhive::kube
