#include "registry/command_report.hpp"

#include <cstdio>
#include <nlohmann/json.hpp>

#include "controller/base/text.hpp"

namespace toolhive::registry {
namespace {

constexpr int kMayBeRepeated = 1, kUnusable = 2, kNever = 3;
constexpr std::size_t kErrorBytes = 1'500;

int exit_code_of(const Error& error) {
  switch (error.code) {
    case Code::Malformed:
    case Code::Invalid:
      return kUnusable;
    case Code::NotFound:
    case Code::Conflict:
    case Code::TooLarge:
    case Code::Corrupt:
      return kNever;
    default:
      return kMayBeRepeated;
  }
}

// Into the file as it is, which may be a device: the kubelet mounts /dev/termination-log.
bool write_report(const std::string& path, const Json& report) {
  if (path.empty()) return true;
  const auto text = report.dump() + '\n';
  auto* file = std::fopen(path.c_str(), "we");
  bool written = file != nullptr && std::fwrite(text.data(), 1, text.size(), file) == text.size();
  if (file != nullptr) written = std::fclose(file) == 0 && written;
  if (!written) std::fprintf(stderr, "cannot write the report to %s\n", path.c_str());
  return written;
}

}  // namespace

int command_failed(const std::string& report_file, const Error& error) {
  const auto text =
      cleaned(error.field.empty() ? error.detail : error.field + ": " + error.detail, kErrorBytes);
  std::fprintf(stderr, "%s\n", text.c_str());
  write_report(report_file, {{"error", text}});
  return exit_code_of(error);
}

int config_failed(const std::string& report_file, Error error) {
  error.code = Code::Invalid;
  return command_failed(report_file, error);
}

int command_succeeded(const std::string& report_file, const std::string& text, const Json& report) {
  std::printf("%s\n", text.c_str());
  return write_report(report_file, report) ? 0 : kMayBeRepeated;
}

}  // namespace toolhive::registry
