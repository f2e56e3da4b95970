#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "controller/base/sha256.hpp"
#include "registry/base/result.hpp"

namespace toolhive::registry {

// What happened, as the log tells it.
enum class Operation {
  Register,  // A version exists from here on. The payload is the document that is served.
  Withdraw,  // A tool (or one version of it) is gone. Payload: name, version if one, withdrawnAt.
  // Left of a withdrawn version when the log is compacted. Payload: name, version, digest, and
  // withdrawnAt where that is known.
  Retire,
  // A name (or one version of it) was never there. Payload: name, version if one, purgedAt.
  Purge,
};

// One line of the log: `1 <sha256> <sequence> <operation> <payload>` and a line feed. The leading 1
// is the format version; the checksum is of everything after it and its space. The payload is
// compact JSON, which holds no line feed, so that a reader finds the next record after a damaged
// one.
struct Record {
  Sha256 checksum = {};
  std::uint64_t sequence = 0;  // Grows with every record, by one.
  Operation operation = Operation::Register;
  std::string_view payload;  // Into the line.
};

// The checksum of a record: of its sequence, operation and payload as the line has them.
Sha256 record_checksum(std::uint64_t sequence, Operation operation, std::string_view payload);

// How an operation is written: "register", "withdraw", ...
std::string_view operation_name(Operation operation);
// False when no operation is written so.
bool operation_from(std::string_view name, Operation& operation);

// Appends the line of a record whose checksum is known.
void append_line(std::string& out, const Record& record);

// Appends the line of a record to `out` and returns its checksum.
Sha256 encode_record(std::string& out, std::uint64_t sequence, Operation operation, std::string_view payload);

// Reads a line without its line feed. Corrupt when it does not verify; Invalid when it verifies but
// another format version wrote it, which a newer program would read.
Result<Record> decode_record(std::string_view line);

}  // namespace toolhive::registry
