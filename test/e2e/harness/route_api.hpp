// OpenShift's Route API, in a cluster that does not have it.
#pragma once

namespace e2e {

// Offers it from construction to destruction. No router acts on the Routes.
// A test that cannot have it fails.
class RouteApi {
 public:
  RouteApi();
  ~RouteApi();
  RouteApi(const RouteApi&) = delete;
  RouteApi& operator=(const RouteApi&) = delete;
};

}  // namespace e2e
