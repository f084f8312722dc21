// Istio's own validation cases as data (VARKA_CORPUS). The level reached is a ratchet: it may rise, not fall.

#include <QFile>
#include <map>

#include "core/galley/validate.h"
#include "core/resource/yaml.h"
#include "tests/support/test.h"

using namespace varka;

namespace {

constexpr double kAcceptRatchet = 0.99;
constexpr double kWarnRatchet = 0.99;

struct Count {
  int passed = 0, failed = 0, excluded = 0;
};

resource::Value load(const QString& path) {
  QFile file(path);
  if (!file.open(QIODevice::ReadOnly)) return {};
  resource::YamlLimits limits;
  limits.bytes = 64u << 20;
  limits.nodes = 5'000'000;
  auto documents = resource::readYaml(file.readAll().toStdString(), path.toStdString(), limits);
  if (!documents) qWarning("%s", documents.error().text().c_str());
  return documents && !documents->empty() ? documents->front() : resource::Value();
}

std::vector<galley::Problem> problemsOf(const std::string& yaml) {
  auto objects = resource::readObjects(yaml, "case.yaml");
  if (!objects) {
    galley::Problem problem;
    problem.message = objects.error().text();
    return {problem};
  }
  std::vector<galley::Problem> all;
  for (const auto& object : *objects) {
    for (auto& problem : galley::validate(object)) all.push_back(std::move(problem));
  }
  return all;
}

}  // namespace

class ConformanceTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void validatesLikeIstio() {
    const QString corpus = qEnvironmentVariable("VARKA_CORPUS", VARKA_CORPUS) + "/validation/cases.json";
    if (!QFile::exists(corpus)) QSKIP("no corpus (VARKA_CORPUS)");
    const resource::Value document = load(corpus);
    const auto& cases = document.isList() ? document.items() : document["cases"].items();
    QVERIFY(!cases.empty());
    const bool verbose = qEnvironmentVariableIsSet("VARKA_VERBOSE");
    std::map<std::string, Count> kinds;
    Count total, warnings;
    for (const auto& one : cases) {
      Count& count = kinds[one["kind"].asString()];
      if (!one["exclude"].isNull()) {
        ++count.excluded, ++total.excluded;
        continue;
      }
      const auto problems = problemsOf(one["yaml"].asString());
      const bool accepted = !galley::hasErrors(problems);
      const bool right = accepted == one["accept"].asBool();
      ++(right ? count.passed : count.failed);
      ++(right ? total.passed : total.failed);
      const bool warned = std::any_of(problems.begin(), problems.end(),
                                      [](const auto& problem) { return problem.code == "IST0133"; });
      if (right && accepted && one["warn"].isBool()) {
        const bool same = warned == one["warn"].asBool();
        ++(same ? warnings.passed : warnings.failed);
        if (verbose && !same) qInfo("WARN %s: wanted %d", one["id"].asString().c_str(), one["warn"].asBool());
      }
      if (verbose && !right) {
        qInfo("%s %s: %s\n%s", accepted ? "ACCEPTED" : "REFUSED", one["id"].asString().c_str(),
              one["errorContains"].text().c_str(), one["yaml"].asString().substr(0, 1500).c_str());
        for (const auto& problem : problems)
          qInfo("    %s %s: %s", problem.code.c_str(), problem.path.c_str(), problem.message.c_str());
      }
    }
    for (const auto& [kind, count] : kinds)
      qInfo("%-24s %3d passed %3d failed %3d excluded", kind.c_str(), count.passed, count.failed,
            count.excluded);
    qInfo("accept/refuse: %d passed, %d failed, %d excluded; warnings: %d passed, %d failed", total.passed,
          total.failed, total.excluded, warnings.passed, warnings.failed);
    QVERIFY(total.passed >= kAcceptRatchet * (total.passed + total.failed));
    QVERIFY(warnings.passed >= kWarnRatchet * (warnings.passed + warnings.failed));
  }

  /// Istio's samples must load and validate unchanged.
  void acceptsIstiosSamples() {
    const QString corpus = qEnvironmentVariable("VARKA_CORPUS", VARKA_CORPUS) + "/samples/";
    if (!QFile::exists(corpus + "cases.json")) QSKIP("no corpus (VARKA_CORPUS)");
    const resource::Value document = load(corpus + "cases.json");
    const auto& cases = document.isList() ? document.items() : document["cases"].items();
    int good = 0;
    QStringList bad;
    for (const auto& one : cases) {
      if (!one["exclude"].isNull()) continue;
      const QString name =
          QString::fromStdString(one["file"].isNull() ? one["path"].asString() : one["file"].asString());
      QFile file(corpus + name);
      if (!file.open(QIODevice::ReadOnly)) {
        bad << "cannot read " + name;
        continue;
      }
      bool accepted = true;
      for (const auto& problem : problemsOf(file.readAll().toStdString())) {
        if (problem.severity != galley::Severity::Error) continue;
        accepted = false;
        bad << name + " " +
                   QString::fromStdString(problem.origin.text() + " " + problem.path + ": " +
                                          problem.message);
      }
      good += accepted ? 1 : 0;
    }
    qInfo("%d samples accepted", good);
    QVERIFY2(bad.isEmpty(), qPrintable(bad.mid(0, 25).join('\n')));
    QVERIFY(good > 0);
  }
};

VARKA_TEST(ConformanceTest)
#include "conformance_test.moc"
