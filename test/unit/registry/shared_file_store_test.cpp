// The store of several replicas on one folder, each with its thread.
#include <doctest/doctest.h>

#include <chrono>

#include "controller/testing/simulated_clock.hpp"
#include "registry/store/shared_file_store.hpp"
#include "store_fixture.hpp"

using namespace toolhive;
using namespace toolhive::registry;
using namespace toolhive::registry::test;
using namespace std::chrono_literals;
using toolhive::testing::SimulatedClock;

namespace {

SharedFileStoreOptions replica_at(const std::string& address) {
  SharedFileStoreOptions options;
  options.files = store_options();
  options.address = address;
  return options;
}

std::unique_ptr<SharedFileStore> open_replica(FaultFileSystem& disk, SimulatedClock& clock,
                                              SharedFileStoreOptions options) {
  auto store = SharedFileStore::open(disk, clock, std::move(options));
  REQUIRE_MESSAGE(store.ok(), (store.ok() ? "" : store.error().detail));
  return std::move(*store);
}

// What comes after a look is over before the next one.
void hand_over_and_wait(SharedFileStore& store) {
  store.hand_over();
  for (int look = 0; look < 2; ++look) REQUIRE(store.catch_up(5s));
}

}  // namespace

TEST_CASE("a follower shows a write once it has looked, and refuses those that it is given itself") {
  FaultFileSystem disk;
  SimulatedClock clock;
  auto writer = open_replica(disk, clock, replica_at("10.0.0.1:8080"));
  auto follower = open_replica(disk, clock, replica_at("10.0.0.2:8080"));
  CHECK(writer->writer().here);
  CHECK_FALSE(follower->writer().here);
  CHECK(follower->writer().address == "10.0.0.1:8080");
  CHECK(follower->key() == writer->key());

  REQUIRE(write_and_wait(*writer, Register{definition("a-tool"), {}}).ok());
  REQUIRE(follower->catch_up(5s));
  CHECK(follower->snapshot()->find("a-tool") != nullptr);

  const auto refused = write_and_wait(*follower, Register{definition("b-tool"), {}});
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code == Code::Elsewhere);
  CHECK(refused.error().detail.find("10.0.0.1:8080") != std::string::npos);
  // What changes nothing is answered here.
  CHECK(write_and_wait(*follower, Register{definition("a-tool"), {}}).ok());
}

TEST_CASE("replicas tell who writes and how fresh they are") {
  FaultFileSystem disk;
  SimulatedClock clock;
  auto writer = open_replica(disk, clock, replica_at("10.0.0.1:8080"));
  auto follower = open_replica(disk, clock, replica_at("10.0.0.2:8080"));
  auto status = writer->status();
  REQUIRE(status.replica);
  CHECK(status.replica->writes);
  CHECK(status.replica->epoch == 1);
  CHECK(status.writable);
  status = follower->status();
  CHECK_FALSE(status.replica->writes);
  CHECK(status.replica->writer == "10.0.0.1:8080");
  CHECK(status.writable);
  CHECK(status.ready);
}

TEST_CASE("a replica that hands over lets another write, and does not take that back") {
  FaultFileSystem disk;
  SimulatedClock clock;
  auto first = open_replica(disk, clock, replica_at("10.0.0.1:8080"));
  auto second = open_replica(disk, clock, replica_at("10.0.0.2:8080"));
  // Each has had the look that it begins with; the next is when it is asked for.
  REQUIRE(first->catch_up(5s));
  REQUIRE(second->catch_up(5s));
  hand_over_and_wait(*first);
  CHECK_FALSE(first->writer().here);
  CHECK_FALSE(first->status().writable);  // Nobody writes.
  REQUIRE(second->catch_up(5s));
  CHECK(second->writer().here);
  REQUIRE(write_and_wait(*second, Register{definition("a-tool"), {}}).ok());
  second.reset();
  REQUIRE(first->catch_up(5s));
  CHECK_FALSE(first->writer().here);
  CHECK(first->snapshot()->find("a-tool") != nullptr);
}

TEST_CASE("the readable files are kept by the writer, and by the next one after it") {
  FaultFileSystem disk;
  SimulatedClock clock;
  auto options = replica_at("10.0.0.1:8080");
  options.files.tool_files = true;
  auto first = open_replica(disk, clock, options);
  options.address = "10.0.0.2:8080";
  auto second = open_replica(disk, clock, options);
  CHECK(first->status().tool_files.has_value());
  CHECK_FALSE(second->status().tool_files.has_value());
  hand_over_and_wait(*first);
  REQUIRE(second->catch_up(5s));
  CHECK_FALSE(first->status().tool_files.has_value());
  CHECK(second->status().tool_files.has_value());
}

TEST_CASE("a follower that cannot read the volume goes on with what it has, and says so") {
  FaultFileSystem disk;
  SimulatedClock clock;
  auto writer = open_replica(disk, clock, replica_at("10.0.0.1:8080"));
  REQUIRE(write_and_wait(*writer, Register{definition("a-tool"), {}}).ok());
  auto follower = open_replica(disk, clock, replica_at("10.0.0.2:8080"));
  REQUIRE(write_and_wait(*writer, Register{definition("b-tool"), {}}).ok());
  disk.set(&FaultFileSystem::read_fault, Code::Unavailable);
  CHECK_FALSE(follower->catch_up(5s));
  CHECK(follower->snapshot()->find("a-tool") != nullptr);
  const auto status = follower->status();
  CHECK_FALSE(status.writable);
  CHECK(status.ready);
  CHECK(status.reason.find("injected fault") != std::string::npos);
  disk.set(&FaultFileSystem::read_fault, std::nullopt);
  CHECK(follower->catch_up(5s));
  CHECK(follower->status().writable);
  CHECK(follower->snapshot()->find("b-tool") != nullptr);
}

TEST_CASE("an address that cannot be a replica's is refused at the start") {
  FaultFileSystem disk;
  SimulatedClock clock;
  const auto refused = SharedFileStore::open(disk, clock, replica_at("a b:1"));
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code == Code::Invalid);
}
