#pragma once

#include <doctest/doctest.h>

#include <chrono>
#include <future>
#include <memory>
#include <string>

#include "registry/auth/authenticator.hpp"

namespace toolhive::registry::test {

// Waits for what an authenticator says of a token.
inline auth::Verdict judge(auth::Authenticator& authenticator, const std::string& token) {
  auto promise = std::make_shared<std::promise<auth::Verdict>>();
  auto future = promise->get_future();
  authenticator.authenticate(token, [promise](const auth::Verdict& verdict) { promise->set_value(verdict); });
  REQUIRE(future.wait_for(std::chrono::seconds(20)) == std::future_status::ready);
  return future.get();
}

}  // namespace toolhive::registry::test
