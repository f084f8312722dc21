#pragma once
// Pieces of YAML text for splices into a file with its own habits. Private to core/resource.

#include <string>

#include "core/resource/value.h"

namespace varka::resource {

struct BlockStyle {
  int step = 2;        // of a mapping in a mapping
  int listOffset = 0;  // of a list below its key: 0 (kubectl) or 2
};

/// The value as block lines at `indent`; the first line starts without it. No line end after the last line.
std::string blockText(const Value& value, int indent, const BlockStyle& style);
/// What follows "key:" whose key stands at `indent`: " scalar" on the same line or lines below.
std::string afterKey(const Value& value, int indent, const BlockStyle& style);
/// What follows "-" at `indent`.
std::string afterDash(const Value& value, int indent, const BlockStyle& style);
/// On one line: {a: [1, x]}; strings quoted where [ ] { } or , would end them.
std::string flowText(const Value& value);
/// A scalar for a block or flow place, quoted like `quote` (' or ") when that is given and possible.
std::string scalarText(const Value& value, bool flow, char quote = 0);

}  // namespace varka::resource
