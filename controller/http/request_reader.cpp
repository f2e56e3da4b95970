#include "controller/http/request_reader.hpp"

#include "controller/http/target.hpp"

#include <string>
#include <utility>

namespace toolhive::http {
namespace {

constexpr std::size_t kDiscardBytes = 1024 * 1024;

}  // namespace

RequestReader::RequestReader(const Options& options, BodyBudget& budget)
    : options_(options), budget_(budget) {
  parser_.emplace(options_.limits);
}

RequestReader::~RequestReader() {
  release_body();
}

void RequestReader::next() {
  release_body();
  parser_.emplace(options_.limits);
  complete_ = false;
}

void RequestReader::release_body() {
  budget_.release(std::exchange(buffered_, 0));
}

RequestReader::Step RequestReader::refuse(Refusal refusal) {
  refusal_ = std::move(refusal);
  return Step::Refused;
}

RequestReader::Step RequestReader::refuse_by_parser() {
  return refuse({parser_->error_status(), std::string(parser_->error_detail())});
}

RequestReader::Step RequestReader::parse() {
  std::string_view bytes = input_.bytes();
  const RequestParser::Status status = parser_->feed(bytes);
  input_.keep(bytes.size());
  if (status == RequestParser::Status::Failed) return refuse_by_parser();
  if (status == RequestParser::Status::HeaderDone) return check_header();
  if (!keep_body_bytes()) {
    return refuse(
        {503, "The server holds as many request bodies as it can; try again later.", kRetryAfterLine});
  }
  if (status == RequestParser::Status::NeedMore) return Step::NeedMore;
  complete_ = true;
  return Step::Complete;
}

RequestReader::Step RequestReader::check_header() {
  Request& request = parser_->request();
  if (request.method == "TRACE" || request.method == "CONNECT") {
    return refuse({405, "This method is not served.", kAllowLine});
  }
  const auto target = check_target(request.method, request.target);
  if (!target.ok()) return refuse({400, target.status().message()});
  if (!target->authority.empty()) {
    // RFC 9112, section 3.2.2: the absolute form's authority replaces the Host field.
    request.headers.set("Host", target->authority);
  }
  if (target->origin.size() != request.target.size()) request.target = std::string(target->origin);
  if (!parser_->expects_body()) return Step::HeaderDone;
  const std::uint64_t limit =
      options_.body_limit ? options_.body_limit(request.method, request.target) : options_.limits.body_bytes;
  return parser_->set_body_limit(limit) ? Step::HeaderDone : refuse_by_parser();
}

bool RequestReader::keep_body_bytes() {
  const std::uint64_t size = parser_->body_size();
  if (size <= buffered_) return true;
  if (!budget_.reserve(size - buffered_)) return false;
  buffered_ = size;
  return true;
}

Request RequestReader::take(const std::string& remote_address) {
  Request& parsed = parser_->request();
  Request taken;
  taken.method = parsed.method;
  taken.target = parsed.target;
  taken.version = parsed.version;
  taken.headers = std::move(parsed.headers);
  taken.body = std::move(parsed.body);
  taken.remote_address = remote_address;
  return taken;
}

boost::asio::mutable_buffer RequestReader::prepare_discard() {
  input_.clear();
  return input_.prepare();
}

bool RequestReader::discard(std::size_t count) {
  discarded_ += count;
  return discarded_ <= kDiscardBytes;
}

}  // namespace toolhive::http
