#include "registry/store/record.hpp"

#include <array>
#include <charconv>

namespace registry {
namespace {

constexpr std::array<std::string_view, 3> kOperations = {"register", "withdraw", "retire"};

std::string_view take_word(std::string_view& rest) {
  const auto space = rest.find(' ');
  if (space == rest.npos) return {};
  const auto word = rest.substr(0, space);
  rest.remove_prefix(space + 1);
  return word;
}

}  // namespace

Sha256 encode_record(std::string& out, std::uint64_t sequence, Operation operation,
                     std::string_view payload) {
  std::string content = std::to_string(sequence);
  content.reserve(content.size() + payload.size() + 16);
  content += ' ';
  content += kOperations[static_cast<std::size_t>(operation)];
  content += ' ';
  content += payload;
  const auto checksum = sha256(content);
  out += "1 ";
  out += to_hex(checksum);
  out += ' ';
  out += content;
  out += '\n';
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
  for (std::size_t i = 0; i < kOperations.size(); ++i) {
    if (kOperations[i] != operation) continue;
    record.operation = static_cast<Operation>(i);
    record.payload = rest;
    return record;
  }
  return Error{Code::Invalid, "the record has an operation that this program does not know; run a newer one"};
}

}  // namespace registry
