#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "registry/model/server_parse.hpp"
#include "registry/upstream/page_source.hpp"

namespace toolhive::registry::test {

// One entry of a list as the official API has it. `more`: members of server.json, each with a comma
// before it.
inline std::string listed_entry(const std::string& name, const std::string& version,
                                const std::string& status = "active",
                                const std::string& updated_at = "2026-01-01T00:00:00Z",
                                const std::string& more = "") {
  return R"({"server":{"$schema":")" + std::string(kServerSchema) + R"(","name":")" + name +
         R"(","description":"A server","version":")" + version + '"' + more +
         R"(},"_meta":{"io.modelcontextprotocol.registry/official":{"status":")" + status +
         R"(","publishedAt":"2025-01-01T00:00:00Z","updatedAt":")" + updated_at + R"(","isLatest":true}}})";
}

inline std::string listed_page(const std::vector<std::string>& entries, const std::string& next = "") {
  std::string out = R"({"servers":[)";
  for (const auto& each : entries) out += (out.ends_with('[') ? "" : ",") + each;
  return out + R"(],"metadata":{)" + (next.empty() ? "" : R"("nextCursor":")" + next + R"(",)") +
         R"("count":)" + std::to_string(entries.size()) + "}}";
}

// An upstream that answers as it is told.
using Answer = std::function<Result<std::string>(const upstream::PageQuery&)>;

class ScriptedSource final : public upstream::PageSource {
 public:
  explicit ScriptedSource(Answer answer) : answer_(std::move(answer)) {}
  Result<std::string> read(const Context&, const upstream::PageQuery& query) override {
    asked.push_back(query);
    return answer_(query);
  }

  std::vector<upstream::PageQuery> asked;

 private:
  const Answer answer_;
};

// Always the same page.
inline Answer always(std::string page) {
  return [page = std::move(page)](const upstream::PageQuery&) -> Result<std::string> { return page; };
}

}  // namespace toolhive::registry::test
