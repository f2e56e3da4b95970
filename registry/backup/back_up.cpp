#include "registry/backup/back_up.hpp"

#include <utility>

#include "controller/base/time.hpp"
#include "registry/backup/checked_export.hpp"
#include "registry/store/open/open.hpp"
#include "registry/store/transfer.hpp"

namespace toolhive::registry::backup {
namespace {

// Writes the export, and notes in the manifest what it has.
Result<void> write_export(const Index& index, Destination& destination, const std::string& name,
                          Manifest& manifest) {
  auto upload = destination.create(name);
  if (!upload) return upload.take_error();
  Sha256Stream checksum;
  auto records = export_index(index, manifest.taken_at, [&](std::string_view piece) {
    checksum.add(piece);
    manifest.bytes += piece.size();
    return (*upload)->append(piece);
  });
  if (!records) return records.take_error();
  manifest.records = *records;
  manifest.sha256 = checksum.finish();
  return (*upload)->finish();
}

Result<void> read_back(Destination& destination, const std::string& name, const Manifest& manifest) {
  auto source = destination.open(name);
  if (!source) return source.take_error();
  return read_checked(*source, manifest, [](std::uint64_t, const Restore&) { return Result<void>(); });
}

Result<void> write_manifest(Destination& destination, const std::string& name, const Manifest& manifest) {
  const auto text = render_manifest(manifest);
  if (text.size() > kManifestBytes)
    return Error{Code::Invalid, "the manifest would have more than 16 MiB; include less"};
  if (auto done = write_object(destination, name, text); !done) return done;
  auto there = read_object(destination, name, kManifestBytes);
  if (!there) return there.take_error();
  if (*there == text) return {};
  return Error{Code::Corrupt, name + " was not read back as it was written"};
}

Result<BackedUp> check_existing(Manifest manifest, Destination& destination, const Location& location) {
  if (auto good = read_back(destination, location.export_name(), manifest); !good) {
    const auto& error = good.error();
    if (error.code == Code::Corrupt || error.code == Code::NotFound)
      return Error{Code::Corrupt,
                   "there is a backup " + location.text +
                       ", and it is not whole; delete it, or give another name: " + error.detail};
    return error;
  }
  return BackedUp{std::move(manifest), true};
}

}  // namespace

Result<Manifest> read_manifest(Destination& destination, const Location& location) {
  auto text = read_object(destination, location.manifest_name(), kManifestBytes);
  if (text) return parse_manifest(*text);
  if (text.error().code != Code::NotFound) return text.take_error();
  return Error{Code::NotFound, "there is no backup " + location.text + ": " + text.error().detail};
}

Result<BackedUp> back_up(const StoreOptions& store, const Location& location, Destination& destination,
                         Files files, WallTime now, const std::function<void(std::string_view)>& on_damaged) {
  auto existing = read_manifest(destination, location);
  if (existing) return check_existing(std::move(*existing), destination, location);
  if (existing.error().code != Code::NotFound) return existing.take_error();

  Manifest manifest;
  manifest.program = TOOLHIVE_VERSION;
  manifest.taken_at = to_rfc3339_micro(now);
  manifest.files = std::move(files);
  auto index = read_store(store, [&](std::string_view text) {
    ++manifest.damaged;
    on_damaged(text);
  });
  if (!index) {
    auto error = index.take_error();
    if (error.code == Code::NotFound)  // Not the backup's.
      error = {Code::Unavailable, "no registry has kept anything there yet: " + error.detail};
    return error;
  }
  manifest.tools = index->tools();
  manifest.servers = index->servers();
  auto done = write_export(*index, destination, location.export_name(), manifest);
  if (done) done = read_back(destination, location.export_name(), manifest);
  if (done) done = write_manifest(destination, location.manifest_name(), manifest);
  if (!done) return done.take_error();
  return BackedUp{std::move(manifest), false};
}

Result<void> delete_backup(Destination& destination, const Location& location) {
  auto done = destination.remove(location.manifest_name());
  return done ? destination.remove(location.export_name()) : done;
}

}  // namespace toolhive::registry::backup
