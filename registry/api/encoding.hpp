#pragma once

#include <string_view>

#include "registry/api/message.hpp"

namespace registry {

/// Whether an Accept-Encoding header (RFC 9110, section 12.5.3) takes gzip: named, or meant by *, with a weight above 0.
bool accepts_gzip(std::string_view accept_encoding);

/// Compresses the body of a response with gzip where that pays: texts of 1,024 bytes or more. Its entity tag then ends
/// in "-gzip", as another representation has another tag; conditions take either (conditional.hpp).
void compress(Response& response);

}  // namespace registry
