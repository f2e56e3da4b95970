#pragma once

#include <string>
#include <string_view>

#include "registry/auth/http_client.hpp"
#include "registry/base/result.hpp"

namespace toolhive::registry::backup {

// The text of the first element of that name in the XML of a reply, which has no attributes and no
// elements of its own; empty when there is none.
std::string xml_text(std::string_view xml, std::string_view element);

// What a reply says went wrong when `what` was tried, by the server's own code and message, cut
// short: NotFound for an object that is not there, otherwise Unavailable.
Error s3_error(const auth::HttpReply& reply, const std::string& what);

}  // namespace toolhive::registry::backup
