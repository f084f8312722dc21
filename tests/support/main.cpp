#include "tests/support/test.h"

#include <QCoreApplication>
#include <QElapsedTimer>
#include <vector>

namespace varka::test {
namespace {
std::vector<Factory>& factories() {
  static std::vector<Factory> all;
  return all;
}
}  // namespace

void registerTest(Factory factory) {
  factories().push_back(std::move(factory));
}

bool eventually(std::chrono::milliseconds deadline, const std::function<bool()>& predicate) {
  QElapsedTimer timer;
  timer.start();
  while (!predicate()) {
    if (timer.elapsed() > deadline.count()) return predicate();
    QTest::qWait(5);
  }
  return true;
}

int runAll(int argc, char** argv) {
  int failed = 0;
  for (const auto& factory : factories()) {
    const auto test = factory();
    failed += QTest::qExec(test.get(), argc, argv);
  }
  return failed == 0 ? 0 : 1;
}

}  // namespace varka::test

// Weak, so that the tests of the window can bring a main with QApplication.
__attribute__((weak)) int main(int argc, char** argv) {
  QCoreApplication app(argc, argv);
  return varka::test::runAll(argc, argv);
}
