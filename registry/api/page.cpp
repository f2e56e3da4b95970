#include "registry/api/page.hpp"

#include <map>
#include <memory>
#include <string>

#include "controller/base/sha256.hpp"
#include "registry/api/encoding.hpp"
#include "registry/api/problem.hpp"
#include "registry/api/reply.hpp"
#include "registry/page/page_files.hpp"

namespace toolhive::registry {
namespace {

constexpr std::string_view kStart = "index.html";

// The page talks to this registry and to nobody else, runs its own files and nothing else, and
// cannot turn text into markup.
constexpr std::string_view kContentSecurityPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; "
    "trusted-types 'none'";

constexpr std::string_view kPermissionsPolicy =
    "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), "
    "microphone=(), payment=(), usb=()";

// A file as it is sent.
struct Prepared {
  std::string_view content_type;
  std::string tag;
  std::shared_ptr<const std::string> bytes;
  std::shared_ptr<const std::string> gzipped;  // Null where that is no smaller.
};

std::map<std::string_view, Prepared> prepare() {
  std::map<std::string_view, Prepared> out;
  for (const auto& file : page_files()) {
    constexpr std::size_t kTagBytes = 16;
    Prepared prepared{file.content_type, to_hex(sha256(file.bytes), kTagBytes),
                      std::make_shared<const std::string>(file.bytes), nullptr};
    auto smaller = gzip(*prepared.bytes, kSmallestGzip);
    if (smaller != nullptr && smaller->size() < file.bytes.size()) prepared.gzipped = std::move(smaller);
    out.emplace(file.name, std::move(prepared));
  }
  return out;
}

const Prepared* find(const Route& route) {
  static const auto files = prepare();
  const bool start = route.kind == Route::Kind::Page;
  if (!start && route.name == kStart) return nullptr;  // Its links are relative to `/`.
  const auto it = files.find(start ? kStart : std::string_view(route.name));
  return it == files.end() ? nullptr : &it->second;
}

}  // namespace

Response get_page(const Route& route, const Request& request) {
  const auto* file = find(route);
  if (file == nullptr) return problem(404, "the page has no such file; it starts at /");
  Response response;
  response.headers = {{"Cache-Control", "no-cache"},
                      {"Content-Security-Policy", std::string(kContentSecurityPolicy)},
                      {"Cross-Origin-Opener-Policy", "same-origin"},
                      {"Permissions-Policy", std::string(kPermissionsPolicy)},
                      {"Referrer-Policy", "no-referrer"}};
  auto known = not_modified(request, file->tag, response);
  if (!known) return problem(known.error());
  if (*known) return response;
  response.content_type = file->content_type;
  response.body = file->bytes;
  if (file->gzipped != nullptr && accepts_gzip(request.accept_encoding)) {
    response.body = file->gzipped;
    mark_gzipped(response);
  }
  return response;
}

}  // namespace toolhive::registry
