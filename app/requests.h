#pragma once
// Recorded requests as text: one line for tap and traffic, the whole decision for explain. Pure.

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace varka::app {

/// "12:00:01  200    12 ms  productpage v1 → reviews v1  GET /reviews/0  […origin]"
std::string requestLine(const nlohmann::json& row);
/// The decisions in order, each with the place of the configuration that decided.
std::string explanation(const nlohmann::json& row);

}  // namespace varka::app
