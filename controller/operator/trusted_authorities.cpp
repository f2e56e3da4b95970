#include "controller/operator/trusted_authorities.hpp"

#include <chrono>
#include <utility>

namespace toolhive {

namespace {
constexpr std::chrono::seconds kBetweenAuthorityReads{15};
}  // namespace

TrustedAuthorities::TrustedAuthorities(Read read, std::shared_ptr<const SeenCertificate> seen)
    : read_(std::move(read)), seen_(std::move(seen)) {}

StatusOr<std::string> TrustedAuthorities::get(const Context& ctx) {
  {
    const std::lock_guard lock(mutex_);
    if (!known_.empty() && ctx.clock.now() < next_read_ && seen_->is_trusted()) return known_;
  }
  auto found = read_(ctx);
  const std::lock_guard lock(mutex_);
  if (!found.ok())
    return known_.empty() || found.status().code() == Code::NotFound ? found : StatusOr<std::string>(known_);
  known_ = *found;
  next_read_ = ctx.clock.now() + kBetweenAuthorityReads;
  return found;
}

}  // namespace toolhive
