// How an edit becomes one splice: the reader's Layout says where the node, its key and its neighbours stand;
// the text to write is made for that place; and before anything is returned the edited text is read again and
// compared with the tree the edit means. So a place this code does not understand is refused, never damaged.

#include "core/resource/splice.h"

#include <algorithm>

#include "core/resource/path.h"
#include "core/resource/yaml_reader.h"
#include "core/resource/yaml_style.h"

namespace varka::resource {
namespace {

using Style = Layout::Style;
using Steps = std::vector<PathStep>;

bool isFlow(const Layout& node) {
  return node.style == Style::FlowList || node.style == Style::FlowMap;
}
bool isList(const Layout& node) {
  return node.style == Style::BlockList || node.style == Style::FlowList;
}
bool isMap(const Layout& node) {
  return node.style == Style::BlockMap || node.style == Style::FlowMap;
}
bool isScalar(const Layout& node) {
  return !isList(node) && !isMap(node) && node.style != Style::Alias;
}

/// The habits of a document: how deep it indents, and whether lists stand below their keys.
struct Habits {
  BlockStyle style;
  bool stepKnown = false, listKnown = false;

  void learn(const Layout& node) {
    for (const auto& child : node.children) {
      const bool below = node.style == Style::BlockMap;
      if (below && child.node.style == Style::BlockMap && !stepKnown) {
        style.step = std::max(1, child.node.column - node.column);
        stepKnown = true;
      }
      if (below && child.node.style == Style::BlockList && !listKnown) {
        style.listOffset = child.node.column - node.column;
        listKnown = true;
      }
      learn(child.node);
    }
  }
};

/// Where a path leads: the deepest node that exists, the way to it, and the steps that are missing.
struct Place {
  std::vector<const Layout*> way;           // from the root down to the node
  std::vector<const Layout::Child*> parts;  // the child of way[i] that is way[i+1]
  std::size_t found = 0;                    // steps that exist
  bool inFlow = false;                      // some ancestor is [ ] or { }

  [[nodiscard]] const Layout& node() const { return *way.back(); }
};

const Layout::Child* childOf(const Layout& node, const PathStep& step) {
  if (step.index) {
    if (!isList(node) || *step.index >= node.children.size()) return nullptr;
    return &node.children[*step.index];
  }
  if (!isMap(node)) return nullptr;
  for (const auto& child : node.children) {
    if (child.key == step.name) return &child;
  }
  return nullptr;
}

/// The tree after the edit: `change` is applied to the node at `steps` (created below maps when missing).
template <typename Change>
Value edited(Value node, const Steps& steps, std::size_t at, const Change& change) {
  if (at == steps.size()) return change(std::move(node));
  if (steps[at].index) {
    Value::List items = node.items();
    const std::size_t index = *steps[at].index;
    if (index < items.size()) items[index] = edited(items[index], steps, at + 1, change);
    return items;
  }
  Value child = edited(node[steps[at].name], steps, at + 1, change);
  node.set(steps[at].name, std::move(child));
  return node;
}

Value withoutChild(const Value& parent, const PathStep& step) {
  if (!step.index) {
    Value map = parent;
    map.erase(step.name);
    return map;
  }
  Value::List items = parent.items();
  if (*step.index < items.size()) items.erase(items.begin() + static_cast<std::ptrdiff_t>(*step.index));
  return items;
}

class Editor {
 public:
  static Result<Editor> open(std::string_view yaml, int documentIndex, std::string_view path) {
    auto documents = YamlReader(yaml, "text", {}, true).read();
    if (!documents) return fail(documents.error().text());
    if (documentIndex < 0 || static_cast<std::size_t>(documentIndex) >= documents->size()) {
      return fail("there is no document " + std::to_string(documentIndex));
    }
    auto steps = splitPath(path);
    if (!steps) return fail("not a path: " + std::string(path));
    return Editor(yaml, std::move(*documents), static_cast<std::size_t>(documentIndex), std::move(*steps),
                  std::string(path));
  }

  Result<Splice> setScalar(const Value& scalar) {
    if (scalar.isMap() || scalar.isList()) return fail(path_ + ": not a scalar");
    return replaceNode(scalar);
  }

  Result<Splice> replaceNode(const Value& value) {
    const Place place = locate(steps_);
    const Value wanted = edited(root(), steps_, 0, [&](Value) { return value; });
    if (place.found < steps_.size()) return checked(create(place, value), wanted);
    const Layout& node = place.node();
    if (auto refused = refuse(place)) return fail(*refused);
    if (place.inFlow) return checked(flowReplacement(node, value), wanted);
    const bool scalars = isScalar(node) && !value.isMap() && !value.isList();
    if (scalars || (isFlow(node) && (value.isMap() || value.isList())))
      return checked(inPlace(node, value, false), wanted);
    return checked(blockReplacement(place, value), wanted);
  }

  Result<Splice> insertItem(int index, const Value& item) {
    const Place place = locate(steps_);
    const auto insert = [&](Value list) {
      Value::List items = list.items();
      const bool append = index < 0 || static_cast<std::size_t>(index) > items.size();
      items.insert(append ? items.end() : items.begin() + index, item);
      return Value(std::move(items));
    };
    const Value wanted = edited(root(), steps_, 0, insert);
    if (place.found < steps_.size()) return checked(create(place, Value(Value::List{item})), wanted);
    const Layout& node = place.node();
    if (auto refused = refuse(place)) return fail(*refused);
    if (node.style == Style::Null) return checked(blockReplacement(place, Value(Value::List{item})), wanted);
    if (!isList(node)) return fail(path_ + " is no list");
    const std::size_t count = node.children.size();
    const std::size_t before =
        index < 0 || static_cast<std::size_t>(index) > count ? count : static_cast<std::size_t>(index);
    if (node.style == Style::FlowList) return checked(flowInsertion(node, before, item), wanted);
    return checked(blockInsertion(node, before, item), wanted);
  }

  Result<Splice> removeNode() {
    if (steps_.empty()) return fail("the whole document cannot be removed here");
    const Place place = locate(steps_);
    if (place.found < steps_.size()) return fail(path_ + " does not exist");
    const Steps parentSteps(steps_.begin(), steps_.end() - 1);
    const Value wanted = edited(root(), parentSteps, 0,
                                [&](const Value& parent) { return withoutChild(parent, steps_.back()); });
    const Layout& parent = *place.way[place.way.size() - 2];
    const auto at = static_cast<std::size_t>(place.parts.back() - parent.children.data());
    if (isFlow(parent)) return checked(flowRemoval(parent, at), wanted);
    return checked(blockRemoval(place, parent, at), wanted);
  }

 private:
  Editor(std::string_view text, std::vector<YamlDocument> documents, std::size_t index, Steps steps,
         std::string path)
      : text_(text),
        documents_(std::move(documents)),
        index_(index),
        steps_(std::move(steps)),
        path_(std::move(path)) {
    habits_.learn(layout());
  }

  [[nodiscard]] const Value& root() const { return documents_[index_].value; }
  [[nodiscard]] const Layout& layout() const { return documents_[index_].layout; }
  [[nodiscard]] int size() const { return static_cast<int>(text_.size()); }
  [[nodiscard]] char at(int offset) const {
    return offset >= 0 && offset < size() ? text_[static_cast<std::size_t>(offset)] : '\0';
  }
  [[nodiscard]] std::string cut(int from, int to) const {
    return std::string(
        text_.substr(static_cast<std::size_t>(from), static_cast<std::size_t>(std::max(0, to - from))));
  }
  [[nodiscard]] int lineStart(int offset) const {
    while (offset > 0 && at(offset - 1) != '\n') --offset;
    return offset;
  }
  /// The line end (\n or \r\n) at or after an offset, or the end of the text.
  [[nodiscard]] int lineEnd(int offset) const {
    while (offset < size() && at(offset) != '\n') ++offset;
    return offset < size() && offset > 0 && at(offset - 1) == '\r' ? offset - 1 : offset;
  }
  [[nodiscard]] int nextLine(int offset) const {
    while (offset < size() && at(offset) != '\n') ++offset;
    return std::min(offset + 1, size());
  }
  [[nodiscard]] bool firstOnLine(int offset) const {
    for (int i = lineStart(offset); i < offset; ++i) {
      if (at(i) != ' ') return false;
    }
    return true;
  }
  [[nodiscard]] std::string spaces(int count) const {
    return std::string(static_cast<std::size_t>(std::max(0, count)), ' ');
  }

  Place locate(const Steps& steps) const {
    Place place;
    place.way.push_back(&layout());
    for (const auto& step : steps) {
      const auto* child = childOf(place.node(), step);
      if (!child) break;
      place.inFlow = place.inFlow || isFlow(place.node());
      place.parts.push_back(child);
      place.way.push_back(&child->node);
      ++place.found;
    }
    return place;
  }

  [[nodiscard]] std::optional<std::string> refuse(const Place& place) const {
    if (place.node().decorated) return path_ + " has an anchor or a tag; edit it by hand";
    return std::nullopt;
  }

  /// Only a text that reads as the wanted tree leaves this file.
  Result<Splice> checked(Result<Splice> splice, const Value& wanted) const {
    if (!splice) return splice;
    if (text_.find("\r\n") != std::string_view::npos) {
      std::string text;
      for (const char c : splice->text) text += c == '\n' ? std::string("\r\n") : std::string(1, c);
      splice->text = std::move(text);
    }
    const auto again = readYaml(applySplices(std::string(text_), {*splice}), "edited");
    const bool fits = again && again->size() == documents_.size() && (*again)[index_] == wanted;
    if (!fits)
      return fail(path_ + " cannot be changed safely here" +
                  (again ? "" : " (" + again.error().text() + ")") + "; edit the text");
    for (std::size_t i = 0; i < documents_.size(); ++i) {
      if (i != index_ && !((*again)[i] == documents_[i].value))
        return fail(path_ + ": the edit would touch another document");
    }
    return splice;
  }

  Result<Splice> inPlace(const Layout& node, const Value& value, bool flow) const {
    if (isFlow(node) || value.isMap() || value.isList())
      return Splice{node.start, node.end - node.start, flowText(value)};
    if (node.style == Style::Null) {
      const bool colon = at(node.start - 1) == ':' || at(node.start - 1) == '-';
      return Splice{node.start, 0, (colon ? " " : ": ") + scalarText(value, flow)};
    }
    const char quote = node.style == Style::Single ? '\'' : node.style == Style::Double ? '"' : '\0';
    return Splice{node.start, node.end - node.start,
                  scalarText(value, flow, value.isString() ? quote : '\0')};
  }

  Result<Splice> flowReplacement(const Layout& node, const Value& value) const {
    if (isScalar(node) && !value.isMap() && !value.isList()) return inPlace(node, value, true);
    if (node.style == Style::Null) {
      const bool colon = at(node.start - 1) == ':';
      return Splice{node.start, 0, (colon ? " " : ": ") + flowText(value)};
    }
    return Splice{node.start, node.end - node.start, flowText(value)};
  }

  /// Everything after "key:" or "-" is written anew; a comment on the key's line stays.
  Result<Splice> blockReplacement(const Place& place, const Value& value) const {
    const Layout& node = place.node();
    if (place.parts.empty()) {
      return Splice{node.start, node.end - node.start, blockText(value, node.column, habits_.style)};
    }
    const Layout& parent = *place.way[place.way.size() - 2];
    const auto& child = *place.parts.back();
    const bool item = isList(parent);
    int from = child.keyEnd;
    if (!item) {
      while (at(from) != ':') ++from;
      ++from;
    }
    const bool collection = (value.isMap() || value.isList()) && value.size() > 0;
    BlockStyle style = habits_.style;
    if (node.style == Style::BlockList && value.isList()) style.listOffset = node.column - parent.column;
    if (node.style == Style::BlockMap && value.isMap() && !item) style.step = node.column - parent.column;
    std::string text = item ? afterDash(value, parent.column, style) : afterKey(value, parent.column, style);
    const bool nodeBelow = node.end > node.start && lineEnd(from) < node.start;
    int to = std::max(from, node.end);
    if (nodeBelow) {  // "key: # why" stays in front of what follows
      const std::string comment = cut(from, lineEnd(from));
      if (comment.find('#') != std::string::npos) {
        if (collection && !item) {
          text = comment + text;
        } else {
          text += comment;
        }
      }
    } else if (collection && !item) {  // "key: 1 # why" becomes "key: # why" and lines below
      const int end = lineEnd(to);
      const std::string comment = cut(to, end);
      if (comment.find('#') != std::string::npos) text = comment + text;
      to = end;
    } else if (collection) {
      const std::string comment = cut(to, lineEnd(to));
      if (comment.find('#') != std::string::npos)
        return fail(path_ + " has a comment behind it; edit the text");
    }
    return Splice{from, to - from, std::move(text)};
  }

  /// The missing keys of the path, below the deepest node that exists.
  Result<Splice> create(const Place& place, const Value& value) const {
    Value rest = value;
    for (std::size_t i = steps_.size(); i-- > place.found;) {
      if (steps_[i].index) return fail(path_ + " does not exist");
      if (i > place.found) rest = Value::map().set(steps_[i].name, rest);
    }
    const std::string& key = steps_[place.found].name;
    const Layout& node = place.node();
    if (node.decorated) return fail(path_ + ": its parent has an anchor or a tag; edit it by hand");
    if (node.style == Style::FlowMap) {
      const std::string entry = scalarText(Value(key), true) + ": " + flowText(rest);
      if (node.children.empty()) return Splice{node.start, node.end - node.start, "{" + entry + "}"};
      const int end = std::max(node.children.back().node.end, node.children.back().keyEnd);
      return Splice{end, 0, ", " + entry};
    }
    if (node.style == Style::Null && place.found > 0 && !place.inFlow) {
      return blockReplacement(place, Value::map().set(key, rest));
    }
    if (node.style != Style::BlockMap) return fail(path_ + ": its parent is no mapping");
    const std::string entry =
        scalarText(Value(key), false) + ":" + afterKey(rest, node.column, habits_.style);
    return Splice{lineEnd(node.end), 0, "\n" + spaces(node.column) + entry};
  }

  Result<Splice> flowInsertion(const Layout& list, std::size_t before, const Value& item) const {
    if (list.children.empty()) return Splice{list.start, list.end - list.start, "[" + flowText(item) + "]"};
    if (before < list.children.size()) return Splice{list.children[before].start, 0, flowText(item) + ", "};
    return Splice{list.children.back().node.end, 0, ", " + flowText(item)};
  }

  Result<Splice> blockInsertion(const Layout& list, std::size_t before, const Value& item) const {
    const std::string text = "-" + afterDash(item, list.column, habits_.style);
    if (before == list.children.size()) {
      return Splice{lineEnd(list.end), 0, "\n" + spaces(list.column) + text};
    }
    const int dash = list.children[before].start;
    if (!firstOnLine(dash)) return Splice{dash, 0, text + "\n" + spaces(list.column)};
    int line = lineStart(dash);  // a comment right above an item belongs to it
    while (before > 0 && line > 0) {
      const int above = lineStart(line - 1);
      int first = above;
      while (at(first) == ' ') ++first;
      if (at(first) != '#' || first - above != list.column) break;
      line = above;
    }
    return Splice{line, 0, spaces(list.column) + text + "\n"};
  }

  Result<Splice> flowRemoval(const Layout& parent, std::size_t index) const {
    const auto& children = parent.children;
    const int end = std::max(children[index].node.end, children[index].keyEnd);
    if (index + 1 < children.size())
      return Splice{children[index].start, children[index + 1].start - children[index].start, {}};
    if (index > 0) {
      const int from = std::max(children[index - 1].node.end, children[index - 1].keyEnd);
      return Splice{from, end - from, {}};
    }
    return Splice{parent.start, parent.end - parent.start, isMap(parent) ? "{}" : "[]"};
  }

  Result<Splice> blockRemoval(const Place& place, const Layout& parent, std::size_t index) const {
    const auto& children = parent.children;
    const auto& child = children[index];
    const int end = std::max({child.keyEnd + (isMap(parent) ? 1 : 0), child.node.end});
    if (children.size() == 1) return lastChildRemoval(place, parent, end);
    if (!firstOnLine(child.start)) {  // "- name: x" keeps its dash
      if (index + 1 >= children.size()) return fail(path_ + " cannot be removed here; edit the text");
      return Splice{child.start, children[index + 1].start - child.start, {}};
    }
    const int from = lineStart(child.start);
    const int to = nextLine(end);
    if (to == size() && at(size() - 1) != '\n' && from > 0) return Splice{from - 1, to - from + 1, {}};
    return Splice{from, to - from, {}};
  }

  /// A block cannot be empty: what is left is {} or [].
  Result<Splice> lastChildRemoval(const Place& place, const Layout& parent, int end) const {
    const std::string empty = isMap(parent) ? "{}" : "[]";
    if (parent.decorated) return fail(path_ + ": its parent has an anchor or a tag; edit it by hand");
    if (place.parts.size() < 2 ||
        lineStart(parent.start) == lineStart(place.parts[place.parts.size() - 2]->start)) {
      return Splice{parent.start, end - parent.start, empty};
    }
    int from = place.parts[place.parts.size() - 2]->keyEnd;
    if (isMap(*place.way[place.way.size() - 3])) {
      while (at(from) != ':') ++from;
      ++from;
    }
    const std::string between =
        cut(from, lineEnd(lineStart(parent.start) - 1 > 0 ? lineStart(parent.start) - 1 : 0));
    return Splice{from, end - from, " " + empty + between};
  }

  std::string_view text_;
  std::vector<YamlDocument> documents_;
  std::size_t index_;
  Steps steps_;
  std::string path_;
  Habits habits_;
};

}  // namespace

Result<Splice> setScalar(std::string_view yaml, int documentIndex, std::string_view path,
                         const Value& scalar) {
  auto editor = Editor::open(yaml, documentIndex, path);
  if (!editor) return fail(editor.error());
  return editor->setScalar(scalar);
}

Result<Splice> insertItem(std::string_view yaml, int documentIndex, std::string_view listPath, int index,
                          const Value& item) {
  auto editor = Editor::open(yaml, documentIndex, listPath);
  if (!editor) return fail(editor.error());
  return editor->insertItem(index, item);
}

Result<Splice> removeNode(std::string_view yaml, int documentIndex, std::string_view path) {
  auto editor = Editor::open(yaml, documentIndex, path);
  if (!editor) return fail(editor.error());
  return editor->removeNode();
}

Result<Splice> replaceNode(std::string_view yaml, int documentIndex, std::string_view path,
                           const Value& value) {
  auto editor = Editor::open(yaml, documentIndex, path);
  if (!editor) return fail(editor.error());
  return editor->replaceNode(value);
}

std::string applySplices(std::string text, std::vector<Splice> splices) {
  std::stable_sort(splices.begin(), splices.end(),
                   [](const Splice& a, const Splice& b) { return a.offset > b.offset; });
  for (const auto& splice : splices) {
    text.replace(static_cast<std::size_t>(splice.offset), static_cast<std::size_t>(splice.length),
                 splice.text);
  }
  return text;
}

}  // namespace varka::resource
