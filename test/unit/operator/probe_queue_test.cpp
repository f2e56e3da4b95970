// Which server is looked at next, and what is kept of what was seen.
#include <doctest/doctest.h>

#include "controller/operator/server/kept_offers.hpp"
#include "controller/operator/server/probe_queue.hpp"

namespace {

using namespace toolhive;

QueuedProbe probe_of(const std::string& ns, const std::string& name, bool proven = true) {
  return {.key = {ns, name}, .origin = "https://" + ns + "-" + name, .proven = proven};
}

std::string taken(ProbeQueue& queue) {
  const auto probe = queue.take();
  return probe ? probe->key.to_string() : "";
}

}  // namespace

TEST_SUITE_BEGIN("the queue of probes");

TEST_CASE("servers are looked at in the order in which it was asked") {
  ProbeQueue queue(4);
  CHECK_FALSE(queue.take());
  for (const char* ns : {"a", "b", "c"}) queue.push(probe_of(ns, "x"));
  CHECK(queue.waiting() == 3);
  for (const char* key : {"a/x", "b/x", "c/x", ""}) CHECK(taken(queue) == key);
}

TEST_CASE("a namespace has at most half of the threads") {
  ProbeQueue queue(4);
  for (const char* name : {"1", "2", "3"}) queue.push(probe_of("a", name));
  queue.push(probe_of("b", "1"));
  const auto first = queue.take();
  REQUIRE(first);
  for (const char* key : {"a/2", "b/1", ""}) CHECK(taken(queue) == key);
  queue.leave(*first);
  CHECK(taken(queue) == "a/3");
}

TEST_CASE("servers that are not proven have at most half of the threads, and of a namespace one") {
  ProbeQueue queue(4);
  for (const char* ns : {"a", "a", "b", "c"}) queue.push(probe_of(ns, "new", false));
  const auto first = queue.take();
  REQUIRE(first);
  CHECK(first->key.ns == "a");
  queue.push(probe_of("a", "proven"));
  for (const char* key : {"b/new", "a/proven", ""}) CHECK(taken(queue) == key);
  queue.leave(*first);
  CHECK(taken(queue) == "a/new");
  CHECK(taken(queue).empty());
}

TEST_CASE("the turn of a namespace goes to its proven servers first, and costs no other namespace its own") {
  ProbeQueue queue(4);
  queue.push(probe_of("a", "new", false));
  queue.push(probe_of("b", "new", false));
  queue.push(probe_of("a", "proven"));
  for (const char* key : {"a/proven", "a/new", "b/new"}) CHECK(taken(queue) == key);
}

TEST_CASE("of a namespace's servers that are not proven those come first that nobody has seen") {
  ProbeQueue queue(4);
  queue.push(probe_of("a", "hangs", false));
  queue.push(probe_of("b", "hangs", false));
  QueuedProbe probe = probe_of("a", "changed", false);
  probe.unseen = true;
  queue.push(probe);
  queue.push(probe_of("a", "proven"));
  const auto proven = queue.take();
  REQUIRE(proven);
  CHECK(proven->key.name == "proven");
  const auto changed = queue.take();
  REQUIRE(changed);
  CHECK(changed->key.name == "changed");
  queue.leave(*changed);
  for (const char* key : {"a/hangs", "b/hangs", ""}) CHECK(taken(queue) == key);
}

TEST_CASE("one origin is looked at twice at one time, whoever names it") {
  ProbeQueue queue(8);
  for (const char* ns : {"a", "b", "c"}) {
    QueuedProbe probe = probe_of(ns, "x");
    probe.origin = "https://one";
    queue.push(probe);
  }
  queue.push(probe_of("d", "x"));
  const auto first = queue.take();
  REQUIRE(first);
  for (const char* key : {"b/x", "d/x", ""}) CHECK(taken(queue) == key);
  queue.leave(*first);
  CHECK(taken(queue) == "c/x");
}

TEST_CASE("one thread is enough for everything") {
  ProbeQueue queue(1);
  queue.push(probe_of("a", "new", false));
  queue.push(probe_of("b", "new", false));
  const auto first = queue.take();
  REQUIRE(first);
  CHECK_FALSE(queue.take());
  queue.leave(*first);
  CHECK(taken(queue) == "b/new");
}

TEST_CASE("what is dropped is not looked at") {
  ProbeQueue queue(4);
  queue.push(probe_of("a", "1"));
  queue.push(probe_of("a", "2"));
  queue.drop({"a", "1"});
  CHECK(taken(queue) == "a/2");
  CHECK(queue.waiting() == 0);
}

TEST_CASE("offers are kept within a budget, and the oldest go first") {
  KeptOffers kept(100);
  CHECK(kept.keep({"n", "a"}, 40).empty());
  CHECK(kept.keep({"n", "b"}, 40).empty());
  CHECK(kept.keep({"n", "a"}, 50).empty());
  CHECK(kept.keep({"n", "c"}, 20) == std::list<kube::Key>{{"n", "b"}});
  CHECK(kept.bytes() == 70);
  kept.drop({"n", "a"});
  CHECK(kept.bytes() == 20);
  CHECK(kept.keep({"n", "d"}, 101) == std::list<kube::Key>{{"n", "c"}, {"n", "d"}});
  CHECK(kept.bytes() == 0);
}

TEST_SUITE_END();
