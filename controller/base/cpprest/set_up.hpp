// How cpprestsdk runs its tasks in a process of ours, which client and server settle alike.
#pragma once

namespace toolhive {

// Continuations run at once on the thread that made them ready, and the pool has `pool_threads`
// threads, at least one. The first call of a process counts; of what cpprestsdk has begun before,
// nothing is changed. Thread-safe.
void set_up_cpprest(unsigned pool_threads);

}  // namespace toolhive
