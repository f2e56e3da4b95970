#include "test/e2e/harness/reporter.hpp"

#include <doctest/doctest.h>

#include <cstdio>
#include <iostream>
#include <set>

#include "test/e2e/harness/cluster.hpp"

namespace e2e {
namespace {

std::set<std::string>& namespaces() {
  static std::set<std::string> names;
  return names;
}

class Reporter : public doctest::IReporter {
 public:
  explicit Reporter(const doctest::ContextOptions& /*options*/) {}

  void test_case_start(const doctest::TestCaseData& test) override {
    name_ = test.m_name;
    reported_ = false;
  }
  void test_case_end(const doctest::CurrentTestCaseStats& stats) override {
    // test/run.sh shows these lines while the tests run.
    std::printf("[%5.1f s] %s %s\n", stats.seconds, stats.testCaseSuccess ? "passed" : "FAILED",
                name_.c_str());
    std::fflush(stdout);
  }
  void log_assert(const doctest::AssertData& assertion) override {
    if (assertion.m_failed) report();
  }
  void log_message(const doctest::MessageData& message) override {
    if ((message.m_severity & doctest::assertType::is_warn) == 0) report();  // FAIL and FAIL_CHECK
  }

  void report_query(const doctest::QueryData& /*query*/) override {}
  void test_run_start() override {}
  void test_run_end(const doctest::TestRunStats& /*stats*/) override {}
  void test_case_reenter(const doctest::TestCaseData& /*test*/) override {}
  void test_case_exception(const doctest::TestCaseException& /*exception*/) override {}
  void subcase_start(const doctest::SubcaseSignature& /*subcase*/) override {}
  void subcase_end() override {}
  void test_case_skipped(const doctest::TestCaseData& /*test*/) override {}

 private:
  // Once per test: later failures of a test follow from the first.
  void report() {
    if (reported_ || namespaces().empty()) return;
    reported_ = true;
    const Cluster& cluster = Cluster::get();
    for (const std::string& ns : namespaces()) {
      std::cout
          << "--- state of " << ns << "\n"
          << cluster.kubectl({"-n", ns, "get", "registries,mcptools", "-o", "yaml"}).explain()
          << cluster.kubectl({"-n", ns, "get", "deploy,pods,pvc,cm,svc,netpol,pdb", "-o", "wide"}).explain()
          << cluster
                 .kubectl({"-n", ns, "get", "events.events.k8s.io", "--sort-by=.metadata.creationTimestamp"})
                 .explain()
          << cluster.kubectl({"-n", ns, "logs", "-l", "app.kubernetes.io/part-of", "--tail=20", "--prefix"})
                 .explain();
    }
    std::cout << "--- operator\n" << cluster.operator_log(40) << std::flush;
  }

  std::string name_;
  bool reported_ = false;
};

REGISTER_LISTENER("progress and failures", 1, Reporter);

}  // namespace

void report_on_failure(const std::string& ns) {
  namespaces().insert(ns);
}
void forget_report(const std::string& ns) {
  namespaces().erase(ns);
}

}  // namespace e2e
