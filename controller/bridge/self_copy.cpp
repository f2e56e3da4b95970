#include "controller/bridge/self_copy.hpp"

#include <filesystem>
#include <system_error>

namespace toolhive::bridge {

namespace fs = std::filesystem;

StatusOr<std::string> copy_self_to(const std::string& directory) {
  const fs::path target = fs::path(directory) / "mcp-bridge";
  fs::path fresh = target;
  fresh += ".new";
  std::error_code error;
  fs::copy_file("/proc/self/exe", fresh, fs::copy_options::overwrite_existing, error);
  constexpr auto kExecutable = static_cast<fs::perms>(0755);
  if (!error) fs::permissions(fresh, kExecutable, error);
  if (!error) fs::rename(fresh, target, error);
  if (error)
    return Status(Code::Invalid, "cannot copy this program to " + target.string() + ": " + error.message());
  return target.string();
}

}  // namespace toolhive::bridge
