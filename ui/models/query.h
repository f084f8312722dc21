#pragma once
// Query: the filter language of tables, logs and the graph's find box: `status = 503 and to = reviews`,
// `err > 5% or not mtls = yes`, `duration >= 100ms`, `path ~ ^/api`, `header.end-user = jason`; a bare word searches the
// subject's text. Parsing is a pure function; a Query is an immutable value.
//
//   expr := term { "or" term }    term := factor { ["and"] factor }    factor := "not" factor | "(" expr ")" | test
//   test := field op value | word         op := = != < <= > >= ~ !~

#include <QString>
#include <QStringList>
#include <functional>
#include <memory>

namespace varka::ui {

/// What a subject answers for a field. `known` false = the field is absent there: every test but != is false.
struct QueryValue {
  bool known = false;
  QString text;
  double number = 0;
  bool numeric = false;

  static QueryValue of(QString value) { return {true, std::move(value), 0, false}; }
  static QueryValue of(double value) { return {true, {}, value, true}; }
  /// yes/no; also answers to true/false.
  static QueryValue of(bool value) { return {true, value ? QStringLiteral("yes") : QStringLiteral("no"), 0, false}; }
};

/// Reads a field of the subject; the empty name is the text that bare words search.
using FieldReader = std::function<QueryValue(const QString& field)>;

struct QueryError {
  int position = 0;
  QString message;
};

class Query {
 public:
  struct Node;
  /// `fields` are the names the subject knows; "header." in it allows any header.*.
  static Query parse(const QString& text, const QStringList& fields);

  [[nodiscard]] bool isEmpty() const { return !root_ && !error_.has(); }
  [[nodiscard]] bool isValid() const { return !error_.has(); }
  [[nodiscard]] const QueryError& error() const { return error_.value; }
  /// An empty query matches everything, an invalid one too (the last good one should be kept by the caller).
  [[nodiscard]] bool matches(const FieldReader& read) const;

 private:
  struct MaybeError {
    QueryError value;
    bool set = false;
    [[nodiscard]] bool has() const { return set; }
  };
  std::shared_ptr<const Node> root_;
  MaybeError error_;
};

}  // namespace varka::ui
