#pragma once
// Comment-safe editing: changes of single nodes as minimal splices of the user's text. Pure functions on
// text; the result differs only in the touched tokens or lines. Used by the route editor, `varka edit`
// helpers and fixes.

#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/resource/value.h"

namespace varka::resource {

/// Replace `length` bytes at `offset` of the text by `text`.
struct Splice {
  int offset = 0;
  int length = 0;
  std::string text;
};

/// Sets the scalar at `path` (Value::at's language) of document `documentIndex`; creates missing keys below
/// an existing block map with the file's indentation. Error when the path crosses a flow or anchor construct
/// it cannot edit safely.
Result<Splice> setScalar(std::string_view yaml, int documentIndex, std::string_view path,
                         const Value& scalar);
/// Appends an item (rendered as block YAML) to the list at `path`, inserts before `index`, or removes one.
Result<Splice> insertItem(std::string_view yaml, int documentIndex, std::string_view listPath, int index,
                          const Value& item);
Result<Splice> removeNode(std::string_view yaml, int documentIndex, std::string_view path);
/// Replaces the node at `path` by `value` (block style at the node's indentation).
Result<Splice> replaceNode(std::string_view yaml, int documentIndex, std::string_view path,
                           const Value& value);

std::string applySplices(std::string text, std::vector<Splice> splices);

}  // namespace varka::resource
