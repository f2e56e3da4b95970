#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "registry/base/result.hpp"
#include "registry/model/lifecycle.hpp"
#include "registry/model/managed_by.hpp"

namespace toolhive::registry {

// What the registry itself says in the stored document of a tool's version, read and written
// without building anything of the definition beside it: a change concerns up to a thousand
// versions while every other write waits. Thread safe. Internal for a document that is not JSON.

struct StoredStatus {
  Status status;           // Active when the document says nothing.
  std::string changed_at;  // RFC 3339; empty when it never changed.
};

Result<StoredStatus> read_status(std::string_view document);

// The document as one whose status never changed.
Result<std::string> without_status(std::string_view document);

// The document with another status, since `changed_at` (RFC 3339). Copies the text of everything
// else as it is.
Result<std::string> with_status(std::string_view document, const Status& status, std::string_view changed_at);

// The document managed by another, or by nobody.
Result<std::string> with_manager(std::string_view document, const std::optional<ManagedBy>& manager);

}  // namespace toolhive::registry
