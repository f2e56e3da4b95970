#include <doctest/doctest.h>

#include <string>

#include "controller/base/subprocess.hpp"

using namespace toolhive;

TEST_CASE("a program reads its input to the end, however long it is, and its output is kept") {
  const std::string input(1 << 20, 'x');
  const auto ran = run_process(Context{}, {"wc", "-c"}, {.input = input});
  REQUIRE_MESSAGE(ran.ok(), ran.status());
  CHECK(ran->output == "1048576\n");
}

TEST_CASE("a program without input reads nothing") {
  const auto ran = run_process(Context{}, {"cat"}, {});
  REQUIRE_MESSAGE(ran.ok(), ran.status());
  CHECK(ran->output.empty());
}

TEST_CASE("a program that prints more than it may is ended, and told of") {
  const auto ran = run_process(Context{}, {"yes"}, {.most_output = 1000});
  REQUIRE_FALSE(ran.ok());
  CHECK(ran.status().code() == Code::Invalid);
  CHECK(ran.status().message() == "yes printed more than 1000 bytes");
}

TEST_CASE("output that is given away as it comes has no bound") {
  std::size_t bytes = 0;
  const auto ran =
      run_process(Context{}, {"head", "-c", "3000000", "/dev/zero"},
                  {.most_output = 1000, .on_output = [&](std::string_view piece) { bytes += piece.size(); }});
  REQUIRE_MESSAGE(ran.ok(), ran.status());
  CHECK(bytes == 3'000'000);
  CHECK(ran->output.empty());
}
