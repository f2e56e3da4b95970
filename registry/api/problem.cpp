#include "registry/api/problem.hpp"

#include "registry/model/json.hpp"

namespace toolhive::registry {
namespace {

std::string_view title_of(unsigned status) {
  switch (status) {
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 417:
      return "Expectation Failed";
    case 422:
      return "Unprocessable Content";
    case 428:
      return "Precondition Required";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    case 505:
      return "HTTP Version Not Supported";
    case 507:
      return "Insufficient Storage";
    default:
      return status < 500 ? "Error" : "Internal Server Error";
  }
}

void append_fault(std::string& out, std::string_view location, std::string_view message) {
  out += "{\"location\":";
  append_json_string(out, location);
  out += ",\"message\":";
  append_json_string(out, message);
  out += '}';
}

}  // namespace

unsigned status_of(Code code) {
  switch (code) {
    case Code::Malformed:
      return 400;
    case Code::Invalid:
      return 422;
    case Code::NotFound:
      return 404;
    case Code::Forbidden:
      return 403;
    case Code::Conflict:
      return 409;
    case Code::Precondition:
      return 412;
    case Code::NoPrecondition:
      return 428;
    case Code::MediaType:
      return 415;
    case Code::TooLarge:
      return 413;
    case Code::StorageFull:
      return 507;
    case Code::ReadOnly:
    case Code::Elsewhere:
    case Code::Unavailable:
      return 503;
    case Code::Corrupt:
    case Code::Internal:
      return 500;
  }
  return 500;
}

std::string problem_document(unsigned status, std::string_view detail, std::string_view field,
                             const std::vector<Fault>& others) {
  std::string sentence(field);
  if (!field.empty()) sentence += ": ";
  sentence += detail;
  std::string out = "{\"type\":\"about:blank\",\"title\":";
  append_json_string(out, title_of(status));
  out += ",\"status\":" + std::to_string(status) + ",\"detail\":";
  append_json_string(out, sentence);
  out += ",\"error\":";
  append_json_string(out, sentence);
  if (!field.empty()) {
    out += ",\"errors\":[";
    append_fault(out, field, detail);
    for (const auto& [place, what] : others) append_fault(out += ',', place, what);
    out += ']';
  }
  out += '}';
  return out;
}

Response problem(unsigned status, std::string_view detail, std::string_view field,
                 const std::vector<Fault>& others) {
  auto response = Response::text(status, kProblemJson, problem_document(status, detail, field, others));
  if (status == 503) response.headers.emplace_back("Retry-After", "1");
  return response;
}

Response problem(const Error& error) {
  auto response = problem(status_of(error.code), error.detail, error.field, error.others);
  if (error.code == Code::Elsewhere) response.headers.emplace_back(kElsewhereHeader, "elsewhere");
  return response;
}

}  // namespace toolhive::registry
