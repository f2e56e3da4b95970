#include "controller/kube/config/exec_credential.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <thread>

#include "controller/kube/config/credentials.hpp"
#include "controller/testing/simulated_clock.hpp"
#include "test/unit/kube/temporary_folder.hpp"

using namespace toolhive;

using namespace std::chrono_literals;

namespace {

constexpr const char* kVersion = "client.authentication.k8s.io/v1";

kube::Config with_plugin(const test::TemporaryFolder& folder, const std::string& script) {
  const std::string path = folder.write("plugin", std::string("#!/bin/sh\n").append(script));
  chmod(path.c_str(), 0755);
  kube::Config config;
  config.exec.emplace();
  config.exec->api_version = kVersion;
  config.exec->command = path;
  config.exec->install_hint = "Get it from the shelf.";
  return config;
}

std::string output(const std::string& status) {
  return std::string(R"({"apiVersion":")")
      .append(kVersion)
      .append(R"(","kind":"ExecCredential","status":)")
      .append(status)
      .append("}");
}

std::string plugin_refusal(const kube::Config& config) {
  const Status status = kube::run_exec_plugin(Context{}.with_timeout(10s), config).status();
  CHECK(status.code() == Code::Unauthorized);
  return status.message();
}

}  // namespace

TEST_CASE("a plugin's token is used until it expires") {
  const test::TemporaryFolder folder;
  kube::Config config =
      with_plugin(folder, std::string("echo run >> \"$LOG\"\necho '")
                              .append(output(R"({"token":"t","expirationTimestamp":"2023-11-14T23:13:20Z"})"))
                              .append("'\n"));
  config.exec->env["LOG"] = folder.path("log");
  // The simulated wall clock starts at 22:13:20.
  testing::SimulatedClock clock;
  const Context context{.stop = {}, .deadline = clock.now() + 24h, .clock = clock};
  kube::Credentials credentials(config);
  const auto runs = [&] {
    std::error_code none;
    return std::filesystem::file_size(folder.path("log"), none) / 4;
  };
  CHECK(credentials.get(context)->token == "t");
  CHECK(credentials.get(context)->token == "t");
  CHECK(runs() == 1);
  clock.advance(59min);
  CHECK(credentials.get(context)->token == "t");
  CHECK(runs() == 1);
  CHECK(credentials.refused(*credentials.get(context)));
  CHECK(credentials.get(context)->token == "t");
  CHECK(runs() == 2);
  clock.advance(2min);
  CHECK(credentials.get(context)->token == "t");
  CHECK(runs() == 3);
}

TEST_CASE("a plugin is told the version it shall answer in, and the cluster where it wants to know") {
  const test::TemporaryFolder folder;
  kube::Config config = with_plugin(folder, "echo \"$KUBERNETES_EXEC_INFO\" > \"$0.info\"; exit 1\n");
  config.server = "https://api";
  config.certificate_authority.data = "CA";
  config.exec->provide_cluster_info = true;
  plugin_refusal(config);
  const std::string info = [&] {
    std::ifstream file(folder.path("plugin.info"));
    return std::string(std::istreambuf_iterator<char>(file), {});
  }();
  CHECK(info.find(kVersion) != std::string::npos);
  CHECK(info.find(R"("server":"https://api")") != std::string::npos);
  CHECK(info.find(R"("certificate-authority-data":"Q0E=")") != std::string::npos);
}

TEST_CASE("a plugin that fails is quoted, and a missing one comes with its hint") {
  const test::TemporaryFolder folder;
  CHECK(plugin_refusal(with_plugin(folder, "echo 'please log in' >&2; exit 3\n"))
            .ends_with("plugin failed with exit code 3: please log in"));
  kube::Config config = with_plugin(folder, "");
  config.exec->command = "no-such-plugin-anywhere";
  CHECK(plugin_refusal(config).ends_with("No such file or directory. Get it from the shelf."));
  CHECK(plugin_refusal(with_plugin(folder, "echo nonsense\n"))
            .ends_with("its output is not an ExecCredential"));
}

TEST_CASE("a plugin that hangs is killed with its children when the caller stops") {
  const test::TemporaryFolder folder;
  const kube::Config config = with_plugin(folder, "sleep 1000\n");
  std::stop_source stop;
  std::jthread user([&] {
    CHECK(kube::run_exec_plugin(Context{.stop = stop.get_token()}, config).status().code() ==
          Code::Cancelled);
  });
  stop.request_stop();
  user.join();
  CHECK(kube::run_exec_plugin(Context{}.with_timeout(50ms), config).status().code() == Code::Timeout);
}

TEST_CASE("output that cannot be used is refused with the reason") {
  const auto refused = [](const std::string& text) {
    return kube::parse_exec_credential(text, kVersion).status().message();
  };
  CHECK(refused("{}").ends_with("not an ExecCredential"));
  CHECK(refused(R"({"kind":"ExecCredential","apiVersion":"x"})").find("is of version \"x\"") !=
        std::string::npos);
  CHECK(refused(output("null")).ends_with("has no status"));
  CHECK(refused(output("{}")).ends_with("neither a token nor a client certificate"));
  CHECK(refused(output(R"({"clientCertificateData":"c"})")).ends_with("but not both"));
  CHECK(refused(output(R"({"token":"t","expirationTimestamp":"soon"})")).ends_with("is not RFC 3339"));
  const auto shifted = kube::parse_exec_credential(
      output(R"({"token":"t","expirationTimestamp":"1970-01-01T02:00:00.5+02:00"})"), kVersion);
  REQUIRE(shifted.ok());
  CHECK(shifted->expires == WallTime{} + 500ms);
  const auto endless = kube::parse_exec_credential(
      output(R"({"token":"t","expirationTimestamp":"9999-12-31T23:59:59Z"})"), kVersion);
  REQUIRE(endless.ok());
  CHECK(endless->expires == WallTime::max());
}
