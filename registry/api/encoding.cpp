#include "registry/api/encoding.hpp"

#include <zlib.h>

#include <algorithm>

#include "registry/api/conditional.hpp"
#include "registry/model/text.hpp"

namespace toolhive::registry {
namespace {

constexpr std::size_t kWorthwhile = 1024;

}  // namespace

std::shared_ptr<const std::string> gzip(const std::string& bytes, int level) {
  z_stream stream{};
  constexpr int kGzipWindow = 15 + 16;
  if (deflateInit2(&stream, level, Z_DEFLATED, kGzipWindow, 8, Z_DEFAULT_STRATEGY) != Z_OK) return nullptr;
  std::string out(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const bool done = deflate(&stream, Z_FINISH) == Z_STREAM_END;
  out.resize(stream.total_out);
  deflateEnd(&stream);
  if (!done) return nullptr;
  return std::make_shared<const std::string>(std::move(out));
}

bool accepts_gzip(std::string_view accept_encoding) {
  bool any = false;
  while (!accept_encoding.empty()) {
    const auto end = accept_encoding.find(',');
    const auto item = accept_encoding.substr(0, end);
    accept_encoding.remove_prefix(end == accept_encoding.npos ? accept_encoding.size() : end + 1);
    const auto semicolon = item.find(';');
    const auto coding = to_lower(trim(item.substr(0, semicolon)));
    const auto weight = semicolon == item.npos ? std::string_view() : trim(item.substr(semicolon + 1));
    // A weight of zero: q=0, q=0.0 and so on.
    const bool wanted = weight.size() < 3 || weight.substr(2).find_first_of("123456789") != weight.npos;
    if (coding == "gzip" || coding == "x-gzip") return wanted;
    if (coding == "*") any = wanted;
  }
  return any;
}

void compress(Response& response) {
  const bool text = response.content_type == kJson || response.content_type.starts_with("text/");
  if (response.body == nullptr || response.body->size() < kWorthwhile || !text) return;
  if (!response.header("Content-Encoding").empty()) return;
  auto smaller = gzip(*response.body, kFastestGzip);
  if (smaller == nullptr || smaller->size() >= response.body->size()) return;
  response.body = std::move(smaller);
  mark_gzipped(response);
}

void mark_gzipped(Response& response) {
  response.headers.emplace_back("Content-Encoding", "gzip");
  for (auto& [name, value] : response.headers) {
    if (name == "ETag" && value.size() > 2) value.insert(value.size() - 1, kGzipSuffix);
  }
}

}  // namespace toolhive::registry
