#include "test/integration/registry/web.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace toolhive::test {

namespace {

std::size_t add_body(const char* data, std::size_t, std::size_t count, void* to) {
  static_cast<WebAnswer*>(to)->body.append(data, count);
  return count;
}

std::size_t add_header(const char* data, std::size_t, std::size_t count, void* to) {
  const std::string line(data, count);
  const auto colon = line.find(':');
  if (colon == std::string::npos) return count;
  std::string name = line.substr(0, colon);
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const auto begin = line.find_first_not_of(' ', colon + 1);
  static_cast<WebAnswer*>(to)->headers[name] = line.substr(begin, line.find_last_not_of("\r\n") + 1 - begin);
  return count;
}

}  // namespace

WebAnswer web(const WebCall& call) {
  WebAnswer answer;
  CURL* const curl = curl_easy_init();
  std::array<char, CURL_ERROR_SIZE> cause{};
  curl_slist* headers = nullptr;
  for (const auto& header : call.headers) headers = curl_slist_append(headers, header.c_str());
  curl_easy_setopt(curl, CURLOPT_URL, call.url.c_str());
  curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, call.method.c_str());
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, cause.data());
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT, 20L);
  curl_easy_setopt(curl, CURLOPT_PROXY, "");
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, add_body);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer);
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, add_header);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, &answer);
  if (!call.ca_file.empty()) curl_easy_setopt(curl, CURLOPT_CAINFO, call.ca_file.c_str());
  if (!call.body.empty()) curl_easy_setopt(curl, CURLOPT_POSTFIELDS, call.body.c_str());
  const auto code = curl_easy_perform(curl);
  long status = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  answer.status = code == CURLE_OK ? static_cast<int>(status) : 0;
  if (code != CURLE_OK) answer.body = cause.data();
  curl_slist_free_all(headers);
  curl_easy_cleanup(curl);
  return answer;
}

}  // namespace toolhive::test
