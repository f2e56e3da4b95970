// FakeStreams: the open watches of a FakeApi.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <list>
#include <memory>
#include <mutex>
#include <string>

#include "controller/base/status.hpp"
#include "controller/kube/client/client.hpp"
#include "controller/testing/fake_objects.hpp"

namespace toolhive::testing {

// Called with `mutex` held; the streams themselves take it. `changed` tells of every change.
class FakeStreams {
 public:
  FakeStreams(std::mutex& mutex, std::condition_variable& changed) : mutex_(mutex), changed_(changed) {}

  // A stream of objects of `ns`, empty for all, that has `lines` first.
  std::unique_ptr<kube::LineStream> open(const kube::ResourceType& type, const std::string& ns,
                                         std::deque<std::string> lines);
  void publish(const FakeEvent& event);
  // To every stream.
  void inject(const std::string& line);
  void break_all(const Status& why);
  void freeze(bool frozen);
  std::size_t size() const { return streams_.size(); }

 private:
  class Stream;

  std::mutex& mutex_;
  std::condition_variable& changed_;
  std::list<Stream*> streams_;
  bool frozen_ = false;
};

}  // namespace toolhive::testing
