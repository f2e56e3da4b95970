#include "controller/operator/registry/backup_result.hpp"

#include <nlohmann/json.hpp>

#include "controller/base/json_access.hpp"
#include "controller/base/text.hpp"

namespace toolhive {

namespace {

constexpr std::size_t kMostText = 600;

std::int64_t count(const Json& report, const char* name) {
  const auto member = report.find(name);
  return member != report.end() && member->is_number_unsigned() ? member->get<std::int64_t>() : -1;
}

}  // namespace

StatusOr<BackupResult> parse_backup_result(std::string_view message) {
  const Json report = Json::parse(message, nullptr, false);
  if (!report.is_object()) return Status(Code::Decode, cleaned(message, kMostText));
  if (const std::string error = string_member(report, "error"); !error.empty())
    return Status(Code::Unavailable, cleaned(error, kMostText));
  BackupResult result{count(report, "tools"), count(report, "servers"), count(report, "bytes"),
                      cleaned(string_member(report, "sha256"), 64)};
  if (result.tools < 0 || result.servers < 0 || result.bytes < 0 || result.sha256.empty())
    return Status(Code::Decode, cleaned(message, kMostText));
  return result;
}

}  // namespace toolhive
