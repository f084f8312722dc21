#pragma once
// Problems from three sources — YAML errors, the project loader, galley — as the one form people see. Pure.

#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/galley/validate.h"
#include "core/mesh/view.h"
#include "core/resource/object.h"
#include "core/resource/project.h"

namespace varka::mesh {

ProblemView toProblem(const galley::Problem& problem);
ProblemView toProblem(const resource::LoadProblem& problem);
/// An error of the YAML reader: its "file:line:column: " becomes the origin.
ProblemView toProblem(const Error& error, const std::string& file);

/// galley's word on each object alone.
std::vector<ProblemView> validateAll(const std::vector<resource::Object>& objects);
bool anyError(const std::vector<ProblemView>& problems);
/// "file:line:col: error: message [code]", one line a problem, as compilers print.
std::string describe(const std::vector<ProblemView>& problems);

}  // namespace varka::mesh
