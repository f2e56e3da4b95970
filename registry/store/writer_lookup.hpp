#pragma once

#include <chrono>
#include <string>

namespace toolhive::registry {

// Who of the replicas on a store writes.
struct WriterPlace {
  bool here = false;
  std::string address;  // Of another, host:port; empty when nobody does.
};

// What the replicas on a store of which one writes know of each other. Thread safe.
class WriterLookup {
 public:
  virtual ~WriterLookup() = default;
  WriterLookup() = default;
  WriterLookup(const WriterLookup&) = delete;
  WriterLookup& operator=(const WriterLookup&) = delete;

  // As of the last look; cheap.
  virtual WriterPlace writer() const = 0;

  // Looks, and waits for that, but no longer than `longest`: false then, or when it failed. After
  // true the store shows all that any replica had acknowledged before the call.
  virtual bool catch_up(std::chrono::milliseconds longest) = 0;

  // Lets another replica become the writer, and leaves that to others from here on. Writes that
  // wait here may be refused.
  virtual void hand_over() = 0;

  // What the replicas, and nobody else, know. Never empty, and stays the same.
  virtual const std::string& key() const = 0;
};

}  // namespace toolhive::registry
