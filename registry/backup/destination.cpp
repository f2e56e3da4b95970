#include "registry/backup/destination.hpp"

namespace toolhive::registry::backup {

Result<std::string> read_object(Destination& destination, const std::string& name, std::size_t most_bytes) {
  auto source = destination.open(name);
  if (!source) return source.take_error();
  std::string bytes;
  for (bool rewind = true;; rewind = false) {
    auto piece = (*source)(rewind);
    if (!piece) return piece.take_error();
    if (piece->empty()) return bytes;
    bytes += *piece;
    if (bytes.size() > most_bytes)
      return Error{Code::Corrupt, name + " has more than " + std::to_string(most_bytes) + " bytes"};
  }
}

Result<void> write_object(Destination& destination, const std::string& name, std::string_view bytes) {
  auto upload = destination.create(name);
  if (!upload) return upload.take_error();
  auto done = (*upload)->append(bytes);
  return done ? (*upload)->finish() : done;
}

}  // namespace toolhive::registry::backup
