#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "registry/model/json.hpp"
#include "registry/store/file_store.hpp"
#include "registry/store/log.hpp"

namespace registry {
namespace {

constexpr std::array<std::string_view, 8> kNotDefinition = {"version",       "managedBy",  "digest",
                                                            "registeredAt",  "status",     "statusChangedAt",
                                                            "statusMessage", "replacement"};

/// Computes the digest of a stored document anew: of server.json, or of a tool's definition.
Result<void> check_digest(const Record& record) {
  auto document = parse_json(record.payload);
  if (!document) return Error{Code::Corrupt, document.error().detail};
  std::string stated;
  bool server = false;
  Json definition = Json::object();
  for (auto& [name, value] : document->get_ref<Json::object_t&>()) {
    if (name == "digest" && value.is_string()) stated = value.get<std::string>();
    if (name == "name" && value.is_string()) server = is_server_name(value.get_ref<const std::string&>());
    if (std::find(kNotDefinition.begin(), kNotDefinition.end(), name) == kNotDefinition.end())
      definition[name] = std::move(value);
  }
  if (server) definition = std::move(definition["server"]);
  if (stated != "sha256:" + to_hex(sha256(canonical_json(definition)))) {
    return Error{Code::Corrupt, "the digest does not match the definition"};
  }
  return {};
}

}  // namespace

Result<VerifyReport> verify_store(FileSystem& files, const std::string& directory) {
  auto names = files.list(directory);
  if (!names) return names.take_error();
  std::uint64_t newest = 0;
  for (const auto& name : *names) newest = std::max(newest, log_number(name));
  VerifyReport report;
  if (newest == 0) return report;

  IndexBuilder builder{Index()};
  const auto on_record = [&](const Record& record) -> Result<void> {
    if (auto applied = apply(builder, record); !applied) return applied.take_error();
    return record.operation == Operation::Register ? check_digest(record) : Result<void>();
  };
  const auto path = directory + "/" + log_name(newest);
  const auto on_damaged = [&](std::string_view, std::uint64_t offset, const Error& why) {
    report.problems.push_back("the record at byte " + std::to_string(offset) + " of " + path +
                              " is damaged: " + why.detail);
  };
  auto scan = scan_log(files, path, on_record, on_damaged);
  if (!scan) return scan.take_error();
  report.records = scan->records;
  report.torn_bytes = scan->torn_bytes;
  report.tools = builder.index().tools();
  report.versions = builder.index().versions();
  return report;
}

}  // namespace registry
