// What requests and replies are on the wire, for those that send and read them. Internal: includes
// Boost.
#pragma once

#include <boost/beast/http/fields.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/system/error_code.hpp>

#include "controller/mcp/http/http_client.hpp"

namespace toolhive::mcp {

inline constexpr int kMostInterimReplies = 8;  // 100 Continue, 103 Early Hints

boost::beast::http::request<boost::beast::http::string_body> to_message(const HttpRequest& request);
HttpHead to_head(const boost::beast::http::header<false>& reply);
// Why a step failed: TooLarge, Decode or Unavailable.
Status http_failure(const char* step, boost::system::error_code failed, const HttpLimits& limits);
// Whether the reply to an interim one is still to come.
bool is_interim(const boost::beast::http::header<false>& reply);

}  // namespace toolhive::mcp
