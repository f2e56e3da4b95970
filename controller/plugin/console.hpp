// Console: where a command writes what it found, says how far it is, and asks.
#pragma once

#include <istream>
#include <ostream>
#include <string>
#include <string_view>

#include "controller/plugin/paint.hpp"

namespace toolhive::plugin {

// For one thread. Refers to the streams.
class Console {
 public:
  struct Streams {
    std::ostream& out;
    std::ostream& err;
    std::istream& in;
    bool terminal = false;  // whether `err` is one, on which a line can be written over
  };
  Console(const Streams& streams, Paint paint) : streams_(streams), paint_(paint) {}
  ~Console() { end_progress(); }
  Console(const Console&) = delete;
  Console& operator=(const Console&) = delete;

  // The result, as it is: whoever gives text of others makes it visible.
  void print(std::string_view text);
  // A line for the person, beside the result.
  void note(std::string_view text);
  // What is being done now, in place of what was said before; nothing where that cannot be.
  void progress(std::string_view text);
  // Whether somebody says yes; false at the end of the input.
  bool confirm(std::string_view question);

  const Paint& paint() const { return paint_; }

 private:
  void end_progress();

  Streams streams_;
  Paint paint_;
  bool in_progress_ = false;
};

}  // namespace toolhive::plugin
