// The port that a URL leads to.
#pragma once

#include <string_view>

namespace toolhive {

// That of an http or https URL: the one it names, or the scheme's.
int url_port(std::string_view url);

}  // namespace toolhive
