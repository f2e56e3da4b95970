// RegistryUpstream: another registry whose servers a Registry takes in. Its credentials are in
// Secrets of the Registry's namespace, which are mounted; the operator reads none.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "crds/key_ref.hpp"

namespace toolhive {

struct RegistryUpstream {
  std::string name;  // what it is called in this Registry
  std::string url;
  std::vector<std::string> include;  // globs of servers' names; empty: all
  std::vector<std::string> exclude;
  // Durations as the service writes them; empty: its defaults.
  std::string interval;
  std::string full_interval;
  std::int64_t versions = 0;  // 0: the service's default
  Authorities ca;             // of an https URL
  std::optional<KeyRef> token;
  struct Header {
    std::string name;
    KeyRef secret;

    template <class Fields>
    void describe(const Fields& fields) {
      fields.require("name");
      fields.read("name", name);
      fields.require("secretKeyRef");
      fields.read("secretKeyRef", secret);
    }
  };
  std::vector<Header> headers;
  std::int64_t port = 0;  // that the NetworkPolicy lets the pods reach; 0: that of the URL

  template <class Fields>
  void describe(const Fields& fields) {
    fields.require("name");
    fields.read("name", name);
    fields.require("url");
    fields.read("url", url);
    fields.read("include", include);
    fields.read("exclude", exclude);
    fields.read("interval", interval);
    fields.read("fullInterval", full_interval);
    fields.read("versions", versions);
    fields.read("ca", ca);
    fields.read("tokenSecretRef", token);
    for (const Fields& header : fields.objects("headers")) headers.emplace_back().describe(header);
    fields.read("port", port);
  }
};

}  // namespace toolhive
