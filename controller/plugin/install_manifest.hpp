// What is to be applied to install the operator.
#pragma once

#include <string>
#include <string_view>

#include "controller/base/status.hpp"

namespace toolhive::plugin {

// manifests/install.yaml of this version.
std::string_view embedded_manifest();

struct Installation {
  std::string ns = "toolhive-system";
  std::string image_prefix = "localhost";
  std::string image_tag = {};  // empty: that of this version
};

// `manifest` for another namespace and other images. Invalid when a name is none.
StatusOr<std::string> manifest_for(std::string_view manifest, const Installation& installation);

}  // namespace toolhive::plugin
