#include "controller/runtime/manager/process.hpp"

#include <semaphore.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <stop_token>
#include <thread>

#include "controller/base/log.hpp"
#include "controller/runtime/manager/manager.hpp"

namespace toolhive::runtime {

namespace {

sem_t signal_came;
std::atomic<bool> told_to_stop = false;

// Only what a signal handler may call.
extern "C" void toolhive_on_stop_signal(int) {
  if (told_to_stop.exchange(true)) _exit(1);
  sem_post(&signal_came);
}

// On a thread of its own, because what is called when a token fires may do anything.
std::stop_source watch_signals() {
  std::stop_source source;
  sem_init(&signal_came, 0, 0);
  std::thread([source]() mutable {
    while (sem_wait(&signal_came) != 0) continue;
    log(LogLevel::Info, "stopping");
    source.request_stop();
  }).detach();
  struct sigaction action = {};
  action.sa_handler = toolhive_on_stop_signal;
  action.sa_flags = SA_RESTART;
  sigaction(SIGTERM, &action, nullptr);
  sigaction(SIGINT, &action, nullptr);
  return source;
}

}  // namespace

std::stop_token stop_on_signals() {
  static const std::stop_source source = watch_signals();
  return source.get_token();
}

int exit_code(const Status& ended) {
  if (ended.ok()) return 0;
  log(LogLevel::Error, "the process ends", {{"error", ended.to_string()}});
  if (ended.code() != Code::Unfinished) return 1;
  // The log's thread may not come to it any more.
  std::fprintf(stderr, "%s\n", ended.to_string().c_str());
  _exit(1);
}

}  // namespace toolhive::runtime
