// What has to happen once, first thing in main, before any part of cpprestsdk is used.
#pragma once

namespace toolhive::http {

// Sets up cpprestsdk for a long-running process:
//  - continuations of tasks run on the thread that completed the task instead of hopping through
//    the pool (nested ones still go to the pool, so the stack stays flat);
//  - the library's thread pool, used by http_client and for those nested continuations, has
//    `pool_threads` threads (at least 1) instead of 40;
//  - the soft limit of open descriptors is raised to the hard one, as the Go runtime does.
// Later calls do nothing. Never `.get()` or `.wait()` for a task on a pool thread.
void init_process(unsigned pool_threads);

}  // namespace toolhive::http
