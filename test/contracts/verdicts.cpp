// Reads pairs of schemas, one a line: {"before":...,"after":...,"direction":"input"}, and writes of
// each whether the change is "compatible" or "breaking".
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

#include "registry/model/schema_diff.hpp"

int main() {
  using namespace toolhive::registry;
  for (std::string line; std::getline(std::cin, line);) {
    const auto pair = Json::parse(line);
    const auto direction = pair.at("direction") == "input" ? Direction::Input : Direction::Output;
    Differences differences;
    diff_schemas(pair.at("before"), pair.at("after"), direction, "", differences);
    std::cout << (differences.compatible() ? "compatible" : "breaking") << std::endl;
  }
}
