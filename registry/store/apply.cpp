// Reads the payloads of records: the way from the disk into the index, for a start and for every
// write alike.
#include <simdjson.h>

#include "controller/base/time.hpp"
#include "registry/model/search_text.hpp"
#include "registry/model/server.hpp"
#include "registry/store/rules.hpp"

namespace toolhive::registry {
namespace {

namespace dom = simdjson::dom;

std::string_view text_or_empty(const dom::element& object, std::string_view key) {
  std::string_view text;
  return object[key].get(text) == simdjson::SUCCESS ? text : std::string_view();
}

Error corrupt(std::string detail) {
  return {Code::Corrupt, std::move(detail)};
}

Result<dom::element> parse(std::string_view payload) {
  // Keeps its buffers from record to record. Its result lives until the next parse on this thread.
  thread_local dom::parser parser;
  dom::element element;
  if (const auto error = parser.parse(payload.data(), payload.size()).get(element)) {
    return corrupt(std::string("the payload is not JSON: ") + simdjson::error_message(error));
  }
  if (!element.is_object()) return corrupt("the payload is not a JSON object");
  return element;
}

// A time of a record, which the builder notes: what is written later gets a later one.
std::string take_time(IndexBuilder& builder, const dom::element& object, std::string_view key) {
  const auto text = text_or_empty(object, key);
  if (text.empty()) return {};
  const auto time = parse_rfc3339(text);
  if (!time) return std::string(text);
  auto comparable = to_rfc3339_micro(*time);
  builder.note_time(comparable);
  return comparable;
}

// Of servers, and of the tools they bring, it need not be a semantic one.
Result<Version> read_version(const dom::element& object) {
  auto version = Version::parse_any(text_or_empty(object, "version"));
  if (!version) return corrupt(version.error().detail);
  return version;
}

Result<Sha256> read_digest(const dom::element& object) {
  auto text = text_or_empty(object, "digest");
  Sha256 digest;
  if (!text.starts_with("sha256:") || !from_hex(text.substr(7), digest))
    return corrupt("the payload has no digest");
  return digest;
}

std::optional<Sha256> contract_digest_of(const dom::element& object) {
  const auto text = text_or_empty(object, "contractDigest");
  Sha256 digest;
  if (!text.starts_with("sha256:") || !from_hex(text.substr(7), digest)) return std::nullopt;
  return digest;
}

SearchText search_text_of(const dom::element& document) {
  const auto name = text_or_empty(document, "name");
  if (dom::element server; is_server_name(name) && document["server"].get(server) == simdjson::SUCCESS)
    return SearchText({name, text_or_empty(server, "title"), text_or_empty(server, "description"), {}, {}});
  SearchFields fields{name, text_or_empty(document, "title"), text_or_empty(document, "description"), {}, {}};
  if (dom::element server; document["server"].get(server) == simdjson::SUCCESS)
    fields.server = text_or_empty(server, "name");
  if (dom::array tags; document["tags"].get(tags) == simdjson::SUCCESS) {
    for (const dom::element tag : tags) {
      if (std::string_view text; tag.get(text) == simdjson::SUCCESS) fields.tags.push_back(text);
    }
  }
  return SearchText(fields);
}

SearchText search_text_of_document(const std::string& document) {
  auto parsed = parse(document);
  return parsed ? search_text_of(*parsed) : SearchText();
}

// What a tool says of its server, apart from the rest of its document, which may be much larger.
std::string said_of_server(const dom::element& server) {
  std::string out;
  for (const auto member : kToldMembers) {
    dom::element value;
    if (server[member].get(value) != simdjson::SUCCESS) continue;
    out += out.empty() ? "{\"" : ",\"";
    out += member;
    out += "\":";
    out += simdjson::minify(value);
  }
  return out.empty() ? out : out += '}';
}

Result<std::shared_ptr<const Registration>> apply_register(IndexBuilder& builder, const Record& record,
                                                           const dom::element& payload,
                                                           const std::string& name) {
  auto version = read_version(payload);
  if (!version) return version.take_error();
  auto digest = read_digest(payload);
  if (!digest) return digest.take_error();
  auto registered_at = take_time(builder, payload, "registeredAt");
  auto updated_at = take_time(builder, payload, "updatedAt");
  if (updated_at.empty()) updated_at = take_time(builder, payload, "statusChangedAt");
  if (updated_at == registered_at) updated_at = {};
  std::optional<ManagedBy> manager;
  if (dom::element member; payload["managedBy"].get(member) == simdjson::SUCCESS) {
    manager =
        ManagedBy{std::string(text_or_empty(member, "kind")), std::string(text_or_empty(member, "namespace")),
                  std::string(text_or_empty(member, "name")), std::string(text_or_empty(member, "uid"))};
  }
  // A server's own record has its server.json there.
  std::string_view server, server_version;
  std::string server_said;
  if (dom::element member;
      is_server_name(name) && payload["upstream"].get(member) == simdjson::SUCCESS && member.is_object())
    manager = upstream_as_manager(text_or_empty(member, "name"));
  if (dom::element member;
      !is_server_name(name) && payload["server"].get(member) == simdjson::SUCCESS && member.is_object()) {
    server = text_or_empty(member, "name");
    server_version = text_or_empty(member, "version");
    server_said = said_of_server(member);
  }
  auto registration = std::make_shared<const Registration>(Registration{
      std::move(*version), record.sequence, record.checksum, *digest, contract_digest_of(payload),
      std::move(registered_at), std::move(updated_at),
      parse_lifecycle(text_or_empty(payload, "status")).value_or(Lifecycle::Active), std::move(manager),
      std::string(record.payload), std::string(server), std::string(server_version), std::move(server_said)});
  builder.add(name, registration, search_text_of(payload));
  return registration;
}

}  // namespace

Result<std::shared_ptr<const Registration>> apply(IndexBuilder& builder, const Record& record) {
  auto payload = parse(record.payload);
  if (!payload) return payload.take_error();
  const std::string name(text_or_empty(*payload, "name"));
  if (name.empty()) return corrupt("the payload names no tool");

  std::shared_ptr<const Registration> registration;
  switch (record.operation) {
    case Operation::Register: {
      auto added = apply_register(builder, record, *payload, name);
      if (!added) return added.take_error();
      registration = std::move(*added);
      break;
    }
    case Operation::Withdraw: {
      const std::string version(text_or_empty(*payload, "version"));
      builder.withdraw(name, version, record.sequence, take_time(builder, *payload, "withdrawnAt"),
                       search_text_of_document);
      break;
    }
    case Operation::Purge: {
      const std::string version(text_or_empty(*payload, "version"));
      builder.purge(name, version, take_time(builder, *payload, "purgedAt"), search_text_of_document);
      break;
    }
    case Operation::Retire: {
      auto version = read_version(*payload);
      if (!version) return version.take_error();
      auto digest = read_digest(*payload);
      if (!digest) return digest.take_error();
      builder.retire(name, Retired{std::move(*version), record.sequence, *digest,
                                   take_time(builder, *payload, "withdrawnAt")});
      break;
    }
  }
  builder.advance(record.sequence, record.checksum);
  return registration;
}

}  // namespace toolhive::registry
