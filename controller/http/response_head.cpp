#include "controller/http/response_head.hpp"

#include "controller/http/text.hpp"

#include <boost/beast/http/status.hpp>

#include <array>
#include <charconv>
#include <optional>

namespace http {
namespace {

void append_number(std::string& out, std::uint64_t value) {
  std::array<char, 20> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  out.append(digits.data(), end);
}

bool is_token(std::string_view name) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  for (const char c : name) {
    const bool alphanumeric = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (!alphanumeric && kMarks.find(c) == std::string_view::npos) return false;
  }
  return !name.empty();
}

void append_text(std::string& out, std::string_view text) {
  const std::size_t start = out.size();
  out += text;
  if (text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos) return;
  for (std::size_t i = start; i < out.size(); ++i) {
    if (out[i] == '\r' || out[i] == '\n' || out[i] == '\0') out[i] = ' ';
  }
}

void append_status_line(std::string& out, unsigned status, std::string_view reason) {
  out += "HTTP/1.1 ";
  append_number(out, status);
  out += ' ';
  append_text(out, reason);
  out += "\r\n";
}

void append_end(std::string& out, bool close, const ResponseFacts& facts) {
  if (close) {
    out += "Connection: close\r\n";
  } else if (facts.version == 10) {
    out += "Connection: keep-alive\r\n";
  }
  out += "\r\n";
}

}  // namespace

ResponseFrame write_head(std::string& out, const web::http::http_response& response,
                         const ResponseFacts& facts) {
  ResponseFrame frame;
  frame.close = !facts.keep_alive;
  unsigned status = response.status_code();
  if (status < 200 || status > 999) {
    status = 500;
    append_status_line(out, status, reason_phrase(status));
  } else {
    append_status_line(out, status, response.reason_phrase());
  }

  std::optional<std::uint64_t> length;
  bool dated = false;
  for (const auto& [name, value] : response.headers()) {
    switch (name.size()) {
      case 4:
        dated = dated || equal_ignoring_case(name, "date");
        break;
      case 10:
        if (!equal_ignoring_case(name, "connection")) break;
        frame.close = frame.close || equal_ignoring_case(value, "close");
        continue;
      case 14: {
        if (!equal_ignoring_case(name, "content-length")) break;
        std::uint64_t number = 0;
        const char* end = value.data() + value.size();
        if (std::from_chars(value.data(), end, number).ptr == end && !value.empty()) length = number;
        continue;
      }
      case 17:
        if (equal_ignoring_case(name, "transfer-encoding")) continue;
        break;
      default:
        break;
    }
    if (!is_token(name)) continue;
    out += name;
    out += ": ";
    append_text(out, value);
    out += "\r\n";
  }
  if (!dated) {
    out += "Date: ";
    out += facts.date;
    out += "\r\n";
  }

  const bool bodiless_status = status == 204 || status == 304;
  const bool has_stream = static_cast<bool>(response.body());
  if (bodiless_status) {
    frame.framing = Framing::NoBody;
  } else if (!has_stream || length) {
    // HEAD may name a length without a body to go with it.
    frame.length = length && (has_stream || facts.head) ? *length : 0;
    frame.framing = frame.length > 0 ? Framing::Length : Framing::NoBody;
    out += "Content-Length: ";
    append_number(out, frame.length);
    out += "\r\n";
  } else if (facts.version == 11) {
    frame.framing = Framing::Chunked;
    out += "Transfer-Encoding: chunked\r\n";
  } else {
    frame.framing = Framing::UntilClose;
    frame.close = true;
  }
  if (facts.head) frame.framing = Framing::NoBody;
  append_end(out, frame.close, facts);
  return frame;
}

void write_error_head(std::string& out, unsigned status, std::string_view content_type, std::size_t length,
                      std::string_view extra, const ResponseFacts& facts) {
  append_status_line(out, status, reason_phrase(status));
  out += "Date: ";
  out += facts.date;
  out += "\r\n";
  out += extra;
  if (status != 204) {
    if (length > 0) {
      out += "Content-Type: ";
      append_text(out, content_type);
      out += "\r\n";
    }
    out += "Content-Length: ";
    append_number(out, length);
    out += "\r\n";
  }
  append_end(out, !facts.keep_alive, facts);
}

std::string_view reason_phrase(unsigned status) {
  // Of the newer ones Beast's table lacks none that this server sends.
  const auto text = boost::beast::http::obsolete_reason(boost::beast::http::int_to_status(status));
  return {text.data(), text.size()};
}

}  // namespace http
