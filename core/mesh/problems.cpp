#include "core/mesh/problems.h"

#include <algorithm>
#include <charconv>

namespace varka::mesh {
namespace {

constexpr const char* kUnreadable = "VARKA0010";  // not YAML, or not a resource

/// A number at `at` followed by ':'; moves behind it. 0 = none.
int numberBeforeColon(std::string_view text, std::size_t& at) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data() + at, text.data() + text.size(), value);
  const auto next = static_cast<std::size_t>(end - text.data());
  if (error != std::errc() || next >= text.size() || text[next] != ':') return 0;
  at = next + 1;
  return value;
}

}  // namespace

ProblemView toProblem(const galley::Problem& problem) {
  return {problem.code, std::string(galley::severityText(problem.severity)), problem.object, problem.message, problem.origin,
          problem.path};
}

ProblemView toProblem(const resource::LoadProblem& problem) {
  return {kUnreadable, "error", "", problem.message, problem.origin, ""};
}

ProblemView toProblem(const Error& error, const std::string& file) {
  ProblemView out{kUnreadable, "error", "", error.message, {}, ""};
  out.origin.file = std::make_shared<const std::string>(file);
  const std::string& text = error.message;
  if (!text.starts_with(file + ":")) return out;
  std::size_t at = file.size() + 1;
  out.origin.mark.line = numberBeforeColon(text, at);
  if (out.origin.mark.line > 0) out.origin.mark.column = numberBeforeColon(text, at);
  while (at < text.size() && text[at] == ' ') ++at;
  out.message = text.substr(at);
  return out;
}

std::vector<ProblemView> validateAll(const std::vector<resource::Object>& objects) {
  std::vector<ProblemView> out;
  for (const auto& object : objects) {
    for (const auto& problem : galley::validate(object)) out.push_back(toProblem(problem));
  }
  return out;
}

bool anyError(const std::vector<ProblemView>& problems) {
  return std::any_of(problems.begin(), problems.end(), [](const auto& problem) { return problem.severity == "error"; });
}

std::string describe(const std::vector<ProblemView>& problems) {
  std::string out;
  for (const auto& problem : problems) {
    if (!out.empty()) out += '\n';
    const auto where = problem.origin.text();
    if (!where.empty()) out += where + ": ";
    out += problem.severity + ": ";
    if (!problem.object.empty()) out += problem.object + ": ";
    out += problem.message + " [" + problem.code + "]";
  }
  return out;
}

}  // namespace varka::mesh
