// ScriptedTransport: a Transport without a network.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "controller/kube/transport.hpp"

namespace test {

// Gives prepared answers and keeps what was asked. Not thread-safe.
class ScriptedTransport final : public kube::Transport {
 public:
  kube::StatusOr<kube::HttpResponse> send(const kube::Context&, const kube::HttpRequest& request) override {
    requests.push_back(request);
    if (answers.empty()) return kube::Status(kube::Code::Internal, "the script has ended");
    kube::StatusOr<kube::HttpResponse> answer = std::move(answers.front());
    answers.pop_front();
    return answer;
  }
  kube::StatusOr<std::unique_ptr<kube::LineStream>> stream(const kube::Context&,
                                                           const kube::HttpRequest& request,
                                                           const StreamOptions&) override {
    requests.push_back(request);
    return kube::Status(kube::Code::Internal, "no streams here");
  }
  void reply(int status, const std::string& body, kube::HttpResponse base = {}) {
    base.status = status;
    base.body = body;
    answers.emplace_back(std::move(base));
  }
  void fail(const char* reason) {
    answers.emplace_back(kube::Status(kube::Code::Unavailable, "broken").with_reason(reason));
  }

  std::deque<kube::StatusOr<kube::HttpResponse>> answers;
  std::vector<kube::HttpRequest> requests;
};

}  // namespace test
