#include "registry/import_report.hpp"

#include <algorithm>

namespace toolhive::registry {
namespace {

constexpr std::string_view kImportProgress = "progress: ";

// Names in an export may have line feeds, until they are refused.
std::string on_one_line(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

}  // namespace

std::string import_progress(std::uint64_t done, std::uint64_t records) {
  return std::string(kImportProgress) + std::to_string(done) + " of " + std::to_string(records) +
         " records\n";
}

bool is_import_progress(std::string_view line) {
  return line.starts_with(kImportProgress);
}

std::string import_summary(const ImportReport& report, bool dry_run) {
  std::string text;
  for (const auto& refusal : report.refused) text += "refused: " + on_one_line(refusal) + '\n';
  if (report.refusals > report.refused.size())
    text += "refused: " + std::to_string(report.refusals - report.refused.size()) + " more\n";
  return text + (dry_run ? "dry run: " : "") + std::to_string(report.records) +
         " records: " + std::to_string(report.added) + (dry_run ? " would be added, " : " added, ") +
         std::to_string(report.unchanged) + " there already, " + std::to_string(report.refusals) +
         " refused\n";
}

int import_exit_code(const ImportReport& report) {
  return report.refusals == 0 ? 0 : 1;
}

}  // namespace toolhive::registry
