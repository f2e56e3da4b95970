// ScriptedTransport: a Transport without a network.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "controller/kube/transport/transport.hpp"

namespace toolhive::test {

// Gives prepared answers and keeps what was asked. Not thread-safe.
class ScriptedTransport final : public kube::Transport {
 public:
  StatusOr<kube::HttpResponse> send(const Context&, const kube::HttpRequest& request) override {
    requests.push_back(request);
    if (answers.empty()) return Status(Code::Internal, "the script has ended");
    StatusOr<kube::HttpResponse> answer = std::move(answers.front());
    answers.pop_front();
    return answer;
  }
  StatusOr<std::unique_ptr<kube::LineStream>> stream(const Context&, const kube::HttpRequest& request,
                                                     const StreamOptions&) override {
    requests.push_back(request);
    return Status(Code::Internal, "no streams here");
  }
  void reply(int status, const std::string& body, kube::HttpResponse base = {}) {
    base.status = status;
    base.body = body;
    answers.emplace_back(std::move(base));
  }
  enum class Sent { No, Maybe };
  void fail(Sent sent) {
    const Status broken(Code::Unavailable, "broken");
    answers.emplace_back(sent == Sent::No ? broken.as_not_sent() : broken);
  }

  std::deque<StatusOr<kube::HttpResponse>> answers;
  std::vector<kube::HttpRequest> requests;
};

}  // namespace toolhive::test
