#pragma once
// What several commands print the same way: tables, problems, durations, times. Pure but for the printing.

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace varka::app {

/// Columns padded by three spaces, as kubectl does. Without a header when `columns` is empty.
std::string tableText(const std::vector<std::string>& columns, const std::vector<std::vector<std::string>>& rows);
/// A problem of the mesh's JSON to stderr: "file:line:col: error: message [code]".
void printProblem(const nlohmann::json& problem);
/// "90s", "2m", "500ms", "30" (seconds) → milliseconds.
std::optional<std::int64_t> parseDuration(std::string_view text);
/// "2026-01-02 03:04:05", UTC.
std::string timeText(std::int64_t ms);
/// "23h59m", "45s", "-3m" for what is over.
std::string spanText(std::int64_t ms);
/// The whole of a file, or of stdin for "-"; false when it cannot be read.
bool readAll(const std::string& path, std::string& out);

}  // namespace varka::app
