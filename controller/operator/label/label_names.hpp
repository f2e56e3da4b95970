// Names of labels and annotations that the operator sets or heeds. They are API: docs/resources.md.
#pragma once

namespace toolhive {

inline constexpr const char* kOperatorName = "toolhive-operator";
inline constexpr const char* kFieldManager = kOperatorName;

inline constexpr const char* kNameLabel = "app.kubernetes.io/name";
// Its values, on what belongs to a registry, to the server of an MCPTool, and to a backup.
inline constexpr const char* kRegistryApplication = "mcp-registry";
inline constexpr const char* kServerApplication = "mcp-server";
inline constexpr const char* kBackupApplication = "mcp-registry-backup";
inline constexpr const char* kInstanceLabel = "app.kubernetes.io/instance";
// That Kubernetes itself puts on every namespace.
inline constexpr const char* kNamespaceNameLabel = "kubernetes.io/metadata.name";
inline constexpr const char* kManagedByLabel = "app.kubernetes.io/managed-by";
// Begins the labels and annotations that users may not set on a registry's pods.
inline constexpr const char* kReservedLabelPrefix = "app.kubernetes.io/";
inline constexpr const char* kReservedPrefix = "mcpregistry.dev/";

// On a Registry or MCPTool, "true" makes the operator leave everything of it as it is.
inline constexpr const char* kPausedAnnotation = "mcpregistry.dev/reconciliation-paused";
// On a Registry, "on" stops its pods and keeps its data, whatever spec.replicas says.
inline constexpr const char* kHibernationAnnotation = "mcpregistry.dev/hibernation";
// On the pods of a registry: changes with every input that only a restart takes up.
inline constexpr const char* kConfigChecksumAnnotation = "mcpregistry.dev/config-checksum";
// On operands that outlive their Registry: whose they are.
inline constexpr const char* kOwnerLabel = "mcpregistry.dev/owner";
// On an MCPTool: the offeredDigest of its status that may be registered as it is.
inline constexpr const char* kApproveAnnotation = "mcpregistry.dev/approve";
// On a namespace: that servers in it may be discovered, by every Registry that looks for them
// ("enabled"), or by one, as "<namespace>.<name>".
inline constexpr const char* kDiscoveryLabel = "mcpregistry.dev/discovery";
// On an object by which a server could be discovered, "false" keeps it from that.
inline constexpr const char* kDiscoverAnnotation = "mcpregistry.dev/discover";
// On an MCPTool that was made for what was discovered: the source, as in spec.discovery.sources.
inline constexpr const char* kDiscoveredFromLabel = "mcpregistry.dev/discovered-from";
// Holds an MCPTool until its tool is withdrawn.
inline constexpr const char* kWithdrawFinalizer = "mcpregistry.dev/withdraw";
// Holds a RegistryBackup until what it wrote is deleted.
inline constexpr const char* kDeleteBackupFinalizer = "mcpregistry.dev/delete-backup";

}  // namespace toolhive
