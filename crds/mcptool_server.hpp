// ServerSpec and ProbeSpec: the C++ view of spec.server and spec.probe of an MCPTool.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "crds/key_ref.hpp"
#include "crds/mcptool_workload.hpp"

namespace toolhive {

struct ServerSpec {
  struct ValueSource {
    KeyRef secret;

    template <class Fields>
    void describe(const Fields& fields) {
      fields.require("secretKeyRef");
      fields.read("secretKeyRef", secret);
    }
  };
  struct Header {
    std::string name;
    std::string value;  // where it is no secret
    std::optional<ValueSource> value_from;

    template <class Fields>
    void describe(const Fields& fields) {
      fields.require("name");
      fields.read("name", name);
      fields.read("value", value);
      fields.read("valueFrom", value_from);
    }
  };
  struct OAuth {
    // One of the two is empty.
    std::string issuer;
    std::string token_url;
    std::string client_id;
    KeyRef client_secret;
    std::vector<std::string> scopes;

    template <class Fields>
    void describe(const Fields& fields) {
      fields.read("issuer", issuer);
      fields.read("tokenURL", token_url);
      fields.require("clientID");
      fields.read("clientID", client_id);
      fields.require("clientSecretRef");
      fields.read("clientSecretRef", client_secret);
      fields.read("scopes", scopes);
    }
  };
  enum class Transport { StreamableHTTP };
  struct Remote {
    std::string url;
    Transport transport = Transport::StreamableHTTP;
    std::vector<Header> headers;
    Authorities authorities;  // none: the system's
    std::optional<OAuth> oauth;

    template <class Fields>
    void describe(const Fields& fields) {
      fields.require("url");
      fields.read("url", url);
      fields.read_word("transport", transport, {{"StreamableHTTP", Transport::StreamableHTTP}});
      for (const Fields& header : fields.objects("headers")) headers.emplace_back().describe(header);
      fields.read("ca", authorities);
      fields.read("oauth", oauth);
    }
  };
  // One of the two.
  std::optional<Remote> remote;
  std::optional<WorkloadSpec> workload;

  template <class Fields>
  void describe(const Fields& fields) {
    fields.read("remote", remote);
    fields.read("workload", workload);
  }
};

struct ProbeSpec {
  enum class Mode { Auto, Disabled };
  Mode mode = Mode::Auto;
  std::int64_t interval_seconds = 60;
  std::int64_t timeout_seconds = 20;
  bool listen = false;

  std::chrono::seconds interval() const { return std::chrono::seconds(interval_seconds); }
  std::chrono::seconds timeout() const { return std::chrono::seconds(timeout_seconds); }

  template <class Fields>
  void describe(const Fields& fields) {
    fields.read_word("mode", mode, {{"Auto", Mode::Auto}, {"Disabled", Mode::Disabled}});
    fields.read("intervalSeconds", interval_seconds);
    fields.read("timeoutSeconds", timeout_seconds);
    fields.read("listen", listen);
  }
};

}  // namespace toolhive
