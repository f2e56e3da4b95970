// A registry in memory, and the way to it.
#pragma once

#include <algorithm>
#include <cstdio>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "controller/operator/live/contract.hpp"
#include "controller/operator/registry_access.hpp"

namespace toolhive::test {

// Has no tools, and takes none.
class EmptyRegistry : public RegistryApi {
 public:
  StatusOr<RegistryEntry> get(const Context&, const std::string&, const std::string&) override {
    return none();
  }
  StatusOr<std::vector<RegistryEntry>> versions(const Context&, const std::string&) override {
    return none();
  }
  StatusOr<std::vector<RegistryEntry>> list_managed(const Context&, const ManagedBy&) override {
    return std::vector<RegistryEntry>();
  }
  StatusOr<RegistryEntry> put(const Context&, const Json&) override { return none(); }
  Status withdraw(const Context&, const std::string&, const ManagedBy&) override { return none(); }
  Status withdraw_version(const Context&, const std::string&, const std::string&, const ManagedBy&) override {
    return none();
  }
  Status set_status(const Context&, const std::string&, const EntryStatus&, const ManagedBy&) override {
    return none();
  }
  StatusOr<ContractComparison> compare(const Context&, const Json&, const Json&) override { return none(); }
  StatusOr<JsonPtr> get_server(const Context&, const std::string&) override { return none(); }
  Status put_server(const Context&, const Json&) override { return none(); }
  Status set_server_status(const Context&, const std::string&, const std::string&, ServerStatus) override {
    return none();
  }
  StatusOr<ServiceReport> report(const Context&) override { return ServiceReport{}; }

 private:
  static Status none() { return {Code::NotFound, "no such tool"}; }
};

// A registry by the rules of the real one: a version never changes its content, a tool never its
// manager.
class FakeRegistry : public RegistryApi {
 public:
  StatusOr<RegistryEntry> get(const Context&, const std::string& name, const std::string& version) override {
    ++gets;
    if (!fault.ok()) return fault;
    if (version.empty()) {
      const Json* const newest = latest(name);
      return newest ? parse_entry(*newest) : Status(Code::NotFound, "no such tool");
    }
    const auto found = entries.find({name, version});
    if (found == entries.end()) return Status(Code::NotFound, "no such version");
    return *parse_entry(found->second);
  }

  StatusOr<std::vector<RegistryEntry>> versions(const Context&, const std::string& name) override {
    ++version_lists;
    if (!fault.ok()) return fault;
    std::vector<std::pair<std::pair<std::vector<int>, int>, RegistryEntry>> ranked;
    for (const auto& [key, entry] : entries)
      if (key.first == name) ranked.emplace_back(place_of(key), *parse_entry(entry));
    if (ranked.empty()) return Status(Code::NotFound, "no such tool");
    std::ranges::sort(ranked, [](const auto& a, const auto& b) { return a.first > b.first; });
    std::vector<RegistryEntry> all;
    for (auto& [place, entry] : ranked) all.push_back(std::move(entry));
    return all;
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
      for (const char* added :
           {"managedBy", "digest", "contractDigest", "registeredAt", "status", "statusMessage"})
        document.erase(added);
      return document;
    };
    if (found != entries.end() && content(found->second) != content(entry))
      return Status(Code::AlreadyExists, "other content");
    entry["digest"] = "sha256:" + std::to_string(std::hash<std::string>{}(content(entry).dump()));
    entry["contractDigest"] = contract_digest(contract_of(definition, name));
    entry["registeredAt"] = "2026-01-01T00:00:00Z";
    if (found != entries.end())
      entry = found->second;
    else
      order[{name, version}] = ++registered;
    entry["managedBy"] = definition.at("managedBy");
    entries[{name, version}] = entry;
    return *parse_entry(entry);
  }

  StatusOr<std::vector<RegistryEntry>> list_managed(const Context&, const ManagedBy& manager) override {
    ++lists;
    if (!fault.ok()) return fault;
    std::vector<RegistryEntry> listed;
    for (const std::string& name : names()) {
      RegistryEntry entry = *parse_entry(*latest(name));
      if (entry.manager.ns == manager.ns && entry.manager.name == manager.name)
        listed.push_back(std::move(entry));
    }
    return listed;
  }

  Status withdraw_version(const Context&, const std::string& name, const std::string& version,
                          const ManagedBy&) override {
    if (!fault.ok()) return fault;
    if (!withdrawal_fault.ok()) return withdrawal_fault;
    return entries.erase({name, version}) > 0 ? Status() : Status(Code::NotFound, "no such version");
  }

  Status set_status(const Context&, const std::string& name, const EntryStatus& status,
                    const ManagedBy&) override {
    if (!fault.ok()) return fault;
    for (auto& [key, entry] : entries) {
      if (key.first != name) continue;
      entry["status"] = status.deprecated ? "deprecated" : "active";
      entry.erase("statusMessage");
      if (status.deprecated) entry["statusMessage"] = status.message;
    }
    return latest(name) ? Status() : Status(Code::NotFound, "no such tool");
  }

  // Another input schema is breaking, another description to be read.
  StatusOr<ContractComparison> compare(const Context&, const Json& from, const Json& to) override {
    ++compares;
    if (!fault.ok()) return fault;
    const auto known = entries.find({from.at("name"), from.value("version", "")});
    if (!from.contains("inputSchema") && known == entries.end())
      return Status(Code::NotFound, "no such version");
    const Json& before = from.contains("inputSchema") ? from : known->second;
    ContractComparison comparison;
    for (const char* member : {"inputSchema", "description"}) {
      if (before.value(member, Json()) == to.value(member, Json())) continue;
      if (comparison.changes++ > 0) continue;
      const bool schema = std::string(member) == "inputSchema";
      comparison.verdict = schema ? ChangeClass::Breaking : ChangeClass::Review;
      comparison.pointer = std::string("/") + member;
      comparison.keyword = member;
      comparison.message = "changed";
    }
    return comparison;
  }

  Status withdraw(const Context&, const std::string& name, const ManagedBy&) override {
    if (!fault.ok()) return fault;
    const auto gone = std::erase_if(entries, [&](const auto& entry) { return entry.first.first == name; });
    return gone > 0 ? Status() : Status(Code::NotFound, "no such tool");
  }

  StatusOr<JsonPtr> get_server(const Context&, const std::string& name) override {
    ++server_reads;
    if (!fault.ok()) return fault;
    const FakeServer* newest = nullptr;
    for (const auto& [key, server] : servers)
      if (key.first == name && !server.deleted) newest = &server;
    if (!newest) return Status(Code::NotFound, "no such server");
    return std::make_shared<const Json>(newest->document);
  }

  Status put_server(const Context&, const Json& server) override {
    ++server_writes;
    if (!fault.ok()) return fault;
    FakeServer& known = servers[{server.at("name"), server.at("version")}];
    if (known.deleted) return Status(Code::Invalid, "published once");
    known.document = server;
    return {};
  }

  Status set_server_status(const Context&, const std::string& name, const std::string& version,
                           ServerStatus status) override {
    ++server_writes;
    if (!fault.ok()) return fault;
    Status outcome(Code::NotFound, "no such server");
    for (auto& [key, server] : servers) {
      if (key.first != name || (!version.empty() && key.second != version)) continue;
      const bool deleted = status == ServerStatus::Deleted;
      outcome = server.deleted == deleted ? Status(Code::Invalid, "no changes to apply") : Status();
      server.deleted = deleted;
    }
    return outcome;
  }

  StatusOr<ServiceReport> report(const Context&) override {
    if (!fault.ok()) return fault;
    return ServiceReport{static_cast<std::int64_t>(entries.size()), "1.0.0"};
  }

  // The latest version: the highest, and between equals the later one; nullptr: there is none.
  const Json* latest(const std::string& name) const {
    const Json* newest = nullptr;
    std::pair<std::vector<int>, int> highest;
    for (const auto& [key, entry] : entries) {
      if (key.first != name) continue;
      const auto place = place_of(key);
      if (newest && place < highest) continue;
      newest = &entry;
      highest = place;
    }
    return newest;
  }
  std::set<std::string> names() const {
    std::set<std::string> all;
    for (const auto& [key, entry] : entries) all.insert(key.first);
    return all;
  }

  struct FakeServer {
    Json document;
    bool deleted = false;
  };

  std::map<std::pair<std::string, std::string>, Json> entries;
  std::map<std::pair<std::string, std::string>, FakeServer> servers;  // of versions below 10
  std::map<std::pair<std::string, std::string>, int> order;           // in which they were registered
  Status fault;
  Status withdrawal_fault;  // of versions
  int registered = 0;
  int gets = 0;
  int lists = 0;
  int version_lists = 0;
  int compares = 0;
  int puts = 0;
  int server_reads = 0;
  int server_writes = 0;
  int numbered = 0;

 private:
  std::pair<std::vector<int>, int> place_of(const std::pair<std::string, std::string>& key) const {
    return {numbers_of(key.second), order.contains(key) ? order.at(key) : 0};
  }
  static std::vector<int> numbers_of(const std::string& version) {
    std::vector<int> numbers(3);
    std::sscanf(version.c_str(), "%d.%d.%d", &numbers[0], &numbers[1], &numbers[2]);
    return numbers;
  }
};

// Leads to one registry, whichever is asked for, without a circuit.
template <class Api>
class AccessTo final : public RegistryAccess {
 public:
  AccessTo() : RegistryAccess(nullptr, {}) {}
  StatusOr<std::shared_ptr<RegistryApi>> open(const kube::Key&, const RegistryEndpoint& endpoint) override {
    const std::lock_guard lock(mutex_);
    endpoint_ = endpoint;
    return std::shared_ptr<RegistryApi>(registry);
  }

  std::shared_ptr<Api> registry = std::make_shared<Api>();

  // Of the registry that was opened last.
  RegistryEndpoint endpoint() const {
    const std::lock_guard lock(mutex_);
    return endpoint_;
  }

 private:
  mutable std::mutex mutex_;
  RegistryEndpoint endpoint_;  // guarded by mutex_
};

}  // namespace toolhive::test
