// What this machine allows: asks `varka-pod probe`, which really does it.
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>

#include "core/launcher/launcher.h"

namespace varka::launcher {

DoctorReport doctor(const std::string& podProgram) {
  DoctorReport report;
  report.mode = "env";
  QProcess process;
  process.start(QString::fromStdString(podProgram), {QStringLiteral("probe")});
  if (!process.waitForFinished(5000)) {
    report.step = "run " + podProgram;
    report.error = process.errorString().toStdString();
    report.advice = "The helper varka-pod must lie beside the program.";
    return report;
  }
  const auto answer = QJsonDocument::fromJson(process.readAllStandardOutput()).object();
  const auto text = [&](const char* key) {
    return answer.value(QLatin1String(key)).toString().toStdString();
  };
  report.namespaces = answer.value(QLatin1String("ok")).toBool();
  report.step = text("step");
  report.error = text("error");
  report.advice = text("advice");
  for (const auto& warning : answer.value(QLatin1String("warnings")).toArray())
    report.warnings.push_back(warning.toString().toStdString());
  if (report.namespaces) report.mode = "namespace";
  if (!report.namespaces && report.step.empty()) report.step = "read the helper's answer";
  return report;
}

}  // namespace varka::launcher
