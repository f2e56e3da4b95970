// Documents that are as hard on the registry as their size allows.
#pragma once

#include <time.h>

#include <chrono>
#include <cstddef>
#include <string>

namespace toolhive::registry::test {

// As much as a definition may have by default, with some room for what is around it.
inline constexpr std::size_t kLargeBody = 250'000;

// Some thirty times what the slowest request takes, so that it holds under sanitizers. What grew
// with the square of a body's size took 3 to 30 s.
inline constexpr std::chrono::seconds kMostTime{3};

// Of a list: what its documents may have, and what is around them.
inline constexpr std::size_t kPageBytes = (std::size_t{8} << 20) + 300'000;

inline constexpr char kDraft7[] = R"("$schema":"http://json-schema.org/draft-07/schema#",)";

inline std::chrono::nanoseconds process_time() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

// Calls `part(number)` as often as its texts, with commas between them, have room.
template <class Part>
std::string many(std::size_t bytes, Part part) {
  std::string out;
  for (std::size_t i = 0;; ++i) {
    const std::string text = part(i);
    if (out.size() + text.size() + 1 > bytes) return out;
    out += (out.empty() ? "" : ",") + text;
  }
}

inline std::string number(std::size_t i) {
  return std::to_string(i);
}

// "n0","n1",...
inline std::string names(std::size_t bytes) {
  return many(bytes, [](std::size_t i) { return "\"" + number(i) + "\""; });
}

// "0":value,"1":value,...
inline std::string members(std::size_t bytes, const std::string& value = "1") {
  return many(bytes, [&](std::size_t i) { return "\"" + number(i) + "\":" + value; });
}

// The text within `levels` of `"items":{...}`.
inline std::string nested(std::size_t levels, const std::string& inside) {
  std::string out;
  for (std::size_t i = 0; i < levels; ++i) out += R"("items":{)";
  return out + inside + std::string(levels, '}');
}

inline std::string tool(const std::string& name, const std::string& schema) {
  return R"({"name":")" + name + R"(","inputSchema":{"type":"object",)" + schema + "}}";
}

inline std::string server(const std::string& more, const std::string& version = "1.0.0") {
  return R"({"$schema":"https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json",
    "name":"io.test/worst","description":"Worst.","version":")" +
         version + R"(",)" + more + "}";
}

}  // namespace toolhive::registry::test
