#pragma once
// Checks a document against its schema and notes what of it is not emulated. Private to core/galley.

#include "core/galley/report.h"
#include "core/galley/schema_table.h"

namespace varka::galley {

/// Unknown fields, wrong types, enums and durations as errors; returns false when rules would stumble over
/// them.
bool checkSchema(Report& report, const MessageSchema& schema, const resource::Value& value,
                 const std::string& path);
/// VARKA0001 and VARKA0002 for each field in use that is not exact.
void noteFidelity(Report& report, const MessageSchema& schema, const resource::Value& value,
                  const std::string& path);

/// Nanoseconds of "5s", "1m30s", "0.5s"; nullopt when it is no duration.
std::optional<std::int64_t> parseDuration(std::string_view text);

}  // namespace varka::galley
