// A registry in memory, and the way to it.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "controller/operator/registry_access.hpp"

namespace toolhive::test {

// A registry by the rules of the real one: a version never changes its content, a tool never its
// manager.
class FakeRegistry : public RegistryApi {
 public:
  StatusOr<RegistryEntry> get(const Context&, const std::string& name, const std::string& version) override {
    ++gets;
    if (!fault.ok()) return fault;
    const auto found = entries.find({name, version});
    if (found == entries.end()) return Status(Code::NotFound, "no such version");
    return *parse_entry(found->second);
  }

  StatusOr<RegistryEntry> put(const Context&, const Json& definition) override {
    ++puts;
    if (!fault.ok()) return fault;
    const std::string name = definition.at("name");
    const std::string version = definition.contains("version") ? definition.at("version").get<std::string>()
                                                               : "0." + std::to_string(++numbered) + "00.0";
    for (const auto& [key, entry] : entries) {
      if (key.first == name && entry.at("managedBy").at("name") != definition.at("managedBy").at("name"))
        return Status(Code::Conflict, "managed by another");
    }
    Json entry = definition;
    entry["version"] = version;
    const auto found = entries.find({name, version});
    const auto content = [](Json document) {
      for (const char* added : {"managedBy", "digest", "registeredAt"}) document.erase(added);
      return document;
    };
    if (found != entries.end() && content(found->second) != content(entry))
      return Status(Code::AlreadyExists, "other content");
    entry["digest"] = "sha256:" + std::to_string(std::hash<std::string>{}(content(entry).dump()));
    entry["registeredAt"] = "2026-01-01T00:00:00Z";
    entries[{name, version}] = entry;
    return *parse_entry(entry);
  }

  Status withdraw(const Context&, const std::string& name, const ManagedBy&) override {
    if (!fault.ok()) return fault;
    const auto gone = std::erase_if(entries, [&](const auto& entry) { return entry.first.first == name; });
    return gone > 0 ? Status() : Status(Code::NotFound, "no such tool");
  }
  StatusOr<ServiceReport> report(const Context&) override {
    if (!fault.ok()) return fault;
    return ServiceReport{static_cast<std::int64_t>(entries.size()), "1.0.0"};
  }

  std::map<std::pair<std::string, std::string>, Json> entries;
  Status fault;
  int gets = 0;
  int puts = 0;
  int numbered = 0;
};

// Leads to one registry, whichever is asked for, without a circuit.
template <class Api>
class AccessTo final : public RegistryAccess {
 public:
  AccessTo() : RegistryAccess(nullptr) {}
  StatusOr<std::shared_ptr<RegistryApi>> open(const kube::Key&) override {
    return std::shared_ptr<RegistryApi>(registry);
  }

  std::shared_ptr<Api> registry = std::make_shared<Api>();
};

}  // namespace toolhive::test
