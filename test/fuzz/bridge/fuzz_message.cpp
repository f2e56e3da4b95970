// Messages of clients and servers: what is taken stays a message when its id is replaced and a
// member is added, with every other part as it was, and goes out on one line.
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "controller/bridge/message.hpp"
#include "test/fuzz/require.hpp"

using namespace toolhive;

using bridge::Message;
using bridge::Part;

namespace {

void same_parts(const Message& a, const Message& b, Part but) {
  for (int each = static_cast<int>(Part::JsonRpc); each < static_cast<int>(Part::Count); ++each) {
    const Part part = static_cast<Part>(each);
    if (part != but) fuzz::require(a.raw(part) == b.raw(part));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const StatusOr<Message> read = Message::parse(std::string(reinterpret_cast<const char*>(data), size));
  if (!read.ok()) return 0;
  Message changed = *read;
  if (changed.has(Part::Id)) changed.replace(Part::Id, "18446744073709551615");
  same_parts(*read, changed, Part::Id);
  if (changed.has(Part::Result) && !changed.has(Part::ResultType))
    changed.add_member(Part::Result, R"("resultType":"complete")");
  const std::string line = Message(changed).line();
  fuzz::require(line.find_first_of("\r\n") == std::string::npos);
  const StatusOr<Message> again = Message::parse(line);
  fuzz::require(again.ok() && again->kind() == read->kind());
  return 0;
}
