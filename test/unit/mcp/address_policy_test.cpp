#include "controller/mcp/http/address_policy.hpp"

#include <doctest/doctest.h>

using namespace toolhive;
using mcp::AddressPolicy;
using mcp::AddressRules;

namespace {

Status judged(const char* address, const AddressRules& rules = {}) {
  return AddressPolicy::make(rules)->check(address);
}

TEST_CASE("addresses of other machines are allowed, private ones too") {
  for (const char* address :
       {"93.184.216.34", "10.96.0.10", "172.16.0.1", "192.168.1.1", "100.64.0.1", "2606:2800:220:1::1",
        "fd00::1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::1"}) {
    CAPTURE(address);
    CHECK(judged(address).ok());
  }
}

TEST_CASE(
    "loopback, link-local, unspecified, multicast and reserved addresses are forbidden, however they are "
    "written") {
  for (const char* address : {"127.0.0.1",
                              "127.255.255.255",
                              "0.0.0.0",
                              "0.1.2.3",
                              "169.254.169.254",
                              "224.0.0.1",
                              "239.255.255.255",
                              "240.0.0.1",
                              "255.255.255.255",
                              "::",
                              "::1",
                              "::7f00:1",
                              "fe80::1",
                              "fe80::1%eth0",
                              "febf::1",
                              "ff02::1",
                              "::ffff:127.0.0.1",
                              "::ffff:169.254.169.254",
                              "64:ff9b::7f00:1",
                              "64:ff9b::a9fe:a9fe",
                              "2002:7f00:1::",
                              "2002:a9fe:a9fe::1",
                              "100.100.100.200",
                              "168.63.129.16",
                              "192.0.0.192",
                              "fd00:ec2::254"}) {
    CAPTURE(address);
    CHECK(judged(address).code() == Code::Forbidden);
  }
  CHECK(judged("169.254.169.254").message().find("link-local") != std::string::npos);
}

TEST_CASE("rules widen and narrow what is allowed, and a denial has the last word") {
  CHECK(judged("127.0.0.1", {.allowed = {"127.0.0.0/8"}, .denied = {}}).ok());
  CHECK(judged("::ffff:127.0.0.1", {.allowed = {"127.0.0.1"}, .denied = {}}).ok());
  CHECK(judged("::1", {.allowed = {"127.0.0.0/8"}, .denied = {}}).code() == Code::Forbidden);
  CHECK(judged("10.96.0.1", {.allowed = {}, .denied = {"10.96.0.1"}}).code() == Code::Forbidden);
  CHECK(judged("10.96.0.2", {.allowed = {}, .denied = {"10.96.0.1"}}).ok());
  CHECK(judged("64:ff9b::a60:1", {.allowed = {}, .denied = {"10.96.0.1"}}).code() == Code::Forbidden);
  CHECK(judged("fd12::9", {.allowed = {}, .denied = {"fd12::/16"}}).code() == Code::Forbidden);
  CHECK(judged("127.0.0.1", {.allowed = {"0.0.0.0/0"}, .denied = {"127.0.0.0/8"}}).code() == Code::Forbidden);
  CHECK(judged("10.1.0.0", {.allowed = {}, .denied = {"10.0.0.0/15"}}).code() == Code::Forbidden);
  CHECK(judged("10.2.0.0", {.allowed = {}, .denied = {"10.0.0.0/15"}}).ok());
}

TEST_CASE("a block that cannot be read is named") {
  for (const char* bad :
       {"", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0/8", "::/129", "x/8", "10.0.0.0/8x"}) {
    CAPTURE(bad);
    CHECK(AddressPolicy::make({.allowed = {bad}, .denied = {}}).status().code() == Code::Invalid);
    CHECK_FALSE(AddressPolicy::make({.allowed = {}, .denied = {bad}}).ok());
  }
  CHECK(judged("localhost").code() == Code::Invalid);
}

}  // namespace
