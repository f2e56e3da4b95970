// The revisions of MCP and the names that they give to things.
#pragma once

#include <array>
#include <string_view>

namespace toolhive::mcp {

// Versions that tell everything with each request, without handshake and session; the latest first.
inline constexpr std::array<std::string_view, 1> kModernVersions = {"2026-07-28"};
// Versions that begin with `initialize`, the latest first. The oldest had another transport; some
// servers that name it speak this one.
inline constexpr std::array<std::string_view, 4> kLegacyVersions = {"2025-11-25", "2025-06-18", "2025-03-26",
                                                                    "2024-11-05"};

// JSON-RPC 2.0, section 5.1.
inline constexpr int kParseError = -32700;
inline constexpr int kInvalidParams = -32602;
inline constexpr int kMethodNotFound = -32601;
inline constexpr int kInvalidRequest = -32600;
// 2026-07-28, basic, "Error Codes". A server that answers with one of them speaks a modern version.
inline constexpr int kHeaderMismatch = -32020;
inline constexpr int kMissingClientCapability = -32021;
inline constexpr int kUnsupportedVersion = -32022;

// 2026-07-28, basic, "_meta".
inline constexpr const char* kMetaVersion = "io.modelcontextprotocol/protocolVersion";
inline constexpr const char* kMetaClientInfo = "io.modelcontextprotocol/clientInfo";
inline constexpr const char* kMetaClientCapabilities = "io.modelcontextprotocol/clientCapabilities";
// 2026-07-28, "Subscriptions".
inline constexpr const char* kMetaSubscriptionId = "io.modelcontextprotocol/subscriptionId";
inline constexpr const char* kMetaServerInfo = "io.modelcontextprotocol/serverInfo";

}  // namespace toolhive::mcp
