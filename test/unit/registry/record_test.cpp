#include "registry/store/record.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "fault_file_system.hpp"
#include "registry/store/journal.hpp"

namespace registry = toolhive::registry;

using namespace toolhive::registry;
using registry::test::FaultFileSystem;

namespace {

std::string line(std::uint64_t sequence, std::string_view payload) {
  std::string out;
  encode_record(out, sequence, Operation::Register, payload);
  return out;
}

struct Seen {
  std::vector<std::string> payloads;
  std::vector<std::uint64_t> damaged;
  Result<JournalScan> scan = JournalScan();
};

Seen scan(const std::string& content) {
  FaultFileSystem files;
  files.put("/d/log", content);
  Seen seen;
  seen.scan = scan_journal(
      files, "/d/log",
      [&](const Record& record) -> Result<void> {
        seen.payloads.emplace_back(record.payload);
        return {};
      },
      [&](std::string_view, std::uint64_t offset, const Error&) { seen.damaged.push_back(offset); });
  return seen;
}

}  // namespace

TEST_CASE("a record reads back as it was written") {
  auto text = line(42, R"({"name":"a"})");
  REQUIRE(text.back() == '\n');
  text.pop_back();
  auto record = decode_record(text);
  REQUIRE(record.ok());
  CHECK(record->sequence == 42);
  CHECK(record->operation == Operation::Register);
  CHECK(record->payload == R"({"name":"a"})");
}

TEST_CASE("no single changed byte of a record goes unnoticed") {
  auto text = line(7, R"({"name":"a"})");
  text.pop_back();
  for (std::size_t i = 0; i < text.size(); ++i) {
    for (const int flip : {1, 2, 0x20, 0x80}) {
      auto damaged = text;
      damaged[i] = static_cast<char>(damaged[i] ^ flip);
      CHECK_FALSE(decode_record(damaged).ok());
    }
  }
  for (std::size_t size = 0; size < text.size(); ++size)
    CHECK_FALSE(decode_record(text.substr(0, size)).ok());
}

TEST_CASE("a record of a later format is not taken for damage") {
  auto text = line(7, "{}");
  text[0] = '2';
  text.pop_back();
  CHECK(decode_record(text).error().code == Code::Invalid);
}

TEST_CASE("a scan goes on after a damaged record and tells where it is") {
  auto bad = line(2, R"({"name":"b"})");
  bad[70] = static_cast<char>(bad[70] ^ 1);
  const auto first = line(1, R"({"name":"a"})");
  const auto seen = scan(first + bad + line(3, R"({"name":"c"})"));
  REQUIRE(seen.scan.ok());
  CHECK(seen.payloads == std::vector<std::string>{R"({"name":"a"})", R"({"name":"c"})"});
  CHECK(seen.damaged == std::vector<std::uint64_t>{first.size()});
  CHECK(seen.scan->torn_bytes == 0);
}

TEST_CASE("a torn last line counts as neither record nor damage") {
  const auto first = line(1, R"({"name":"a"})");
  const auto seen = scan(first + line(2, R"({"name":"b"})").substr(0, 30));
  REQUIRE(seen.scan.ok());
  CHECK(seen.scan->records == 1);
  CHECK(seen.scan->good_bytes == first.size());
  CHECK(seen.scan->torn_bytes == 30);
  CHECK(seen.damaged.empty());
}

TEST_CASE("a scan stops at a record of a later format instead of leaving it out") {
  auto later = line(1, "{}");
  later[0] = '2';
  CHECK(scan(later).scan.error().code == Code::Invalid);
}

TEST_CASE("log names carry their number, other names none") {
  CHECK(journal_name(1) == "tools-000001.log");
  CHECK(journal_number("tools-000001.log") == 1);
  CHECK(journal_number(journal_name(12345678)) == 12345678);
  for (const char* name :
       {"tools-.log", "tools-1x.log", "LOCK", "tools-000001.log.tmp", "", "tools--1.log"}) {
    CHECK(journal_number(name) == 0);
  }
}
