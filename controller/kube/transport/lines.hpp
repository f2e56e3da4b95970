// ReplyLines: the lines of a reply's body. Internal: include from transport*.cpp only.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "controller/kube/transport/pending_request.hpp"
#include "controller/kube/transport/transport.hpp"

namespace toolhive::kube {

class ReplyLines final : public LineStream {
 public:
  ReplyLines(std::unique_ptr<PendingRequest> pending, const Transport::StreamOptions& options)
      : request_(std::move(pending)), options_(options) {}

  StatusOr<std::string_view> next(const Context& ctx) override;

 private:
  Status fill(const Context& ctx);

  const std::unique_ptr<PendingRequest> request_;
  const Transport::StreamOptions options_;
  std::string buffer_;
  std::size_t read_ = 0;      // all before was returned
  std::size_t searched_ = 0;  // there is no newline between read_ and here
  std::optional<TimePoint> silent_since_;
  Status end_;
};

}  // namespace toolhive::kube
