#pragma once
// Test registration: one executable per folder runs every class that says VARKA_TEST(Class). Lives in tests only.

#include <QObject>
#include <QtTest/QtTest>
#include <chrono>
#include <functional>
#include <memory>
#include <thread>

namespace varka::test {

using Factory = std::function<std::unique_ptr<QObject>()>;
void registerTest(Factory factory);

/// Waits until `predicate` holds or `deadline` passes; keeps Qt events flowing. Returns whether it held.
bool eventually(std::chrono::milliseconds deadline, const std::function<bool()>& predicate);

}  // namespace varka::test

#define VARKA_TEST(Class)                                                                      \
  namespace {                                                                                  \
  const bool registered##Class = [] {                                                          \
    ::varka::test::registerTest([] { return std::unique_ptr<QObject>(new Class); });           \
    return true;                                                                               \
  }();                                                                                         \
  }
