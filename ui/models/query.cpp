#include "ui/models/query.h"

#include <QRegularExpression>
#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <vector>

namespace varka::ui {

struct Query::Node {
  enum class Kind { And, Or, Not, Test, Word } kind = Kind::Word;
  std::vector<std::shared_ptr<const Node>> children;
  QString field, op, value;
  std::optional<double> number;   // the value with its unit resolved
  QRegularExpression pattern;     // for ~
};

namespace {

using NodePtr = std::shared_ptr<const Query::Node>;
using Kind = Query::Node::Kind;

struct Token {
  enum class Type { Word, Quoted, Op, Open, Close, End } type = Type::End;
  QString text;
  int position = 0;
};

constexpr std::array<const char*, 8> kOps = {"!=", "!~", "<=", ">=", "=", "<", ">", "~"};

/// A number with a unit as people write it; durations in ms, sizes in bytes, shares in percent.
std::optional<double> numberOf(const QString& text) {
  static const QRegularExpression shape(QStringLiteral("^(-?[0-9]+(?:\\.[0-9]+)?)(%|us|ms|s|m|b|kb|mb|gb)?$"),
                                        QRegularExpression::CaseInsensitiveOption);
  const auto match = shape.match(text);
  if (!match.hasMatch()) return std::nullopt;
  const double value = match.captured(1).toDouble();
  static const std::pair<const char*, double> kUnits[] = {{"us", 1e-3}, {"ms", 1}, {"s", 1e3}, {"m", 6e4},
                                                          {"kb", 1e3},  {"mb", 1e6}, {"gb", 1e9}};
  for (const auto& [unit, factor] : kUnits)
    if (match.captured(2).compare(QLatin1String(unit), Qt::CaseInsensitive) == 0) return value * factor;
  return value;
}

class Lexer {
 public:
  explicit Lexer(const QString& text) : text_(text) {}

  Token next() {
    while (at_ < text_.size() && text_[at_].isSpace()) ++at_;
    const int start = static_cast<int>(at_);
    if (at_ >= text_.size()) return {Token::Type::End, {}, start};
    if (text_[at_] == QLatin1Char('(')) return ++at_, Token{Token::Type::Open, QStringLiteral("("), start};
    if (text_[at_] == QLatin1Char(')')) return ++at_, Token{Token::Type::Close, QStringLiteral(")"), start};
    if (text_[at_] == QLatin1Char('"')) return quoted(start);
    for (const char* op : kOps) {
      if (!QStringView(text_).mid(at_).startsWith(QLatin1String(op))) continue;
      at_ += static_cast<qsizetype>(qstrlen(op));
      afterOp_ = true;
      return {Token::Type::Op, QLatin1String(op), start};
    }
    return word(start);
  }

 private:
  Token quoted(int start) {
    const auto end = text_.indexOf(QLatin1Char('"'), at_ + 1);
    const auto stop = end < 0 ? text_.size() : end;
    Token token{Token::Type::Quoted, text_.mid(at_ + 1, stop - at_ - 1), start};
    at_ = end < 0 ? text_.size() : end + 1;
    afterOp_ = false;
    return token;
  }
  /// After an operator everything up to a space is the value (regular expressions contain =, ~ and parentheses).
  Token word(int start) {
    const QLatin1String stops("()=!<>~");
    int depth = 0;
    while (at_ < text_.size() && !text_[at_].isSpace()) {
      const QChar c = text_[at_];
      if (c == QLatin1Char('(')) ++depth;
      if (c == QLatin1Char(')') && depth-- == 0) break;
      if (!afterOp_ && stops.contains(c)) break;
      ++at_;
    }
    afterOp_ = false;
    return {Token::Type::Word, text_.mid(start, at_ - start), start};
  }

  const QString& text_;
  qsizetype at_ = 0;
  bool afterOp_ = false;
};

class Parser {
 public:
  Parser(const QString& text, const QStringList& fields) : lexer_(text), fields_(fields) { advance(); }

  NodePtr parse() {
    if (current_.type == Token::Type::End) return nullptr;
    auto node = expression();
    if (node && current_.type != Token::Type::End) return fail(QStringLiteral("this closing bracket has no opening one"));
    return node;
  }
  std::optional<QueryError> error;

 private:
  void advance() { current_ = lexer_.next(); }
  NodePtr fail(const QString& message) {
    if (!error) error = QueryError{current_.position, message};
    return nullptr;
  }
  [[nodiscard]] bool isWord(const char* word) const {
    return current_.type == Token::Type::Word && current_.text.compare(QLatin1String(word), Qt::CaseInsensitive) == 0;
  }
  static NodePtr join(Kind kind, std::vector<NodePtr> children) {
    if (children.size() == 1) return children.front();
    auto node = std::make_shared<Query::Node>();
    node->kind = kind;
    node->children = std::move(children);
    return node;
  }

  NodePtr expression() {
    std::vector<NodePtr> parts;
    for (;;) {
      auto part = term();
      if (!part) return nullptr;
      parts.push_back(std::move(part));
      if (!isWord("or")) break;
      advance();
    }
    return join(Kind::Or, std::move(parts));
  }

  NodePtr term() {
    std::vector<NodePtr> parts;
    for (;;) {
      auto part = factor();
      if (!part) return nullptr;
      parts.push_back(std::move(part));
      if (isWord("and")) advance();
      else if (current_.type == Token::Type::End || current_.type == Token::Type::Close || isWord("or")) break;
    }
    return join(Kind::And, std::move(parts));
  }

  NodePtr factor() {
    if (isWord("not")) {
      advance();
      auto inner = factor();
      if (!inner) return nullptr;
      auto node = std::make_shared<Query::Node>();
      node->kind = Kind::Not;
      node->children = {std::move(inner)};
      return node;
    }
    if (current_.type == Token::Type::Open) {
      advance();
      auto inner = expression();
      if (!inner) return nullptr;
      if (current_.type != Token::Type::Close) return fail(QStringLiteral("a closing bracket is missing"));
      advance();
      return inner;
    }
    return test();
  }

  NodePtr test() {
    if (current_.type != Token::Type::Word && current_.type != Token::Type::Quoted)
      return fail(current_.type == Token::Type::End ? QStringLiteral("something is missing here")
                                                    : QStringLiteral("a field or a word is expected here"));
    const auto subject = current_;
    advance();
    auto node = std::make_shared<Query::Node>();
    if (current_.type != Token::Type::Op) {
      node->kind = Kind::Word;
      node->value = subject.text;
      return node;
    }
    node->kind = Kind::Test;
    node->field = subject.text.toLower();
    if (!knows(node->field)) {
      current_ = subject;
      return fail(QStringLiteral("unknown field “%1”; known: %2").arg(subject.text, fields_.join(QStringLiteral(", "))));
    }
    node->op = current_.text;
    advance();
    if (current_.type != Token::Type::Word && current_.type != Token::Type::Quoted)
      return fail(QStringLiteral("a value is expected after %1").arg(node->op));
    node->value = current_.text;
    node->number = current_.type == Token::Type::Word ? numberOf(current_.text) : std::nullopt;
    if (node->op.endsWith(QLatin1Char('~'))) {
      node->pattern = QRegularExpression(node->value, QRegularExpression::CaseInsensitiveOption);
      if (!node->pattern.isValid()) return fail(node->pattern.errorString());
    }
    advance();
    return node;
  }

  [[nodiscard]] bool knows(const QString& field) const {
    if (fields_.contains(field)) return true;
    return field.startsWith(QLatin1String("header.")) && fields_.contains(QStringLiteral("header."));
  }

  Lexer lexer_;
  const QStringList& fields_;
  Token current_;
};

bool compareNumbers(double a, const QString& op, double b) {
  if (op == QLatin1String("=")) return std::abs(a - b) < 1e-9;
  if (op == QLatin1String("!=")) return std::abs(a - b) >= 1e-9;
  if (op == QLatin1String("<")) return a < b;
  if (op == QLatin1String("<=")) return a <= b;
  if (op == QLatin1String(">")) return a > b;
  return a >= b;
}

/// "reviews" equals "reviews v1": a name's first word counts too, so that `to = reviews` means all versions.
bool sameText(const QString& actual, const QString& wanted) {
  if (actual.compare(wanted, Qt::CaseInsensitive) == 0) return true;
  return actual.size() > wanted.size() && actual[wanted.size()] == QLatin1Char(' ') &&
         actual.startsWith(wanted, Qt::CaseInsensitive);
}

bool yesNoEqual(const QString& actual, const QString& wanted) {
  const auto canonical = [](const QString& text) {
    const auto low = text.toLower();
    return low == QLatin1String("true") || low == QLatin1String("on") ? QStringLiteral("yes")
           : low == QLatin1String("false") || low == QLatin1String("off") ? QStringLiteral("no") : low;
  };
  return canonical(actual) == canonical(wanted);
}

bool testMatches(const Query::Node& node, const FieldReader& read) {
  const auto value = read(node.field);
  const bool negative = node.op.startsWith(QLatin1Char('!'));
  if (!value.known) return negative;
  if (node.op.endsWith(QLatin1Char('~'))) {
    const auto text = value.numeric ? QString::number(value.number) : value.text;
    return node.pattern.match(text).hasMatch() != negative;
  }
  if (value.numeric) return node.number ? compareNumbers(value.number, node.op, *node.number) : negative;
  if (node.op == QLatin1String("=") || negative)
    return (sameText(value.text, node.value) || yesNoEqual(value.text, node.value)) != negative;
  return compareNumbers(QString::localeAwareCompare(value.text, node.value), node.op, 0);
}

bool evaluate(const Query::Node& node, const FieldReader& read) {
  const auto holds = [&read](const NodePtr& child) { return evaluate(*child, read); };
  switch (node.kind) {
    case Kind::And: return std::all_of(node.children.begin(), node.children.end(), holds);
    case Kind::Or: return std::any_of(node.children.begin(), node.children.end(), holds);
    case Kind::Not: return !holds(node.children.front());
    case Kind::Word: return read(QString()).text.contains(node.value, Qt::CaseInsensitive);
    case Kind::Test: return testMatches(node, read);
  }
  return true;
}

}  // namespace

Query Query::parse(const QString& text, const QStringList& fields) {
  Parser parser(text, fields);
  Query query;
  query.root_ = parser.parse();
  if (parser.error) {
    query.root_ = nullptr;
    query.error_.value = *parser.error;
    query.error_.set = true;
  }
  return query;
}

bool Query::matches(const FieldReader& read) const {
  return !root_ || evaluate(*root_, read);
}

}  // namespace varka::ui
