#include "core/galley/report.h"

#include "core/resource/path.h"

namespace varka::galley {
namespace {

/// The mark of the node at a path: of its key when it is an entry that is written, else of what holds it.
Mark markOf(const resource::Object& object, std::string_view path) {
  Mark mark = object.root.mark().line > 0 ? object.root.mark() : object.origin.mark;
  const resource::Value* node = &object.root;
  while (!path.empty()) {
    const auto step = resource::takeStep(path);
    if (!step) break;
    const resource::Value* next = nullptr;
    Mark nextMark;
    if (step->index) {
      if (*step->index < node->items().size()) next = &node->items()[*step->index];
    } else {
      for (const auto& entry : node->entries()) {
        if (entry.key != step->name) continue;
        next = &entry.value;
        nextMark = entry.keyMark;
      }
    }
    if (!next) break;
    const bool scalar = !next->isMap() && !next->isList() && !next->isNull();
    if (scalar || nextMark.line <= 0) nextMark = next->mark().line > 0 ? next->mark() : nextMark;
    if (nextMark.line > 0) mark = nextMark;
    node = next;
  }
  return mark;
}

}  // namespace

void Report::add(std::string_view code, Severity severity, std::string_view path, std::string message) {
  Problem problem;
  problem.code = code;
  problem.severity = severity;
  problem.message = std::move(message);
  problem.path = path;
  problem.origin = Origin{object_.origin.file, markOf(object_, path)};
  problem.object = object_.key().text();
  out_.push_back(std::move(problem));
}

}  // namespace varka::galley
