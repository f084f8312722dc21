#include "app/print.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>

namespace varka::app {

std::string tableText(const std::vector<std::string>& columns, const std::vector<std::vector<std::string>>& rows) {
  constexpr std::size_t kGap = 3;
  std::vector<std::size_t> widths(columns.size());
  for (std::size_t i = 0; i < columns.size(); ++i) widths[i] = columns[i].size();
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string out;
  const auto add = [&](const std::vector<std::string>& row) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      out += row[i];
      if (i + 1 < row.size()) out.append(widths[i] - row[i].size() + kGap, ' ');
    }
    out += '\n';
  };
  if (!columns.empty()) add(columns);
  for (const auto& row : rows) add(row);
  return out;
}

void printProblem(const nlohmann::json& problem) {
  const auto text = [&](const char* name) { return problem.value(name, std::string()); };
  std::string line = text("place").empty() ? "" : text("place") + ": ";
  line += text("severity") + ": ";
  if (!text("object").empty()) line += text("object") + ": ";
  line += text("message") + " [" + text("code") + "]\n";
  std::fputs(line.c_str(), stderr);
}

std::optional<std::int64_t> parseDuration(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || number < 0) return std::nullopt;
  const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  const double scale = unit == "ms" ? 1 : unit == "s" || unit.empty() ? 1000 : unit == "m" ? 60'000 : unit == "h" ? 3'600'000 : 0;
  if (scale == 0) return std::nullopt;
  return static_cast<std::int64_t>(number * scale);
}

std::string timeText(std::int64_t ms) {
  const std::time_t seconds = static_cast<std::time_t>(ms / 1000);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &parts);
  return text;
}

std::string spanText(std::int64_t ms) {
  const std::string sign = ms < 0 ? "-" : "";
  const auto seconds = (ms < 0 ? -ms : ms) / 1000;
  if (seconds < 60) return sign + std::to_string(seconds) + "s";
  if (seconds < 3600) return sign + std::to_string(seconds / 60) + "m" + std::to_string(seconds % 60) + "s";
  if (seconds < 172'800) return sign + std::to_string(seconds / 3600) + "h" + std::to_string(seconds / 60 % 60) + "m";
  return sign + std::to_string(seconds / 86'400) + "d";
}

bool readAll(const std::string& path, std::string& out) {
  if (path == "-") {
    out.assign(std::istreambuf_iterator<char>(std::cin), {});
    return true;
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) return false;
  out.assign(std::istreambuf_iterator<char>(file), {});
  return !file.bad();
}

}  // namespace varka::app
