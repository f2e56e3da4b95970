#include "registry/config/document.hpp"

#include <simdjson.h>
#include <yaml-cpp/anchor.h>
#include <yaml-cpp/eventhandler.h>

#include <algorithm>
#include <sstream>
#include <string_view>
#include <vector>

#include "registry/config/section.hpp"

namespace toolhive::registry {
namespace {

[[noreturn]] void refuse(int line, const std::string& detail) {
  throw Failure{Error{Code::Malformed, "line " + std::to_string(line) + " " + detail}};
}

int line_of(const YAML::Mark& mark) {
  return mark.line + 1;
}

// What YAML 1.2 allows of them (5.1). The library takes U+0004 for the end of the file.
bool is_control(char c) {
  return (c >= 0 && c < ' ' && c != '\t' && c != '\n' && c != '\r') || c == 0x7F;
}

// Sees the text before anything is made of it, so that what is refused costs nothing.
class StructureCheck final : public YAML::EventHandler {
 public:
  // The library makes an empty document, again and again, of what begins no value and is left over.
  void OnDocumentStart(const YAML::Mark& mark) override {
    if (mark.pos == began_)
      refuse(line_of(mark), "has a character that begins no value, such as a comma or a closing bracket");
    began_ = mark.pos;
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { check(mark, "?", anchor); }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override { refuse_sharing(mark); }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string&) override {
    check(mark, tag, anchor);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(mark, tag, anchor);
  }
  void OnSequenceEnd() override { --depth_; }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(mark, tag, anchor);
  }
  void OnMapEnd() override { --depth_; }

 private:
  [[noreturn]] static void refuse_sharing(const YAML::Mark& mark) {
    refuse(line_of(mark),
           "has an anchor or an alias (& or *), which are not taken here; write the value out");
  }
  static void check(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    if (anchor != YAML::NullAnchor) refuse_sharing(mark);
    // These two are the library's words for no tag, of plain and of quoted values.
    if (!tag.empty() && tag != "?" && tag != "!")
      refuse(line_of(mark), "has a tag (" + tag + "), and none is taken here; write the value without it");
  }
  void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    check(mark, tag, anchor);
    if (++depth_ > kMaxDocumentDepth) {
      refuse(line_of(mark), "is nested more than " + std::to_string(kMaxDocumentDepth) + " deep");
    }
  }

  int depth_ = 0;
  int began_ = -1;  // where the document before did
};

void check_bytes(const std::string& text) {
  if (text.size() > kMaxDocumentBytes) {
    throw Failure{Error{Code::Malformed,
                        "larger than " + std::to_string(kMaxDocumentBytes) + " bytes; make it smaller"}};
  }
  if (!simdjson::validate_utf8(text.data(), text.size()))
    throw Failure{Error{Code::Malformed, "not UTF-8; save it as that"}};
  if (const auto found = std::find_if(text.begin(), text.end(), is_control); found != text.end()) {
    refuse(static_cast<int>(std::count(text.begin(), found, '\n')) + 1,
           "holds a control character; take it out, or write it as an escape in double quotes");
  }
}

void check_structure(const std::string& text) {
  std::istringstream stream(text);
  YAML::Parser parser(stream);
  StructureCheck check;
  while (parser.HandleNextDocument(check)) continue;
}

}  // namespace

YAML::Node read_document(const std::string& text) {
  check_bytes(text);
  check_structure(text);
  YAML::Node only;
  for (const auto& document : YAML::LoadAll(text)) {
    if (document.IsNull()) continue;
    if (!only.IsNull()) {
      refuse(line_of(document.Mark()),
             "begins another YAML document, and a configuration is one; make one of the two");
    }
    only.reset(document);
  }
  return only;
}

}  // namespace toolhive::registry
