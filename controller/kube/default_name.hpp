// What a program is called, to the API server, that does not say.
#pragma once

namespace kube {

inline constexpr const char* kDefaultName = "controller";

}  // namespace kube
