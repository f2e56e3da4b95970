#include "registry/backup/manifest.hpp"

#include <nlohmann/json.hpp>

#include "controller/base/time.hpp"
#include "registry/model/json.hpp"

namespace toolhive::registry::backup {
namespace {

constexpr char kFormat[] = "mcp-registry-backup";
constexpr std::uint64_t kVersion = 1;
constexpr JsonLimits kLimits{4, 10'000};

Error no_manifest(const std::string& why) {
  return {Code::Corrupt, "the manifest of the backup " + why + "; it was changed or damaged"};
}

// Reads members of a manifest; remembers what was wrong with the first that it could not.
class MemberReader {
 public:
  explicit MemberReader(const Json& object) : object_(object) {}

  std::uint64_t number(const char* name) {
    const auto member = object_.find(name);
    if (member != object_.end() && member->is_number_unsigned()) return member->get<std::uint64_t>();
    note(name, "is no number");
    return 0;
  }

  std::string text(const char* name) {
    const auto member = object_.find(name);
    if (member != object_.end() && member->is_string()) return member->get<std::string>();
    note(name, "is no text");
    return {};
  }

  Files files(const char* name) {
    Files files;
    const auto member = object_.find(name);
    if (member == object_.end()) return files;
    if (!member->is_object()) note(name, "is no object");
    for (const auto& [file, content] : member->items()) {
      if (content.is_string())
        files[file] = content.get<std::string>();
      else
        note(name, "has what is no text");
    }
    return files;
  }

  void note(const char* name, const std::string& what) {
    if (fault_.empty()) fault_ = "has a member " + std::string(name) + " that " + what;
  }
  const std::string& fault() const { return fault_; }

 private:
  const Json& object_;
  std::string fault_;
};

}  // namespace

std::string render_manifest(const Manifest& manifest) {
  Json json = {{"format", kFormat},           {"version", kVersion},
               {"program", manifest.program}, {"takenAt", manifest.taken_at},
               {"tools", manifest.tools},     {"servers", manifest.servers},
               {"records", manifest.records}, {"damaged", manifest.damaged},
               {"bytes", manifest.bytes},     {"sha256", to_hex(manifest.sha256)},
               {"files", Json::object()}};
  for (const auto& [name, content] : manifest.files) append_member(json["files"], name, content);
  return json.dump(2) + '\n';
}

Result<Manifest> parse_manifest(std::string_view text) {
  if (text.size() > kManifestBytes) return no_manifest("is too large");
  auto json = parse_json(text, kLimits);
  if (!json) return no_manifest("is no JSON: " + json.error().detail);
  if (!json->is_object()) return no_manifest("is no JSON object");
  MemberReader members(*json);
  if (members.text("format") != kFormat)
    return no_manifest("has another format than " + std::string(kFormat));
  if (members.number("version") > kVersion)
    return Error{Code::Corrupt, "the backup was made by a newer program; restore it with that"};
  Manifest manifest;
  manifest.program = members.text("program");
  if (const auto time = parse_rfc3339(members.text("takenAt")))
    manifest.taken_at = to_rfc3339_micro(*time);
  else
    members.note("takenAt", "is no time");
  manifest.tools = members.number("tools");
  manifest.servers = members.number("servers");
  manifest.records = members.number("records");
  manifest.damaged = members.number("damaged");
  manifest.bytes = members.number("bytes");
  if (!from_hex(members.text("sha256"), manifest.sha256)) members.note("sha256", "is no SHA-256");
  manifest.files = members.files("files");
  if (!members.fault().empty()) return no_manifest(members.fault());
  return manifest;
}

}  // namespace toolhive::registry::backup
