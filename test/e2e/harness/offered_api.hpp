// APIs of others, in a cluster that does not have them.
#pragma once

#include <string>
#include <vector>

namespace e2e {

// Files with definitions of ours, in the source tree.
inline constexpr const char* kRouteApi = "test/e2e/data/route-crd.yaml";
inline constexpr const char* kGatewayApi = "test/e2e/data/httproute-crd.yaml";
inline constexpr const char* kSnapshotApi = "test/e2e/data/volumesnapshot-crd.yaml";
inline constexpr const char* kCertificateApi = "test/e2e/data/certificate-crd.yaml";
inline constexpr const char* kServerApis = "test/e2e/data/server-crds.yaml";
inline constexpr const char* kMonitoringApis = "test/faults/data/monitoring-crds.yaml";

// Offers what files define, those of the source tree by a path in it, from construction to destruction.
// Nobody acts on the objects unless a test has somebody do so. A test that cannot have them fails.
class OfferedApi {
 public:
  explicit OfferedApi(const std::vector<std::string>& files);
  ~OfferedApi();
  OfferedApi(const OfferedApi&) = delete;
  OfferedApi& operator=(const OfferedApi&) = delete;

 private:
  std::vector<std::string> files_;
};

}  // namespace e2e
