// The versions that a server's tools are registered with.
#pragma once

#include <string>
#include <string_view>

namespace toolhive {

// The version of the server where it is a semantic one (Semantic Versioning 2.0.0) of at most 64
// bytes; a `v` before it is left out, and numbers that are missing are 0. Else 0.0.0 with the
// content as build metadata. `contract_digest` is "sha256:" and hexadecimal digits.
std::string live_version(std::string_view server_version, std::string_view contract_digest);

// The version that the server itself is listed with: the same, and 0.0.0 where it tells none.
std::string listed_version(std::string_view server_version);

// Of a version that live_version() or with_content() made of one, that one, without the content.
std::string without_content(std::string_view version);

// The version for other content under the same number: with the content as build metadata, so that
// neither comes before the other.
std::string with_content(const std::string& version, std::string_view contract_digest);

}  // namespace toolhive
