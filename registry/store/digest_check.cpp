#include "registry/store/digest_check.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string>

#include "registry/model/json.hpp"
#include "registry/model/tool.hpp"
#include "registry/store/rules.hpp"

namespace toolhive::registry {
namespace {

constexpr std::array<std::string_view, 9> kNotDefinition = {
    "version", "managedBy",       "digest",        "contractDigest", "registeredAt",
    "status",  "statusChangedAt", "statusMessage", "replacement"};

}  // namespace

Result<void> check_digest(const Record& record) {
  auto document = parse_stored_json(record.payload);
  if (!document) return Error{Code::Corrupt, document.error().detail};
  std::string stated, contract;
  bool server = false;
  Json definition = Json::object();
  for (auto& [name, value] : document->get_ref<Json::object_t&>()) {
    if (name == "digest" && value.is_string()) stated = value.get<std::string>();
    if (name == "contractDigest") contract = value.is_string() ? value.get<std::string>() : "none";
    if (name == "name" && value.is_string()) server = is_server_name(value.get_ref<const std::string&>());
    if (std::find(kNotDefinition.begin(), kNotDefinition.end(), name) == kNotDefinition.end())
      append_member(definition, name, std::move(value));
  }
  if (server) definition = std::move(definition["server"]);
  if (stated != "sha256:" + to_hex(sha256(canonical_json(definition)))) {
    return Error{Code::Corrupt, "the digest does not match the definition"};
  }
  // An earlier program wrote none.
  if (!contract.empty() && contract != "sha256:" + to_hex(digest_of_contract(std::move(definition))))
    return Error{Code::Corrupt, "the contractDigest does not match the definition"};
  return {};
}

}  // namespace toolhive::registry
