// Exec credential plugins.
// https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins
#pragma once

#include <optional>
#include <string>

#include "controller/base/context.hpp"
#include "controller/base/status.hpp"
#include "controller/kube/config/config.hpp"

namespace toolhive::kube {

// ExecCredential.status. Never printed.
struct ExecCredential {
  std::string token;
  std::string certificate;  // PEM, with its key
  std::string key;
  std::optional<WallTime> expires;
};

// Runs config.exec, which must be set, and reads what it prints. It is killed when `ctx` ends or
// after a minute. Unauthorized says what is wrong with it.
StatusOr<ExecCredential> run_exec_plugin(const Context& ctx, const Config& config);

// Reads the plugin's output; separate for tests.
StatusOr<ExecCredential> parse_exec_credential(const std::string& output, const std::string& api_version);

}  // namespace toolhive::kube
