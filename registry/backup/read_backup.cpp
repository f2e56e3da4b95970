#include "registry/backup/read_backup.hpp"

#include <limits>
#include <optional>
#include <utility>

#include "registry/backup/as_of.hpp"
#include "registry/backup/checked_export.hpp"
#include "registry/store/restore_check.hpp"

namespace toolhive::registry::backup {
namespace {

// Takes every definition that some configuration takes: what the registry had it gets back,
// although its rules may have been changed since.
ToolPolicy without_preferences(ToolPolicy policy) {
  policy.naming = {};
  policy.profile = Profile::Private;
  policy.compatibility = CompatibilityPolicy::None;
  policy.tool_bytes = std::numeric_limits<std::size_t>::max();
  policy.schema.depth = 60;  // The most that a configuration may say.
  policy.schema.subschemas = 100'000;
  return policy;
}

Result<void> check_size(const Index& index, const Tool& changed, const StoreLimits& limits) {
  const auto too_large = [](const char* limit) {
    return Error{Code::TooLarge, std::string("the backup has more than limits.") + limit +
                                     " of the configuration allows; raise it"};
  };
  if (index.tools() + index.servers() > limits.tools) return too_large("tools");
  if (index.memory_bytes() > limits.memory_bytes) return too_large("memoryBytes");
  if (changed.live.size() + changed.retired.size() > limits.versions_per_tool)
    return too_large("versionsPerTool");
  return {};
}

// As the next record of a history.
Result<void> add(IndexBuilder& builder, const Restore& restore) {
  const auto sequence = builder.index().sequence() + 1;
  const Record record{record_checksum(sequence, restore.operation, restore.payload), sequence,
                      restore.operation, restore.payload};
  auto applied = apply(builder, record);
  return applied ? Result<void>() : applied.take_error();
}

Error bad_record(std::uint64_t line, const Error& why) {
  return {Code::Corrupt,
          "line " + std::to_string(line) + " of the export is nothing that a registry writes: " + why.detail};
}

}  // namespace

Result<Index> read_backup(const Source& source, const Manifest& manifest, const ReadOptions& options) {
  const auto policy = without_preferences(options.policy);
  IndexBuilder builder{Index()};
  auto read = read_checked(source, manifest, [&](std::uint64_t line, Restore record) -> Result<void> {
    auto name = check_record(record);
    if (!name) return bad_record(line, name.error());
    if (auto good = check_restored(record, policy); !good) return bad_record(line, good.error());
    if (!options.at.empty()) {
      auto then = as_of(std::move(record), options.at);
      if (!then) return bad_record(line, then.error());
      if (!*then) return {};
      record = std::move(**then);
    }
    if (auto good = add(builder, record); !good) return bad_record(line, good.error());
    return check_size(builder.index(), *builder.find(*name), options.limits);
  });
  if (!read) return read.take_error();
  return builder.take();
}

}  // namespace toolhive::registry::backup
