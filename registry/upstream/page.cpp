#include "registry/upstream/page.hpp"

#include "controller/base/time.hpp"
#include "controller/base/utf8.hpp"
#include "controller/kube/object/json_scanner.hpp"

namespace toolhive::registry::upstream {
namespace {

using kube::JsonScanner;
using kube::JsonString;

constexpr std::string_view kOfficialMeta = "io.modelcontextprotocol.registry/official";
// What no server has; the checks of a publication come later.
constexpr std::size_t kLongestName = 300;
constexpr std::size_t kMessageBytes = 500;

Error no_list(const std::string& why) {
  return {Code::Malformed, "the answer is no list of servers: " + why};
}

// Reads a value; what it means when it is a text.
std::optional<std::string> read_text(JsonScanner& scanner) {
  if (scanner.peek() != '"') {
    scanner.skip_value();
    return std::nullopt;
  }
  JsonString text;
  if (!scanner.read_string(text)) return std::nullopt;
  return text.str();
}

// Reads a value; calls `read(name)`, which reads the member's value, for each member when it is an
// object.
template <class Read>
void read_members(JsonScanner& scanner, Read read) {
  if (scanner.peek() != '{') {
    scanner.skip_value();
    return;
  }
  JsonString name;
  if (!scanner.enter_object()) return;
  while (scanner.next_member(name)) read(name);
}

std::string read_time(JsonScanner& scanner) {
  const auto text = read_text(scanner);
  const auto time = text ? parse_rfc3339(*text) : std::nullopt;
  return time ? to_rfc3339_micro(*time) : std::string();
}

// What the registry itself says of an entry.
struct OfficialWord {
  bool known_status = true;
  Lifecycle lifecycle = Lifecycle::Active;  // Of one that says nothing, too.
  std::optional<std::string> message;
  std::string published_at, updated_at;
};

void read_official(JsonScanner& scanner, OfficialWord& out) {
  read_members(scanner, [&](const JsonString& name) {
    if (name == "status") {
      const auto word = read_text(scanner);
      const auto lifecycle = word ? parse_lifecycle(*word) : std::nullopt;
      out.known_status = lifecycle.has_value();
      out.lifecycle = lifecycle.value_or(Lifecycle::Active);
    } else if (name == "statusMessage") {
      out.message = read_text(scanner);
    } else if (name == "publishedAt") {
      out.published_at = read_time(scanner);
    } else if (name == "updatedAt") {
      out.updated_at = read_time(scanner);
    } else {
      scanner.skip_value();
    }
  });
}

void read_server(JsonScanner& scanner, std::string_view text, ListedVersion& out) {
  scanner.peek();
  const auto begin = scanner.position();
  read_members(scanner, [&](const JsonString& name) {
    if (name == "name")
      out.name = read_text(scanner).value_or("");
    else if (name == "version")
      out.version = read_text(scanner).value_or("");
    else
      scanner.skip_value();
  });
  out.server = text.substr(begin, scanner.position() - begin);
}

std::optional<ListedVersion> read_entry(JsonScanner& scanner, std::string_view text) {
  ListedVersion out;
  OfficialWord word;
  read_members(scanner, [&](const JsonString& member) {
    if (member == "server") {
      read_server(scanner, text, out);
    } else if (member == "_meta") {
      read_members(scanner, [&](const JsonString& name) {
        if (name == kOfficialMeta)
          read_official(scanner, word);
        else
          scanner.skip_value();
      });
    } else {
      scanner.skip_value();
    }
  });
  if (out.name.empty() || out.version.empty() || out.name.size() > kLongestName ||
      out.version.size() > kLongestName || !word.known_status)
    return std::nullopt;
  out.status.lifecycle = word.lifecycle;
  if (word.lifecycle != Lifecycle::Active && word.message && !word.message->empty() &&
      word.message->find('\0') == std::string::npos)
    out.status.message = shortened(*word.message, kMessageBytes);
  out.published_at = std::move(word.published_at);
  out.updated_at = std::move(word.updated_at);
  return out;
}

void read_servers(JsonScanner& scanner, std::string_view text, Page& page) {
  if (!scanner.enter_array()) return;
  while (scanner.next_element()) {
    auto read = read_entry(scanner, text);
    if (read)
      page.versions.push_back(std::move(*read));
    else
      ++page.unreadable;
  }
}

}  // namespace

Result<Page> read_page(std::string_view text) {
  // No document is built: what the text has of values costs nothing.
  JsonScanner scanner(text, text.size());
  if (scanner.peek() != '{') return no_list("it is no JSON object");
  Page page;
  bool has_servers = false;
  read_members(scanner, [&](const JsonString& member) {
    if (member == "servers" && scanner.peek() == '[') {
      has_servers = true;
      read_servers(scanner, text, page);
    } else if (member == "metadata") {
      read_members(scanner, [&](const JsonString& name) {
        if (name == "nextCursor")
          page.next_cursor = read_text(scanner).value_or("");
        else
          scanner.skip_value();
      });
    } else {
      scanner.skip_value();
    }
  });
  if (!scanner.ok() || !scanner.finish()) return no_list(scanner.error());
  if (!has_servers) return no_list("it has no array of servers");
  return page;
}

}  // namespace toolhive::registry::upstream
