// What mcp-registry leaves as its container's last message.
#include "controller/operator/registry/backup_result.hpp"

#include <doctest/doctest.h>

#include "test/unit/operator/backup.hpp"

namespace {

using namespace toolhive;

std::string result_refusal(const std::string& message) {
  return parse_backup_result(message).status().message();
}

}  // namespace

TEST_SUITE_BEGIN("the result of a backup");

TEST_CASE("a result is read with its counts and its sum") {
  const auto result = parse_backup_result(test::kGoodReport);
  REQUIRE(result.ok());
  CHECK(result->tools == 3);
  CHECK(result->servers == 1);
  CHECK(result->bytes == 4096);
  CHECK(result->sha256 == "ab12");
}

TEST_CASE("an error is told in its own words") {
  CHECK(result_refusal(R"({"error":"the disk is full"})") == "the disk is full");
}

TEST_CASE("what is no report is told as it stands, without what no status should hold") {
  CHECK(result_refusal("exec: not found\x01\n") == "exec: not found  ");
  CHECK(result_refusal("[1]") == "[1]");
  CHECK(result_refusal(std::string(5000, 'a')).size() <= 600);
  CHECK_FALSE(parse_backup_result("").ok());
}

TEST_CASE("a report without a count or a sum is none") {
  CHECK_FALSE(parse_backup_result(R"({"tools":1,"servers":0,"bytes":2})").ok());
  CHECK_FALSE(parse_backup_result(R"({"tools":-1,"servers":0,"bytes":2,"sha256":"a"})").ok());
  CHECK_FALSE(parse_backup_result(R"({"tools":"1","servers":0,"bytes":2,"sha256":"a"})").ok());
}

TEST_SUITE_END();
