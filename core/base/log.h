#pragma once
// Diagnostics of our own processes to stderr: "2026-01-02T03:04:05.678Z warn  xds    message". Any thread.
// Never log keys, tokens or bodies.

#include <string_view>

namespace varka::log {

enum class Level { Trace, Debug, Info, Warn, Error, Off };

/// Default Warn; VARKA_LOG=debug in the environment overrides at start.
void setLevel(Level level);
[[nodiscard]] bool enabled(Level level);
[[nodiscard]] Level levelFromName(std::string_view name, Level otherwise);
void write(Level level, std::string_view component, std::string_view message);

inline void debug(std::string_view component, std::string_view message) { write(Level::Debug, component, message); }
inline void info(std::string_view component, std::string_view message) { write(Level::Info, component, message); }
inline void warn(std::string_view component, std::string_view message) { write(Level::Warn, component, message); }
inline void error(std::string_view component, std::string_view message) { write(Level::Error, component, message); }

}  // namespace varka::log
