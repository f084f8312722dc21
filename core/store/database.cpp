#include "core/store/database.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <QSqlError>
#include <QStringList>
#include <QVariant>
#include <algorithm>
#include <atomic>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <vector>

#include "core/store/migrations.h"

namespace varka::store {
namespace {

constexpr std::int64_t kAlwaysCheckedBytes = 64LL * 1024 * 1024;
constexpr std::int64_t kPagesGivenBack = 20000;
constexpr std::size_t kKeptAside = 2;
constexpr const char* kBrokenMark = ".broken-";

QString uniqueName() {
  static std::atomic<int> counter{0};
  return QStringLiteral("varka-history-%1").arg(++counter);
}

Error errorOf(const QSqlError& error) {
  const auto code = error.nativeErrorCode().isEmpty() ? QStringLiteral("0") : error.nativeErrorCode();
  return Error{"[" + code.toStdString() + "] " + error.databaseText().toStdString()};
}

Result<> makePrivateFile(const std::string& path) {
  // SQLite gives -wal and -shm the mode of the database, so only this one needs care.
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return fail("open " + path + ": " + errnoText(errno));
  ::fchmod(fd, 0600);
  ::close(fd);
  return {};
}

std::int64_t sizeOf(const std::string& path) {
  std::error_code ignored;
  const auto size = std::filesystem::file_size(path, ignored);
  return ignored ? 0 : static_cast<std::int64_t>(size);
}

QStringList statementsOf(const char* sql) {
  QString clean;
  for (const auto& line : QString::fromUtf8(sql).split(u'\n'))
    if (!line.trimmed().startsWith(QStringLiteral("--"))) clean += line + u'\n';
  QStringList out;
  for (const auto& part : clean.split(QStringLiteral(";\n")))
    if (!part.trimmed().isEmpty()) out << part.trimmed();
  return out;
}

}  // namespace

Database::~Database() {
  close();
}

void Database::close() {
  if (name_.isEmpty()) return;
  connection_.close();
  connection_ = QSqlDatabase();
  QSqlDatabase::removeDatabase(name_);
  name_.clear();
}

Result<> Database::open(const std::string& path, Mode mode) {
  close();
  if (mode == Mode::Write)
    if (auto made = makePrivateFile(path); !made) return made;
  name_ = uniqueName();
  connection_ = QSqlDatabase::addDatabase(QStringLiteral("QSQLITE"), name_);
  connection_.setDatabaseName(text(path));
  connection_.setConnectOptions(mode == Mode::Read
                                    ? QStringLiteral("QSQLITE_OPEN_READONLY;QSQLITE_BUSY_TIMEOUT=2000")
                                    : QStringLiteral("QSQLITE_BUSY_TIMEOUT=2000"));
  const auto opened = [&]() -> Result<> {
    if (!connection_.open()) return fail(errorOf(connection_.lastError()));
    if (auto set = configure(mode); !set) return set;
    if (mode == Mode::Read) return {};
    if (auto sound = check(path); !sound) return sound;
    return migrate();
  }();
  if (!opened) {
    close();
    return fail(opened.error().in("history database " + path));
  }
  return {};
}

Result<> Database::configure(Mode mode) {
  if (mode == Mode::Read) return {};
  // auto_vacuum only takes in a database that is still empty, so it comes before WAL writes the first page.
  for (const char* pragma :
       {"PRAGMA auto_vacuum=INCREMENTAL", "PRAGMA journal_mode=WAL", "PRAGMA synchronous=NORMAL",
        "PRAGMA journal_size_limit=16777216", "PRAGMA temp_store=MEMORY"})
    if (auto done = run(QString::fromLatin1(pragma)); !done) return done;
  return {};
}

Result<> Database::check(const std::string& path) {
  // After a clean end SQLite removes the -wal file; a large file without one was whole when it was closed.
  if (sizeOf(path) > kAlwaysCheckedBytes && sizeOf(path + "-wal") == 0) return {};
  QSqlQuery query(connection_);
  if (!query.exec(QStringLiteral("PRAGMA quick_check(1)"))) return fail(errorOf(query.lastError()));
  if (!query.next()) return fail("[11] the integrity check gave no answer");
  const auto answer = query.value(0).toString();
  if (answer != QStringLiteral("ok")) return fail("[11] the integrity check failed: " + answer.toStdString());
  return {};
}

Result<> Database::migrate() {
  const auto version = number(QStringLiteral("PRAGMA user_version"));
  if (!version) return fail(version.error());
  const auto known = migrations().empty() ? 0 : migrations().back().number;
  if (*version > known)
    return fail("[newer] written by a newer Varka (format " + std::to_string(*version) + ", this one knows " +
                std::to_string(known) + ")");
  for (const auto& migration : migrations()) {
    if (migration.number <= *version) continue;
    if (!connection_.transaction()) return fail(errorOf(connection_.lastError()));
    auto statements = statementsOf(migration.sql);
    statements << QStringLiteral("PRAGMA user_version=%1").arg(migration.number);
    for (const auto& statement : statements) {
      if (auto done = run(statement); !done) {
        connection_.rollback();
        return fail(done.error().in(migration.name));
      }
    }
    if (!connection_.commit()) return fail(errorOf(connection_.lastError()).in(migration.name));
  }
  return {};
}

Result<QSqlQuery> Database::prepare(const char* sql) {
  QSqlQuery query(connection_);
  query.setForwardOnly(true);
  if (!query.prepare(QString::fromLatin1(sql))) return fail(errorOf(query.lastError()));
  return query;
}

Result<> Database::run(const QString& sql) {
  QSqlQuery query(connection_);
  query.setForwardOnly(true);
  if (!query.exec(sql)) return fail(errorOf(query.lastError()));
  return {};
}

Result<std::int64_t> Database::number(const QString& sql) {
  QSqlQuery query(connection_);
  if (!query.exec(sql)) return fail(errorOf(query.lastError()));
  return query.next() ? query.value(0).toLongLong() : 0;
}

Result<> Database::giveBackFreePages() {
  const auto pages = std::min(number(QStringLiteral("PRAGMA freelist_count")).value_or(0), kPagesGivenBack);
  if (pages == 0) return {};
  // The pragma frees one page a step and answers with rows of no columns, which Qt does not step through:
  // hence the loop, in one transaction so that it stays cheap.
  if (auto begun = run(QStringLiteral("BEGIN IMMEDIATE")); !begun) return begun;
  auto freed = [&]() -> Result<> {
    auto query = prepare("PRAGMA incremental_vacuum(1)");
    if (!query) return fail(query.error());
    for (std::int64_t i = 0; i < pages; ++i)
      if (auto done = execute(*query); !done) return done;
    return {};
  }();
  const auto ended = run(freed ? QStringLiteral("COMMIT") : QStringLiteral("ROLLBACK"));
  return freed ? ended : freed;
}

Result<> execute(QSqlQuery& query) {
  if (!query.exec()) return fail(errorOf(query.lastError()));
  return {};
}

bool isBroken(const Error& error) {
  for (const char* code : {"[11] ", "[26] ", "[newer] "})
    if (error.message.find(code) != std::string::npos) return true;
  // Extended codes of SQLITE_CORRUPT carry it in the low byte: 267, 523, 779.
  for (const char* code : {"[267] ", "[523] ", "[779] "})
    if (error.message.find(code) != std::string::npos) return true;
  return false;
}

Result<std::string> moveAside(const std::string& path, std::int64_t nowMs) {
  namespace fs = std::filesystem;
  const auto aside = path + kBrokenMark + std::to_string(nowMs);
  std::error_code failed;
  fs::rename(path, aside, failed);
  if (failed) return fail("move " + path + " aside: " + failed.message());
  for (const char* suffix : {"-wal", "-shm"}) {
    std::error_code ignored;
    fs::rename(path + suffix, aside + suffix, ignored);
  }
  std::vector<fs::path> old;
  std::error_code ignored;
  const auto prefix = fs::path(path).filename().string() + kBrokenMark;
  for (const auto& entry : fs::directory_iterator(fs::path(path).parent_path(), ignored)) {
    const auto name = entry.path().filename().string();
    if (name.starts_with(prefix) && !name.ends_with("-wal") && !name.ends_with("-shm"))
      old.push_back(entry.path());
  }
  std::sort(old.begin(), old.end());
  for (std::size_t i = 0; i + kKeptAside < old.size(); ++i)
    for (const char* suffix : {"", "-wal", "-shm"}) fs::remove(old[i].string() + suffix, ignored);
  return aside;
}

}  // namespace varka::store
