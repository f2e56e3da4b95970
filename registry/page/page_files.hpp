#pragma once

#include <string_view>
#include <vector>

namespace toolhive::registry {

// A file of registry/page.
struct PageFile {
  std::string_view name, content_type, bytes;
};

// The files of the page at `/`, put in by the build.
const std::vector<PageFile>& page_files();

}  // namespace toolhive::registry
