// One HTTP request from a test, over libcurl.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace toolhive::test {

struct WebAnswer {
  int status = 0;                              // 0: there was none, and `body` says why.
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
};

struct WebCall {
  std::string method = "GET";
  std::string url;
  std::string body{};
  std::vector<std::string> headers{};  // "Name: value"
  std::string ca_file{};
};

WebAnswer web(const WebCall& call);

}  // namespace toolhive::test
