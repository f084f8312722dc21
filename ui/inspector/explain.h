#pragma once
// Explain: a request's decision steps as lines for people. Pure functions; the widget is explain_view.h.

#include <QString>
#include <vector>

#include "core/mesh/view.h"

namespace varka::ui {

struct ExplainLine {
  enum class Mark { Passed, Failed, Note, Skipped } mark = Mark::Passed;
  QString verb;      // "Route"
  QString subject;   // the resource's name
  QString sentence;  // what was decided and why
  QString source;    // "file:line", may be empty
};

struct Explanation {
  QString status;    // "503 UF"
  QString reason;    // one sentence that answers alone
  QString hop;       // "checkout v1 → payment v1"
  bool error = false;
  std::vector<ExplainLine> lines;
};

Explanation explain(const mesh::TrafficRow& row);
/// Envoy's response flags in words; empty for none.
QString flagsText(const std::string& flags);

}  // namespace varka::ui
