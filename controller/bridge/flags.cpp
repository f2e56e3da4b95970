#include "controller/bridge/flags.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <functional>
#include <limits>
#include <string_view>
#include <utility>

namespace toolhive::bridge {

namespace {

struct Flag {
  std::string_view name;
  std::string_view value;  // what stands for it in the help
  std::string_view help;
  // False when the value is none that it can have.
  bool (*set)(Flags& flags, const std::string& value);
};

template <class Number>
bool read_number(const std::string& text, Number least, Number most, Number& into) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), into);
  return error == std::errc() && end == text.data() + text.size() && into >= least && into <= most;
}

bool read_seconds(const std::string& text, std::chrono::seconds& into) {
  std::int64_t count = 0;
  if (!read_number<std::int64_t>(text, 1, 7 * 24 * 3600, count)) return false;
  into = std::chrono::seconds(count);
  return true;
}

bool read_level(const std::string& text, LogLevel& into) {
  const auto* const found = std::find_if(kLogLevels.begin(), kLogLevels.end(),
                                         [&](const auto& level) { return level.first == text; });
  if (found == kLogLevels.end()) return false;
  into = found->second;
  return true;
}

bool read_sharing(const std::string& text, bool& per_session) {
  per_session = text == "per-session";
  return per_session || text == "shared";
}

bool read_path(const std::string& text, std::string& into) {
  into = text;
  return text.starts_with('/') && text != "/healthz" && text != "/ready" &&
         text.find_first_of("?#% ") == std::string::npos;
}

constexpr std::size_t kMiB = 1 << 20;

const std::array<Flag, 12> kFlags = {{
    {"--address", "ADDRESS", "numeric address to listen on; all when it is not given",
     [](Flags& flags, const std::string& value) {
       flags.address = value;
       return value.find_first_not_of("0123456789abcdefABCDEF:.") == std::string::npos;
     }},
    {"--port", "PORT", "port to listen on (8080)",
     [](Flags& flags, const std::string& value) {
       return read_number<std::uint16_t>(value, 0, std::numeric_limits<std::uint16_t>::max(), flags.port);
     }},
    {"--path", "PATH", "where MCP is spoken (/mcp)",
     [](Flags& flags, const std::string& value) { return read_path(value, flags.path); }},
    {"--session", "shared|per-session", "whether the sessions share a process (shared)",
     [](Flags& flags, const std::string& value) { return read_sharing(value, flags.process_per_session); }},
    {"--max-sessions", "N", "sessions at one time (64)",
     [](Flags& flags, const std::string& value) {
       return read_number<std::size_t>(value, 1, 100'000, flags.max_sessions);
     }},
    {"--max-message-bytes", "N", "the longest message of client and server (4194304)",
     [](Flags& flags, const std::string& value) {
       return read_number<std::size_t>(value, 1024, 64 * kMiB, flags.max_message_bytes);
     }},
    {"--request-timeout", "SECONDS", "how long the server may take to answer (300)",
     [](Flags& flags, const std::string& value) { return read_seconds(value, flags.request_timeout); }},
    {"--session-idle", "SECONDS", "after which an unused session is ended (1800)",
     [](Flags& flags, const std::string& value) { return read_seconds(value, flags.session_idle); }},
    {"--drain-timeout", "SECONDS", "for requests in flight after SIGTERM (10)",
     [](Flags& flags, const std::string& value) { return read_seconds(value, flags.drain_timeout); }},
    {"--allow-origin", "ORIGIN",
     "a page that may send requests, beside those of loopback; * for all; may be repeated",
     [](Flags& flags, const std::string& value) {
       flags.allowed_origins.push_back(value);
       return !value.empty();
     }},
    {"--log-level", "debug|info|warn|error", "(info)",
     [](Flags& flags, const std::string& value) { return read_level(value, flags.log_level); }},
    {"--copy-to", "DIRECTORY", "copy this program there and end: for an init container",
     [](Flags& flags, const std::string& value) {
       flags.copy_to = value;
       return !value.empty();
     }},
}};

Status set_flag(Flags& flags, const std::string& name, const std::string* value) {
  const auto* const flag =
      std::find_if(kFlags.begin(), kFlags.end(), [&](const Flag& each) { return each.name == name; });
  if (flag == kFlags.end()) return {Code::Invalid, "there is no flag " + name + "; see --help"};
  const std::string wanted(flag->value);
  if (value == nullptr) return {Code::Invalid, name + " needs a value: " + wanted};
  if (!flag->set(flags, *value)) return {Code::Invalid, name + " cannot be \"" + *value + "\": " + wanted};
  return {};
}

// Reads the flag at `next`, which moves behind it.
Status read_flag(const std::vector<std::string>& words, std::size_t& next, Flags& flags) {
  const std::string& word = words[next++];
  const std::size_t equals = word.find('=');
  if (equals != std::string::npos) {
    const std::string value = word.substr(equals + 1);
    return set_flag(flags, word.substr(0, equals), &value);
  }
  const std::string* const value = next < words.size() ? &words[next++] : nullptr;
  return set_flag(flags, word, value);
}

}  // namespace

StatusOr<Flags> parse_flags(const std::vector<std::string>& words) {
  Flags flags;
  std::size_t next = 0;
  while (next < words.size() && words[next] != "--") {
    if (words[next] == "--help") {
      flags.help = true;
      return flags;
    }
    if (!words[next].starts_with("--")) break;  // the command, without what sets it apart
    if (const Status read = read_flag(words, next, flags); !read.ok()) return read;
  }
  if (next < words.size() && words[next] == "--") ++next;
  flags.command.assign(words.begin() + static_cast<std::ptrdiff_t>(next), words.end());
  if (flags.command.empty() && flags.copy_to.empty())
    return Status(Code::Invalid, "which program is to be run? It stands behind --; see --help");
  return flags;
}

std::string usage() {
  std::string text =
      "mcp-bridge [FLAGS] -- COMMAND [ARGUMENTS]\n"
      "Runs an MCP server that speaks over stdio, and serves it over streamable HTTP.\n\n";
  for (const Flag& flag : kFlags) {
    std::string left = "  " + std::string(flag.name) + " " + std::string(flag.value);
    left.resize(std::max<std::size_t>(left.size() + 2, 36), ' ');
    text += left + std::string(flag.help) + "\n";
  }
  return text;
}

}  // namespace toolhive::bridge
