#pragma once
// Database: one connection to the history file, on the thread that made it. Opens, checks, migrates. Private
// to core/store.

#include <QSqlDatabase>
#include <QSqlQuery>
#include <QString>
#include <cstdint>
#include <string>

#include "core/base/result.h"

namespace varka::store {

class Database {
 public:
  enum class Mode { Write, Read };

  Database() = default;
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// Write: makes the file (0600), checks it and runs the missing migrations. Read: needs a file that is
  /// ready.
  Result<> open(const std::string& path, Mode mode);
  void close();
  [[nodiscard]] bool isOpen() const { return connection_.isOpen(); }
  QSqlDatabase& connection() { return connection_; }

  /// A prepared statement of this connection, reading forward only.
  Result<QSqlQuery> prepare(const char* sql);
  Result<> run(const QString& sql);
  /// First column of the first row of `sql`, 0 when there is none.
  Result<std::int64_t> number(const QString& sql);
  /// Cuts pages that nothing uses off the end of the file, a bounded number a call.
  Result<> giveBackFreePages();

 private:
  Result<> configure(Mode mode);
  Result<> check(const std::string& path);
  Result<> migrate();

  QString name_;
  QSqlDatabase connection_;
};

/// Executes a bound statement; the message of a failure begins with SQLite's code: "[11] database disk image
/// is malformed".
Result<> execute(QSqlQuery& query);
/// Whether the error means that the file itself is of no use (corrupt, not a database, of a newer program).
[[nodiscard]] bool isBroken(const Error& error);
/// Renames the file and its -wal and -shm out of the way; returns the new path. Keeps the two newest of such.
Result<std::string> moveAside(const std::string& path, std::int64_t nowMs);

inline QString text(const std::string& value) {
  return QString::fromUtf8(value.data(), static_cast<qsizetype>(value.size()));
}

}  // namespace varka::store
