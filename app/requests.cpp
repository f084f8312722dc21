#include "app/requests.h"

#include <cstdio>
#include <nlohmann/json.hpp>

#include "app/print.h"

namespace varka::app {
namespace {

using nlohmann::json;

std::string text(const json& value, const char* field) {
  const auto found = value.find(field);
  return found != value.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::int64_t number(const json& value, const char* field) {
  const auto found = value.find(field);
  return found != value.end() && found->is_number() ? found->get<std::int64_t>() : 0;
}

std::string milliseconds(std::int64_t us) {
  char out[32];
  std::snprintf(out, sizeof out, us < 10'000 ? "%.1f ms" : "%.0f ms", static_cast<double>(us) / 1000);
  return out;
}

std::string originWord(const std::string& origin) {
  return origin.empty() ? "" : "  (made by: " + origin + ")";
}

}  // namespace

std::string requestLine(const json& row) {
  const auto& record = row["record"];
  std::string status = std::to_string(number(record, "status"));
  if (number(record, "status") == 0) status = "-";
  std::string took = milliseconds(number(record, "durationUs"));
  took.insert(0, took.size() < 9 ? 9 - took.size() : 0, ' ');
  const auto flags = text(record, "flags");
  return timeText(number(record, "startUs") / 1000).substr(11) + "  " + status + " " + took + "  " + text(row, "from") + " → " +
         text(row, "to") + "  " + text(record, "method") + " " + text(record, "authority") + text(record, "path") +
         (flags.empty() ? "" : "  " + flags) + originWord(text(record, "origin"));
}

std::string explanation(const json& row) {
  const auto& record = row["record"];
  std::string out = text(row, "from") + " → " + text(row, "to") + "  (" + text(record, "side") + ", recorded by " +
                    text(record, "workload") + ")\n  " + text(record, "method") + " " + text(record, "authority") + text(record, "path") +
                    " → " + std::to_string(number(record, "status")) + " in " + milliseconds(number(record, "durationUs")) +
                    originWord(text(record, "origin")) + "\n";
  if (!text(record, "details").empty()) out += "  " + text(record, "flags") + (text(record, "flags").empty() ? "" : " ") + text(record, "details") + "\n";
  const auto steps = record.find("steps");
  if (steps == record.end()) return out;
  for (const auto& step : *steps) {
    std::string kind = text(step, "kind");
    kind.resize(std::max<std::size_t>(kind.size(), 9), ' ');
    out += std::string(step.value("taken", true) ? "  ✓ " : "  ✗ ") + kind + " " + text(step, "name");
    if (!text(step, "detail").empty()) out += (text(step, "name").empty() ? "" : ": ") + text(step, "detail");
    if (!text(step, "source").empty()) out += "   [" + text(step, "source") + "]";
    out += "\n";
  }
  return out;
}

}  // namespace varka::app
