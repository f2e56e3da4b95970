#include "registry/base/value_file.hpp"

#include <algorithm>

#include "controller/base/file.hpp"

namespace toolhive::registry {
namespace {

constexpr std::size_t kMostBytes = 64 << 10;
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

bool is_control(char c) {
  return static_cast<unsigned char>(c) < ' ' || c == 0x7F;
}

}  // namespace

Result<std::string> read_value_file(const std::string& path, std::string_view field) {
  const auto unavailable = [&](const std::string& why) {
    return Error{Code::Unavailable, path + " (" + std::string(field) + ") " + why};
  };
  auto text = read_file(path, kMostBytes);
  if (!text.ok()) return Error{Code::Unavailable, text.status().message() + " (" + std::string(field) + ")"};
  std::string_view value = *text;
  if (value.starts_with(kByteOrderMark)) value.remove_prefix(kByteOrderMark.size());
  while (value.ends_with('\n') || value.ends_with('\r')) value.remove_suffix(1);
  if (value.empty()) return unavailable("is empty");
  if (std::any_of(value.begin(), value.end(), is_control))
    return unavailable("holds more than one line, or control characters");
  return std::string(value);
}

}  // namespace toolhive::registry
