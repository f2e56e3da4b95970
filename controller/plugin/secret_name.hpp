// Names whose values are nobody else's business.
#pragma once

#include <string_view>

namespace toolhive::plugin {

// Whether what has this name (a variable, a member, a header, a flag) is to be taken for a secret:
// "DB_PASSWORD", "apiKey", "Authorization". One that only says where a secret is, such as
// "tokenURL" or "secretName", is not. Takes time in proportion to the name. Thread-safe.
bool is_secret_name(std::string_view name);

}  // namespace toolhive::plugin
