// cpprestsdk's threads as the transport needs them. Internal: include from transport*.cpp and its
// helpers only.
#pragma once

#include <functional>

namespace toolhive::kube {

// Sets cpprestsdk up before its first use: one pool thread, because its client is free of data
// races only when all of a connection's work happens on one thread, and continuations that run
// where they become ready. Does nothing where the process did so before; such a process must have
// chosen one pool thread, too.
void init_transport_runtime();

// Runs `task` on the pool's thread.
void run_on_pool(std::function<void()> task);

}  // namespace toolhive::kube
