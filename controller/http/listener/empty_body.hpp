// The body of the requests that have none.
#pragma once

#include <cpprest/streams.h>

namespace toolhive::http {

// At its end from the start, and nothing changes it, close() included: one serves all requests of
// the process, on any thread. A buffer of their own would cost them a seventh of their time.
const concurrency::streams::istream& empty_body();

}  // namespace toolhive::http
