#include "controller/base/status.hpp"

#include <doctest/doctest.h>

#include <sstream>

using namespace toolhive;

using namespace std::chrono_literals;

TEST_CASE("an Ok status has neither message nor reason") {
  const Status status;
  CHECK(status.ok());
  CHECK(status.message().empty());
  CHECK(status.reason().empty());
  CHECK(status.to_string() == "Ok");
  CHECK(Status(Code::Ok, "ignored").ok());
}

TEST_CASE("context is put before the message and keeps everything else") {
  const Status status =
      Status(Code::Conflict, "it changed").with_http_status(409).with_reason("Conflict").with_retry_after(2s);
  const Status wider = status.with_context("writing a").with_context("reconciling b");
  CHECK(wider.to_string() == "Conflict: reconciling b: writing a: it changed");
  CHECK(wider.http_status() == 409);
  CHECK(wider.reason() == "Conflict");
  CHECK(wider.retry_after() == 2000ms);
  CHECK(status.message() == "it changed");
}

TEST_CASE("context added to Ok leaves it Ok") {
  CHECK(Status().with_context("x").ok());
}

TEST_CASE("only what time can heal is retryable, and nothing terminal is") {
  CHECK(Status(Code::Unavailable, "").retryable());
  CHECK(Status(Code::Timeout, "").retryable());
  CHECK(Status(Code::TooManyRequests, "").retryable());
  CHECK_FALSE(Status(Code::Invalid, "").retryable());
  CHECK_FALSE(Status(Code::NotFound, "").retryable());
  CHECK_FALSE(Status(Code::Unavailable, "").as_terminal().retryable());
  CHECK(Status(Code::Unavailable, "").as_terminal().terminal());
}

TEST_CASE("the value of a failed StatusOr throws instead of being garbage") {
  StatusOr<int> failed = Status(Code::NotFound, "no such thing");
  CHECK_FALSE(failed.ok());
  CHECK_THROWS_AS(static_cast<void>(failed.value()), std::logic_error);
  StatusOr<int> seven = 7;
  CHECK(seven.ok());
  CHECK(*seven == 7);
  CHECK(seven.status().ok());
}

TEST_CASE("an Ok status in place of a value is a defect, not a value") {
  const StatusOr<int> odd = Status();
  CHECK(odd.status().code() == Code::Internal);
}
