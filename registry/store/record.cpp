#include "registry/store/record.hpp"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <utility>

namespace toolhive::registry {
namespace {

constexpr std::pair<Operation, std::string_view> kOperations[] = {{Operation::Register, "register"},
                                                                  {Operation::Withdraw, "withdraw"},
                                                                  {Operation::Retire, "retire"},
                                                                  {Operation::Purge, "purge"}};

std::string_view take_word(std::string_view& rest) {
  const auto space = rest.find(' ');
  if (space == rest.npos) return {};
  const auto word = rest.substr(0, space);
  rest.remove_prefix(space + 1);
  return word;
}

std::string content_of(std::uint64_t sequence, Operation operation, std::string_view payload) {
  std::string content = std::to_string(sequence);
  content.reserve(content.size() + payload.size() + 16);
  content += ' ';
  content += operation_name(operation);
  content += ' ';
  content += payload;
  return content;
}

}  // namespace

Sha256 record_checksum(std::uint64_t sequence, Operation operation, std::string_view payload) {
  return sha256(content_of(sequence, operation, payload));
}

std::string_view operation_name(Operation operation) {
  const auto* const row = std::find_if(std::begin(kOperations), std::end(kOperations),
                                       [operation](const auto& each) { return each.first == operation; });
  return row->second;
}

bool operation_from(std::string_view name, Operation& operation) {
  for (const auto& [each, its_name] : kOperations) {
    if (its_name != name) continue;
    operation = each;
    return true;
  }
  return false;
}

void append_line(std::string& out, const Record& record) {
  out += "1 ";
  out += to_hex(record.checksum);
  out += ' ';
  out += content_of(record.sequence, record.operation, record.payload);
  out += '\n';
}

Sha256 encode_record(std::string& out, std::uint64_t sequence, Operation operation,
                     std::string_view payload) {
  const auto checksum = record_checksum(sequence, operation, payload);
  append_line(out, {checksum, sequence, operation, payload});
  return checksum;
}

Result<Record> decode_record(std::string_view line) {
  auto rest = line;
  const auto format = take_word(rest);
  Record record;
  if (!from_hex(take_word(rest), record.checksum))
    return Error{Code::Corrupt, "no checksum at the start of the line"};
  if (sha256(rest) != record.checksum) return Error{Code::Corrupt, "the checksum does not match"};
  if (format != "1") {
    return Error{Code::Invalid,
                 "the record has format version " + std::string(format.substr(0, 20)) +
                     ", and this program reads version 1; run the program that wrote it, or a newer one"};
  }
  const auto sequence = take_word(rest);
  const auto [end, error] =
      std::from_chars(sequence.data(), sequence.data() + sequence.size(), record.sequence);
  if (sequence.empty() || error != std::errc() || end != sequence.data() + sequence.size()) {
    return Error{Code::Corrupt, "the sequence is not a number"};
  }
  const auto operation = take_word(rest);
  record.payload = rest;
  if (operation_from(operation, record.operation)) return record;
  return Error{Code::Invalid, "the record has an operation that this program does not know; run a newer one"};
}

}  // namespace toolhive::registry
