#include "controller/http/response_head.hpp"

#include "controller/http/reply.hpp"
#include "controller/http/text.hpp"

#include <boost/beast/http/status.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <optional>

namespace toolhive::http {
namespace {

void append_number(std::string& out, std::uint64_t value) {
  std::array<char, 20> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  out.append(digits.data(), end);
}

// RFC 9110, section 5.6.2.
constexpr std::array<bool, 256> kTokenBytes = [] {
  std::array<bool, 256> table{};
  for (unsigned char c = '0'; c <= '9'; ++c) table[c] = true;
  for (unsigned char c = 'a'; c <= 'z'; ++c) table[c] = true;
  for (unsigned char c = 'A'; c <= 'Z'; ++c) table[c] = true;
  for (const char mark : std::string_view("!#$%&'*+-.^_`|~")) table[static_cast<unsigned char>(mark)] = true;
  return table;
}();

bool is_token(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(),
                                      [](char c) { return kTokenBytes[static_cast<unsigned char>(c)]; });
}

bool is_line_end_or_nul(char c) {
  return (c == '\r') | (c == '\n') | (c == '\0');
}

void append_text(std::string& out, std::string_view text) {
  const std::size_t start = out.size();
  out += text;
  // Looked at without a branch, which is several bytes at once; there is hardly ever something to
  // replace.
  bool bad = false;
  for (const char c : text) bad |= is_line_end_or_nul(c);
  if (bad)
    std::replace_if(out.begin() + static_cast<std::ptrdiff_t>(start), out.end(), is_line_end_or_nul, ' ');
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

// What a handler's fields say of the frame of its message.
struct Framed {
  std::optional<std::uint64_t> length;
  bool dated = false;
  bool close = false;
};

void append_line(std::string& out, std::string_view name, std::string_view value) {
  out += name;
  out += ": ";
  append_text(out, value);
  out += "\r\n";
}

// Appends a field of a handler, or takes from it what it says of the frame.
void append_field(std::string& out, std::string_view name, std::string_view value, Framed& framed) {
  switch (name.size()) {
    case 4:
      framed.dated = framed.dated || equal_ignoring_case(name, "date");
      break;
    case 10:
      if (!equal_ignoring_case(name, "connection")) break;
      framed.close = framed.close || equal_ignoring_case(value, "close");
      return;
    case 14: {
      if (!equal_ignoring_case(name, "content-length")) break;
      std::uint64_t number = 0;
      const char* end = value.data() + value.size();
      if (std::from_chars(value.data(), end, number).ptr == end && !value.empty()) framed.length = number;
      return;
    }
    case 17:
      if (equal_ignoring_case(name, "transfer-encoding")) return;
      break;
    default:
      break;
  }
  if (is_token(name)) append_line(out, name, value);
}

// The rest of the head, once the handler's fields are there.
ResponseFrame append_frame(std::string& out, unsigned status, bool has_body, const Framed& framed,
                           const ResponseFacts& facts) {
  ResponseFrame frame;
  frame.close = framed.close || !facts.keep_alive;
  if (!framed.dated) out += facts.date_line;
  if (status == 204 || status == 304) {
    frame.framing = Framing::NoBody;
  } else if (!has_body || framed.length) {
    // HEAD may name a length without a body to go with it.
    frame.length = framed.length && (has_body || facts.head) ? *framed.length : 0;
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

unsigned final_status(unsigned status) {
  return status < 200 || status > 999 ? 500 : status;
}

}  // namespace

ResponseFrame write_head(std::string& out, const Reply& reply, const ResponseFacts& facts) {
  const unsigned status = final_status(reply.status);
  const bool own_reason = !reply.reason.empty() && status == reply.status;
  append_status_line(out, status, own_reason ? reply.reason : reason_phrase(status));
  Framed framed;
  for (const auto& [name, value] : reply.headers) append_field(out, name, value, framed);
  out += reply.lines;
  if (reply.body != nullptr) {
    append_line(out, "Content-Type", reply.content_type);
    framed.length = reply.body->size();
  }
  return append_frame(out, status, reply.body != nullptr || reply.source != nullptr, framed, facts);
}

void write_error_head(std::string& out, unsigned status, std::string_view content_type, std::size_t length,
                      std::string_view extra, const ResponseFacts& facts) {
  append_status_line(out, status, reason_phrase(status));
  out += facts.date_line;
  out += extra;
  if (status != 204) {
    if (length > 0) append_line(out, "Content-Type", content_type);
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

}  // namespace toolhive::http
