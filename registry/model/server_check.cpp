#include "registry/model/server_check.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <set>

#include "registry/model/server.hpp"
#include "registry/model/text.hpp"
#include "registry/model/url.hpp"

namespace toolhive::registry {
namespace {

constexpr std::string_view kSchemaBase = "https://static.modelcontextprotocol.io/schemas/";
constexpr std::array<std::string_view, 6> kSchemaDates = {"2025-12-11", "2025-10-17", "2025-10-11",
                                                          "2025-09-29", "2025-09-16", "2025-07-09"};
constexpr std::string_view kPublisherProvided = "io.modelcontextprotocol.registry/publisher-provided";
constexpr std::size_t kPublisherBytes = 4096;
// Nobody mends more at once, and each repeats where it is.
constexpr std::size_t kMostIssues = 100;
// Of a variable. Whatever is wrong in one repeats its name.
constexpr std::size_t kVariableBytes = 255;

using Names = std::initializer_list<std::string_view>;

class ServerCheck {
 public:
  ServerCheck(Profile profile, std::vector<ServerIssue>& issues) : profile_(profile), issues_(issues) {}

  void server(const Json& value) {
    if (!object(value, "",
                {"$schema", "name", "description", "title", "repository", "version", "websiteUrl", "icons",
                 "packages", "remotes", "_meta"}))
      return;
    schema(value);
    if (const auto* name = text(value, "", "name", true, 3, 200)) {
      if (auto ok = check_server_name(*name); !ok) rule("/name", ok.error().detail, "invalid-server-name");
    }
    text(value, "", "description", true, 1, 100);
    if (const auto* title = text(value, "", "title", false, 1, 100);
        title != nullptr && title->find_first_not_of(" \t\r\n") == title->npos)
      rule("/title", "must hold more than white space", "title-whitespace-only");
    version(value, "", true);
    if (const auto* website = text(value, "", "websiteUrl", false, 1, 2048))
      url(*website, "/websiteUrl", "invalid-website-url", false);
    if (const auto* repository_value = member(value, "repository"))
      repository(*repository_value, "/repository");
    list(value, "", "icons", [this](const Json& each, const std::string& at) { icon(each, at); });
    list(value, "", "packages", [this](const Json& each, const std::string& at) { package(each, at); });
    list(value, "", "remotes", [this](const Json& each, const std::string& at) { remote(each, at); });
    if (const auto* meta_value = member(value, "_meta")) meta(*meta_value);
  }

 private:
  using Variables = std::set<std::string>;

  void structure(std::string at, std::string message) {
    add({std::move(at), std::move(message), "schema", true, false});
  }
  void rule(std::string at, std::string message, std::string reference) {
    add({std::move(at), std::move(message), std::move(reference), false, false});
  }
  void add(ServerIssue issue) {
    if (issues_.size() < kMostIssues)
      issues_.push_back(std::move(issue));
    else if (issues_.size() == kMostIssues)
      issues_.push_back(
          {"", "more is wrong than this; mend these and validate again", "too-many-issues", false, false});
  }

  static const Json* member(const Json& object, std::string_view name) {
    const auto it = object.find(name);
    return it == object.end() ? nullptr : &*it;
  }

  // Whether it is an object; members that are not known are noted. No known ones means any.
  bool object(const Json& value, const std::string& at, Names known) {
    if (!value.is_object()) {
      structure(at, "must be an object");
      return false;
    }
    for (const auto& [name, part] : value.items()) {
      if (known.size() > 0 && std::find(known.begin(), known.end(), name) == known.end())
        structure(pointer_to(at, name), "unknown member; remove it, or put it under _meta");
    }
    return true;
  }

  // A string member, or null when it is not there or none.
  const std::string* text(const Json& object, const std::string& at, std::string_view name, bool required,
                          std::size_t least = 0, std::size_t most = 1 << 20) {
    const auto here = pointer_to(at, name);
    const auto* value = member(object, name);
    if (value == nullptr) {
      if (required) structure(here, "is missing");
      return nullptr;
    }
    if (!value->is_string()) {
      structure(here, "must be a string");
      return nullptr;
    }
    const auto& string = value->get_ref<const std::string&>();
    const auto characters = count_characters(string);
    if (characters < least || characters > most) {
      structure(here, "must have " + std::to_string(least) + " to " + std::to_string(most) + " characters");
      return nullptr;
    }
    return &string;
  }

  void flag(const Json& object, const std::string& at, std::string_view name) {
    if (const auto* value = member(object, name); value != nullptr && !value->is_boolean())
      structure(pointer_to(at, name), "must be true or false");
  }

  void one_of(const Json& object, const std::string& at, std::string_view name, bool required, Names known) {
    const auto* value = text(object, at, name, required);
    if (value == nullptr || std::find(known.begin(), known.end(), *value) != known.end()) return;
    std::string words;
    for (const auto word : known) words += (words.empty() ? "" : ", ") + std::string(word);
    structure(pointer_to(at, name), "must be one of: " + words);
  }

  template <class Each>
  void list(const Json& object, const std::string& at, std::string_view name, Each each) {
    const auto* value = member(object, name);
    if (value == nullptr) return;
    const auto here = pointer_to(at, name);
    if (!value->is_array()) return structure(here, "must be a list");
    for (std::size_t i = 0; i < value->size(); ++i) each((*value)[i], pointer_to(here, std::to_string(i)));
  }

  void schema(const Json& server) {
    const auto* uri = text(server, "", "$schema", true, 1);
    if (uri == nullptr) return;
    const auto date = [&] {
      std::string_view rest = *uri;
      if (!rest.starts_with(kSchemaBase) || !rest.ends_with("/server.schema.json")) return std::string_view();
      return rest.substr(kSchemaBase.size(), 10);
    }();
    const auto it = std::find(kSchemaDates.begin(), kSchemaDates.end(), date);
    const auto current = std::string(kSchemaBase) + std::string(kSchemaDates[0]) + "/server.schema.json";
    if (it == kSchemaDates.end() || uri->size() != current.size()) {
      rule("/$schema", "names no schema of server.json that is known; use " + current,
           "schema-version-not-available");
    } else if (it != kSchemaDates.begin()) {
      add({"/$schema", "is not the current schema; consider " + current, "schema-version-deprecated", false,
           true});
    }
  }

  void version(const Json& object, const std::string& at, bool required) {
    const auto* value = text(object, at, "version", required, 1, 255);
    if (value == nullptr) return;
    const auto here = pointer_to(at, "version");
    if (*value == "latest")
      rule(here, "latest is no version; name the one it is", "reserved-version-string");
    else if (is_version_range(*value))
      rule(here, "must be one version, not a range", "version-looks-like-range");
  }

  void url(const std::string& text, const std::string& at, const char* reference, bool https_always) {
    const auto parsed = parse_url(text);
    if (!parsed) return rule(at, "must be an absolute URL of http or https with a host", reference);
    if (parsed->scheme != "https" && (https_always || profile_ == Profile::Public))
      return rule(at, "must be an https: URL", reference);
  }

  void repository(const Json& value, const std::string& at) {
    if (!object(value, at, {"url", "source", "id", "subfolder"})) return;
    const auto* source = text(value, at, "source", true, 1);
    text(value, at, "id", false);
    if (const auto* address = text(value, at, "url", true, 1)) {
      const bool good = profile_ == Profile::Private
                            ? parse_url(*address).has_value()
                            : source == nullptr || is_public_repository(*source, *address);
      if (!good)
        rule(pointer_to(at, "url"),
             profile_ == Profile::Private
                 ? "must be an absolute URL of http or https with a host"
                 : "must be the URL of a repository at github.com or gitlab.com, as source says",
             "invalid-repository-url");
    }
    if (const auto* folder = text(value, at, "subfolder", false);
        folder != nullptr && !is_clean_path(*folder))
      rule(pointer_to(at, "subfolder"), "must be a relative path without . and ..", "invalid-subfolder-path");
  }

  void icon(const Json& value, const std::string& at) {
    if (!object(value, at, {"src", "mimeType", "sizes", "theme"})) return;
    if (const auto* source = text(value, at, "src", true, 1, 255))
      url(*source, pointer_to(at, "src"), "icon-src-invalid-scheme", false);
    one_of(value, at, "mimeType", false,
           {"image/png", "image/jpeg", "image/jpg", "image/svg+xml", "image/webp"});
    one_of(value, at, "theme", false, {"light", "dark"});
    list(value, at, "sizes", [this](const Json& size, const std::string& here) {
      if (!size.is_string() || !is_icon_size(size.get_ref<const std::string&>()))
        structure(here, "must be a size such as 48x48, or any");
    });
  }

  static bool is_icon_size(std::string_view text) {
    if (text == "any") return true;
    const auto x = text.find('x');
    const auto digits = [](std::string_view part) {
      return !part.empty() && part.find_first_not_of("0123456789") == part.npos;
    };
    return x != text.npos && digits(text.substr(0, x)) && digits(text.substr(x + 1));
  }

  void package(const Json& value, const std::string& at) {
    if (!object(value, at,
                {"registryType", "registryBaseUrl", "identifier", "version", "fileSha256", "runtimeHint",
                 "transport", "runtimeArguments", "packageArguments", "environmentVariables"}))
      return;
    const auto* type = text(value, at, "registryType", true, 1);
    if (const auto* identifier = text(value, at, "identifier", true, 1);
        identifier != nullptr && identifier->find(' ') != identifier->npos)
      rule(pointer_to(at, "identifier"), "must not hold a space", "package-name-has-spaces");
    if (const auto* base = text(value, at, "registryBaseUrl", false, 1))
      url(*base, pointer_to(at, "registryBaseUrl"), "invalid-registry-base-url", false);
    version(value, at, false);
    const auto* sha256 = text(value, at, "fileSha256", false);
    if (sha256 != nullptr &&
        (sha256->size() != 64 || sha256->find_first_not_of("0123456789abcdef") != sha256->npos))
      structure(pointer_to(at, "fileSha256"), "must be 64 hexadecimal digits in lower case");
    if (type != nullptr && *type == "mcpb" && member(value, "fileSha256") == nullptr)
      rule(pointer_to(at, "fileSha256"), "is missing; packages of type mcpb need it",
           "mcpb-file-sha256-required");
    text(value, at, "runtimeHint", false);
    Variables variables;
    const auto arguments = [&](std::string_view name) {
      list(value, at, name,
           [&](const Json& each, const std::string& here) { argument(each, here, variables); });
    };
    arguments("runtimeArguments");
    arguments("packageArguments");
    list(value, at, "environmentVariables", [&](const Json& each, const std::string& here) {
      if (const auto* name = key_value(each, here)) variables.insert(*name);
    });
    if (const auto* transport_value = member(value, "transport"))
      transport(*transport_value, pointer_to(at, "transport"), variables, false);
    else
      structure(pointer_to(at, "transport"), "is missing");
  }

  void remote(const Json& value, const std::string& at) {
    Variables variables;
    if (value.is_object()) {
      if (const auto* stated = member(value, "variables"); stated != nullptr && stated->is_object()) {
        for (const auto& [name, part] : stated->items()) variables.insert(name);
      }
    }
    transport(value, at, variables, true);
  }

  void transport(const Json& value, const std::string& at, const Variables& variables, bool remote) {
    if (!object(value, at, {"type", "url", "headers", "variables"})) return;
    if (remote)
      one_of(value, at, "type", true, {"streamable-http", "sse"});
    else
      one_of(value, at, "type", true, {"stdio", "streamable-http", "sse"});
    const auto* type = member(value, "type");
    const bool stdio = !remote && type != nullptr && *type == "stdio";
    const auto* address = text(value, at, "url", !stdio);
    if (stdio && address != nullptr && !address->empty())
      rule(pointer_to(at, "url"), "does not go with stdio; leave it out", "stdio-transport-url-not-empty");
    if (!stdio && address != nullptr) templated_url(*address, pointer_to(at, "url"), variables, remote);
    list(value, at, "headers",
         [this](const Json& each, const std::string& here) { (void)key_value(each, here); });
    if (const auto* stated = member(value, "variables")) inputs(*stated, pointer_to(at, "variables"));
  }

  void templated_url(const std::string& text, const std::string& at, const Variables& variables,
                     bool remote) {
    const auto parsed = parse_url_template(text);
    if (!parsed || text.find_first_of(" \t\r\n") != text.npos)
      return rule(at, "must be an http: or https: URL with a host; {name} stands for a variable",
                  remote ? "invalid-remote-url" : "invalid-templated-url");
    if (remote && profile_ == Profile::Public && (parsed->scheme != "https" || is_local_host(parsed->host)))
      return rule(at, "must be an https: URL of a public host (validation profile public)",
                  "invalid-remote-url");
    for (const auto& name : template_variables(text)) {
      if (!variables.contains(name))
        return rule(at, "holds the variable {" + name + "}, which is not declared", "invalid-templated-url");
    }
  }

  const std::string* key_value(const Json& value, const std::string& at) {
    if (!object(value, at,
                {"name", "description", "isRequired", "format", "value", "isSecret", "default", "placeholder",
                 "choices", "variables"}))
      return nullptr;
    input_members(value, at);
    return text(value, at, "name", true);
  }

  void input_members(const Json& value, const std::string& at) {
    for (const char* name : {"description", "value", "default", "placeholder"}) text(value, at, name, false);
    for (const char* name : {"isRequired", "isSecret"}) flag(value, at, name);
    one_of(value, at, "format", false, {"string", "number", "boolean", "filepath"});
    list(value, at, "choices", [this](const Json& choice, const std::string& here) {
      if (!choice.is_string()) structure(here, "must be a string");
    });
    if (const auto* stated = member(value, "variables")) inputs(*stated, pointer_to(at, "variables"));
  }

  // A map of variables.
  void inputs(const Json& value, const std::string& at) {
    if (!object(value, at, {})) return;
    for (const auto& [name, part] : value.items()) {
      if (name.size() > kVariableBytes) {
        structure(at, "holds a variable whose name has more than 255 bytes; shorten it");
        continue;
      }
      const auto here = pointer_to(at, name);
      if (object(part, here,
                 {"description", "isRequired", "format", "value", "isSecret", "default", "placeholder",
                  "choices"}))
        input_members(part, here);
    }
  }

  void argument(const Json& value, const std::string& at, Variables& variables) {
    if (!object(value, at,
                {"type", "name", "valueHint", "isRepeated", "description", "isRequired", "format", "value",
                 "isSecret", "default", "placeholder", "choices", "variables"}))
      return;
    one_of(value, at, "type", true, {"positional", "named"});
    input_members(value, at);
    flag(value, at, "isRepeated");
    const auto* hint = text(value, at, "valueHint", false);
    if (hint != nullptr) variables.insert(*hint);
    const bool named = member(value, "type") != nullptr && *member(value, "type") == "named";
    if (!named) {
      if (hint == nullptr && member(value, "value") == nullptr)
        rule(at, "must have value or valueHint", "positional-argument-value-or-hint-required");
      return;
    }
    const auto* name = text(value, at, "name", true, 1);
    if (name == nullptr) return;
    variables.insert(*name);
    if (name->find_first_of("<> $") != name->npos)
      rule(pointer_to(at, "name"), "must not hold <, >, $ or a space", "invalid-named-argument-name");
    for (const char* of : {"value", "default"}) {
      const auto* stated = member(value, of);
      if (stated != nullptr && stated->is_string() &&
          stated->get_ref<const std::string&>().starts_with(*name))
        rule(pointer_to(at, of), "begins with the argument's name, which is put before it",
             "argument-value-starts-with-name");
    }
  }

  void meta(const Json& value) {
    if (!object(value, "/_meta", {})) return;
    for (const auto& [name, part] : value.items()) {
      const auto at = pointer_to("/_meta", name);
      if (name.find('/') == name.npos || name.starts_with('/')) {
        structure(at, "must be a name in reverse-DNS form with a slash, such as com.example/build");
      } else if (name == kPublisherProvided) {
        if (!part.is_object())
          structure(at, "must be an object");
        else if (part.dump().size() > kPublisherBytes)
          rule(at, "has more than 4096 bytes", "publisher-provided-too-large");
      } else if (name.starts_with("io.modelcontextprotocol")) {
        rule(at, "is for the registry to say; remove it", "reserved-meta-key");
      }
    }
  }

  const Profile profile_;
  std::vector<ServerIssue>& issues_;
};

}  // namespace

std::vector<ServerIssue> check_server(const Json& server, Profile profile) {
  std::vector<ServerIssue> issues;
  ServerCheck(profile, issues).server(server);
  return issues;
}

std::string dotted_path(std::string_view pointer) {
  std::string out;
  while (!pointer.empty()) {
    pointer.remove_prefix(1);
    const auto end = pointer.find('/');
    const auto token = pointer.substr(0, end);
    if (!token.empty() && token.find_first_not_of("0123456789") == token.npos) {
      out.append("[").append(token).append("]");
    } else {
      if (!out.empty()) out += '.';
      for (std::size_t i = 0; i < token.size(); ++i) {
        if (token[i] == '~' && i + 1 < token.size())
          out += token[++i] == '1' ? '/' : '~';
        else
          out += token[i];
      }
    }
    pointer.remove_prefix(end == pointer.npos ? pointer.size() : end);
  }
  return out;
}

}  // namespace toolhive::registry
