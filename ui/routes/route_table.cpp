#include "ui/routes/route_table.h"

#include <algorithm>
#include <numeric>

namespace varka::ui {
namespace {

using resource::Value;

QString text(const Value& value) {
  return qs(value.text());
}

/// "is jason", "starts with /api", "matches a.*"
QString stringMatch(const Value& match) {
  if (match.has("exact")) return QObject::tr("is %1").arg(text(match["exact"]));
  if (match.has("prefix")) return QObject::tr("starts with %1").arg(text(match["prefix"]));
  if (match.has("regex")) return QObject::tr("matches %1").arg(text(match["regex"]));
  return QObject::tr("is present");
}

QString condition(const Value& match) {
  QStringList parts;
  static constexpr std::pair<const char*, const char*> kMatched[] = {
      {"uri", "path"}, {"method", "method"}, {"authority", "host"}, {"scheme", "scheme"}};
  for (const auto& [field, word] : kMatched)
    if (match.has(field)) parts << QString::fromLatin1(word) + u' ' + stringMatch(match[field]);
  for (const auto& header : match["headers"].entries()) parts << qs(header.key) + u' ' + stringMatch(header.value);
  for (const auto& header : match["withoutHeaders"].entries())
    parts << QObject::tr("not %1 %2").arg(qs(header.key), stringMatch(header.value));
  for (const auto& parameter : match["queryParams"].entries())
    parts << QStringLiteral("?%1 %2").arg(qs(parameter.key), stringMatch(parameter.value));
  if (match.has("port")) parts << QObject::tr("port %1").arg(text(match["port"]));
  if (match.has("sourceNamespace")) parts << QObject::tr("from namespace %1").arg(text(match["sourceNamespace"]));
  for (const auto& label : match["sourceLabels"].entries())
    parts << QObject::tr("from %1=%2").arg(qs(label.key), text(label.value));
  for (const auto& host : match["sniHosts"].items()) parts << QObject::tr("SNI %1").arg(text(host));
  for (const auto& gateway : match["gateways"].items()) parts << QObject::tr("at %1").arg(text(gateway));
  return parts.join(u", ");
}

QString percentOf(const Value& percentage, const Value& percent) {
  if (percentage.has("value")) return QObject::tr(" for %1 %").arg(text(percentage["value"]));
  if (!percent.isNull()) return QObject::tr(" for %1 %").arg(text(percent));
  return QObject::tr(" for nobody (no percentage)");
}

void faultPolicies(const Value& fault, QStringList& out) {
  if (const auto& delay = fault["delay"]; delay.isMap())
    out << QObject::tr("delay %1%2").arg(text(delay["fixedDelay"]), percentOf(delay["percentage"], delay["percent"]));
  if (const auto& abort = fault["abort"]; abort.isMap()) {
    const QString status = abort.has("httpStatus") ? text(abort["httpStatus"]) : text(abort["grpcStatus"]);
    out << QObject::tr("abort %1%2").arg(status, percentOf(abort["percentage"], Value()));
  }
}

QStringList policiesOf(const Value& rule) {
  QStringList out;
  if (rule.has("redirect"))
    out << QObject::tr("redirect to %1%2").arg(text(rule["redirect"]["authority"]), text(rule["redirect"]["uri"]));
  if (rule.has("directResponse")) out << QObject::tr("answer %1").arg(text(rule["directResponse"]["status"]));
  if (rule.has("delegate")) out << QObject::tr("delegate to %1").arg(text(rule["delegate"]["name"]));
  if (rule.has("timeout")) out << QObject::tr("timeout %1").arg(text(rule["timeout"]));
  if (rule.has("retries")) {
    QString retries = QObject::tr("%1 retries").arg(text(rule["retries"]["attempts"]));
    if (rule["retries"].has("perTryTimeout")) retries += QObject::tr(", %1 each").arg(text(rule["retries"]["perTryTimeout"]));
    out << retries;
  }
  faultPolicies(rule["fault"], out);
  if (rule.has("rewrite")) {
    const auto& rewrite = rule["rewrite"];
    out << QObject::tr("rewrite %1").arg(rewrite.has("uri") ? text(rewrite["uri"]) : text(rewrite["authority"]));
  }
  if (rule.has("mirror")) out << QObject::tr("mirror to %1").arg(text(rule["mirror"]["host"]));
  for (const auto& mirror : rule["mirrors"].items())
    out << QObject::tr("mirror to %1").arg(text(mirror["destination"]["host"]));
  if (rule.has("corsPolicy")) out << QObject::tr("CORS");
  if (rule.has("headers")) out << QObject::tr("headers edited");
  return out;
}

int lastLineOf(const Value& value, int line) {
  line = std::max(line, value.mark().line);
  for (const auto& item : value.items()) line = lastLineOf(item, line);
  for (const auto& entry : value.entries()) line = std::max(entry.keyMark.line, lastLineOf(entry.value, line));
  return line;
}

/// A condition-free alternative, or one that only says "path starts with /": it takes every request.
bool takesEverything(const Value& rule) {
  const auto& matches = rule["match"].items();
  if (matches.empty()) return true;
  return std::any_of(matches.begin(), matches.end(), [](const Value& match) {
    return std::all_of(match.entries().begin(), match.entries().end(), [](const Value::Entry& entry) {
      return entry.key == "name" || (entry.key == "uri" && entry.value["prefix"].asString() == "/");
    });
  });
}

RouteDestination destinationOf(const Value& route, const QString& path) {
  const auto& destination = route["destination"];
  return {text(destination["host"]), text(destination["subset"]), static_cast<int>(destination["port"]["number"].asInt()),
          static_cast<int>(route["weight"].asInt()), route.has("weight"), path + ".weight"};
}

RouteRule ruleOf(const Value& rule, const QString& path) {
  RouteRule out;
  out.name = text(rule["name"]);
  out.path = path;
  out.line = rule.mark().line;
  out.lastLine = lastLineOf(rule, out.line);
  for (const auto& match : rule["match"].items())
    if (const QString one = condition(match); !one.isEmpty()) out.conditions << one;
  const auto& routes = rule["route"].items();
  for (std::size_t i = 0; i < routes.size(); ++i)
    out.destinations.push_back(destinationOf(routes[i], QStringLiteral("%1.route[%2]").arg(path).arg(i)));
  out.policies = policiesOf(rule);
  return out;
}

QStringList texts(const Value& list) {
  QStringList out;
  for (const auto& item : list.items()) out << text(item);
  return out;
}

}  // namespace

RouteTable routeTable(const resource::Object& object) {
  RouteTable table;
  table.key = qs(object.key().text());
  table.ns = qs(object.ns);
  table.name = qs(object.name);
  table.hosts = texts(object.spec()["hosts"]);
  table.gateways = texts(object.spec()["gateways"]);
  table.file = object.origin.file ? qs(*object.origin.file) : QString();
  table.line = object.origin.mark.line;
  for (const char* protocol : {"http", "tls", "tcp"}) {
    const auto& rules = object.spec()[protocol].items();
    QString taken;
    for (std::size_t i = 0; i < rules.size(); ++i) {
      table.rules.push_back(ruleOf(rules[i], QStringLiteral("spec.%1[%2]").arg(QLatin1String(protocol)).arg(i)));
      auto& rule = table.rules.back();
      rule.deadBecause = taken;
      if (taken.isEmpty() && takesEverything(rules[i]))
        taken = QObject::tr("rule %1 takes every request").arg(table.rules.size());
    }
    if (!rules.empty() && table.protocol.isEmpty()) table.protocol = QLatin1String(protocol);
  }
  return table;
}

std::vector<RouteTable> routeTables(const Objects& objects) {
  std::vector<RouteTable> tables;
  for (const auto& object : objects)
    if (object->kind == "VirtualService" && object->group() == "networking.istio.io") tables.push_back(routeTable(*object));
  std::sort(tables.begin(), tables.end(),
            [](const auto& a, const auto& b) { return std::tie(a.ns, a.name) < std::tie(b.ns, b.name); });
  return tables;
}

std::vector<double> shares(const RouteRule& rule) {
  if (rule.destinations.size() == 1) return {100};
  std::vector<double> out;
  for (const auto& destination : rule.destinations) out.push_back(destination.weight);
  const double total = std::accumulate(out.begin(), out.end(), 0.0);
  for (double& share : out) share = total > 0 ? 100 * share / total : 0;
  return out;
}

}  // namespace varka::ui
