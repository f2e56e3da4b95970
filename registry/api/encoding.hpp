#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "registry/api/message.hpp"

namespace toolhive::registry {

// Whether an Accept-Encoding header (RFC 9110, section 12.5.3) takes gzip: named, or meant by *,
// with a weight above 0.
bool accepts_gzip(std::string_view accept_encoding);

// The level for what is compressed for each response: a third of the size, at a tenth of the time
// of the best one.
inline constexpr int kFastestGzip = 1;
// For what is compressed once.
inline constexpr int kSmallestGzip = 9;

// Null when it could not be done, which only a lack of memory causes.
std::shared_ptr<const std::string> gzip(const std::string& bytes, int level);

// Says that the body is compressed. Its entity tag then ends in "-gzip", as another representation
// has another tag; conditions take either (conditional.hpp).
void mark_gzipped(Response& response);

// Compresses the body of a response with gzip where that pays: texts of 1,024 bytes or more, unless
// they are compressed already.
void compress(Response& response);

}  // namespace toolhive::registry
