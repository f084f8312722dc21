#pragma once
// Galley's door: is this configuration right, and what of it does Varka not do? Pure functions over Objects,
// any thread. validate() looks at one object (schema, Istio's validation rules, fidelity); validateSet() at
// references between them.

#include <string>
#include <string_view>
#include <vector>

#include "core/base/origin.h"
#include "core/resource/object.h"

namespace varka::galley {

enum class Severity { Error, Warning, Info };
[[nodiscard]] std::string_view severityText(Severity severity);  // "error" "warning" "info"

/// Codes: Istio's where Istio has one (IST0106 schema or rule violated, IST0133 accepted with a warning,
/// IST0101 reference not found, …), else VARKA0001 field not emulated, VARKA0002 field approximated,
/// VARKA0003 kind not emulated, VARKA0004 kind not run here, VARKA0005 unknown kind or field left alone.
struct Problem {
  std::string code;
  Severity severity = Severity::Error;
  std::string message;  // one or two sentences: what, where in the object, what to do
  std::string path;     // "spec.http[0].route[1].weight"; "" = the object
  Origin origin;        // of that node; its nearest written parent when the node is missing
  std::string object;   // "VirtualService default/reviews"
};

/// Schema, rules of validation and fidelity notices of one object. Errors mean: refuse the object.
[[nodiscard]] std::vector<Problem> validate(const resource::Object& object);

/// Each reference between objects of the set (host, subset, gateway, selector). Warnings mostly, as in
/// Istio's analysis. Does not repeat validate().
[[nodiscard]] std::vector<Problem> validateSet(const std::vector<resource::ObjectPtr>& objects);

[[nodiscard]] bool hasErrors(const std::vector<Problem>& problems);

}  // namespace varka::galley
