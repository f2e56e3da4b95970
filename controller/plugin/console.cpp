#include "controller/plugin/console.hpp"

namespace toolhive::plugin {

void Console::print(std::string_view text) {
  end_progress();
  streams_.out << text << std::flush;
}

void Console::note(std::string_view text) {
  end_progress();
  streams_.err << text << '\n' << std::flush;
}

void Console::progress(std::string_view text) {
  if (!streams_.terminal) return;
  // Back to the start of the line, and nothing on it.
  streams_.err << "\r\x1b[K" << text << std::flush;
  in_progress_ = true;
}

bool Console::confirm(std::string_view question) {
  end_progress();
  streams_.err << question << " [y/N] " << std::flush;
  std::string answer;
  if (!std::getline(streams_.in, answer)) streams_.err << '\n';
  return answer == "y" || answer == "Y" || answer == "yes";
}

void Console::end_progress() {
  if (in_progress_) streams_.err << "\r\x1b[K" << std::flush;
  in_progress_ = false;
}

}  // namespace toolhive::plugin
