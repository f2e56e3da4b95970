// Exchange: the side of a request from which it came, and to which its answer goes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "controller/base/clock.hpp"
#include "controller/bridge/message.hpp"

namespace toolhive::bridge {

// Used on the bridge's loop only. Exactly one of answer(), accept() and refuse() ends it.
class Exchange {
 public:
  virtual ~Exchange() = default;
  // A message that comes before the answer.
  virtual void send(const std::string& text) = 0;
  // The answer to a request, with its id.
  virtual void answer(const Message& message) = 0;
  // What came was no request, and is taken.
  virtual void accept() = 0;
  // There will be no answer: `code` is JSON-RPC's, `why` one sentence for the client.
  // `data` is JSON text, for the error's member of that name.
  virtual void refuse(unsigned http_status, std::int64_t code, std::string_view why,
                      std::string_view data) = 0;
  void refuse(unsigned http_status, std::int64_t code, std::string_view why) {
    refuse(http_status, code, why, {});
  }
  // Whoever asked may have to wait: to be called now and then until the exchange has ended.
  virtual void tick(TimePoint now) = 0;
  // Begins what carries messages before the answer, if that has not begun.
  virtual void open_stream() = 0;
  // The answer opens the session of that id.
  virtual void open_session(std::string id) = 0;
  // Whether this is that exchange, or stands in front of it.
  virtual bool is(const Exchange& exchange) const { return this == &exchange; }
};

}  // namespace toolhive::bridge
