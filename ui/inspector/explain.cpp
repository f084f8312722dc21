#include "ui/inspector/explain.h"

#include <QCoreApplication>
#include <QStringList>
#include <algorithm>

#include "ui/models/traffic_model.h"
#include "ui/models/words.h"

namespace varka::ui {
namespace {

using Mark = ExplainLine::Mark;

struct Word {
  const char* key;
  const char* text;
};

constexpr Word kVerbs[] = {{"listener", QT_TRANSLATE_NOOP("Explain", "Listener")}, {"chain", QT_TRANSLATE_NOOP("Explain", "Filter chain")},
                           {"filter", QT_TRANSLATE_NOOP("Explain", "Filter")},     {"vhost", QT_TRANSLATE_NOOP("Explain", "Host")},
                           {"route", QT_TRANSLATE_NOOP("Explain", "Route")},       {"weight", QT_TRANSLATE_NOOP("Explain", "Weights")},
                           {"cluster", QT_TRANSLATE_NOOP("Explain", "Cluster")},   {"endpoint", QT_TRANSLATE_NOOP("Explain", "Endpoint")},
                           {"attempt", QT_TRANSLATE_NOOP("Explain", "Attempt")},   {"mtls", QT_TRANSLATE_NOOP("Explain", "Mutual TLS")},
                           {"fault", QT_TRANSLATE_NOOP("Explain", "Fault")},       {"rbac", QT_TRANSLATE_NOOP("Explain", "Authorization")},
                           {"reply", QT_TRANSLATE_NOOP("Explain", "Answer")}};

constexpr Word kFlags[] = {{"UF", QT_TRANSLATE_NOOP("Explain", "upstream connection failure")},
                           {"UH", QT_TRANSLATE_NOOP("Explain", "no healthy upstream")},
                           {"UT", QT_TRANSLATE_NOOP("Explain", "upstream request timeout")},
                           {"UC", QT_TRANSLATE_NOOP("Explain", "upstream connection terminated")},
                           {"UO", QT_TRANSLATE_NOOP("Explain", "upstream overflow (circuit breaker)")},
                           {"UR", QT_TRANSLATE_NOOP("Explain", "upstream remote reset")},
                           {"LR", QT_TRANSLATE_NOOP("Explain", "local reset")},
                           {"NR", QT_TRANSLATE_NOOP("Explain", "no route")},
                           {"NC", QT_TRANSLATE_NOOP("Explain", "cluster not found")},
                           {"URX", QT_TRANSLATE_NOOP("Explain", "retries used up")},
                           {"DC", QT_TRANSLATE_NOOP("Explain", "the caller went away")},
                           {"DI", QT_TRANSLATE_NOOP("Explain", "delay injected")},
                           {"FI", QT_TRANSLATE_NOOP("Explain", "fault injected")},
                           {"RL", QT_TRANSLATE_NOOP("Explain", "rate limited")},
                           {"UAEX", QT_TRANSLATE_NOOP("Explain", "denied by the authorization service")},
                           {"RLSE", QT_TRANSLATE_NOOP("Explain", "rate limit service error")},
                           {"DPE", QT_TRANSLATE_NOOP("Explain", "protocol error of the caller")},
                           {"UPE", QT_TRANSLATE_NOOP("Explain", "protocol error of the upstream")},
                           {"SI", QT_TRANSLATE_NOOP("Explain", "stream idle timeout")},
                           {"DT", QT_TRANSLATE_NOOP("Explain", "maximum duration reached")},
                           {"OM", QT_TRANSLATE_NOOP("Explain", "overload manager")}};

/// Which kinds of step can be the one that failed, by the origin of the error; the last of them is marked.
struct Blame {
  const char* origin;
  std::vector<std::string> kinds;
};
const std::vector<Blame>& blames() {
  static const std::vector<Blame> table = {
      {"policy", {"rbac", "filter"}},   {"fault", {"fault"}},
      {"network", {"endpoint", "attempt", "cluster"}}, {"tls", {"mtls", "endpoint", "attempt"}},
      {"noroute", {"cluster", "route", "vhost", "listener"}}, {"overload", {"cluster", "endpoint", "attempt"}},
      {"app", {"reply"}}};
  return table;
}

template <std::size_t N>
QString lookUp(const Word (&words)[N], const std::string& key) {
  for (const auto& word : words)
    if (key == word.key) return tr(word.text);
  return {};
}

/// "No route", "no healthy upstream" are steps not taken, but a named route not taken is only one that was skipped.
bool canFail(const xds::DecisionStep& step, const std::string& kind) {
  return step.kind == kind && (step.taken || kind != "route" || step.name.empty());
}

std::ptrdiff_t failedStep(const xds::RequestRecord& record) {
  for (const auto& blame : blames()) {
    if (record.origin != blame.origin) continue;
    for (const auto& kind : blame.kinds)
      for (auto i = static_cast<std::ptrdiff_t>(record.steps.size()) - 1; i >= 0; --i)
        if (canFail(record.steps[static_cast<std::size_t>(i)], kind)) return i;
  }
  return -1;
}

Mark markOf(const xds::DecisionStep& step, bool failed, bool error) {
  if (failed) return Mark::Failed;
  if (error && step.kind == "reply") return Mark::Note;
  if (!step.taken) return Mark::Skipped;
  return step.kind == "fault" ? Mark::Note : Mark::Passed;
}

QString verbOf(const std::string& kind) {
  const auto known = lookUp(kVerbs, kind);
  if (!known.isEmpty()) return known;
  auto text = QString::fromStdString(kind);
  if (!text.isEmpty()) text[0] = text[0].toUpper();
  return text;
}

QString reasonOf(const xds::RequestRecord& record) {
  QStringList parts;
  if (!record.origin.empty()) parts << originWord(record.origin);
  if (const auto flags = flagsText(record.flags); !flags.isEmpty()) parts << flags;
  if (parts.isEmpty()) {
    if (record.kind == xds::RecordKind::Tcp) return tr("connection closed normally");
    if (record.attempts > 1) return tr("answered after %1 attempts").arg(record.attempts);
    return record.status >= 400 ? tr("the application answered so") : tr("answered by the application");
  }
  return parts.join(QStringLiteral(": "));
}

}  // namespace

QString flagsText(const std::string& flags) {
  QStringList words;
  for (const auto& flag : QString::fromStdString(flags).split(QLatin1Char(','), Qt::SkipEmptyParts)) {
    const auto word = lookUp(kFlags, flag.toStdString());
    words << (word.isEmpty() ? flag : word);
  }
  return words.join(QStringLiteral(", "));
}

Explanation explain(const mesh::TrafficRow& row) {
  Explanation result;
  const auto& record = row.record;
  result.status = statusText(record);
  result.error = isError(record);
  result.reason = reasonOf(record);
  result.hop = QStringLiteral("%1 → %2").arg(QString::fromStdString(row.from), QString::fromStdString(row.to));
  const auto failed = failedStep(record);
  for (std::size_t i = 0; i < record.steps.size(); ++i) {
    const auto& step = record.steps[i];
    result.lines.push_back({markOf(step, static_cast<std::ptrdiff_t>(i) == failed, result.error), verbOf(step.kind), QString::fromStdString(step.name),
                            QString::fromStdString(step.detail), QString::fromStdString(step.source)});
  }
  return result;
}

}  // namespace varka::ui
